"""Files, functions and folders stay small, and names say something."""
import re

import tree

FILE_LINES = 600
GRAMMAR_LINES = 1200  # one grammar is one file
FUNCTION_LINES = 60
FOLDER_FILES = 18
VAGUE = {"util", "utils", "helper", "helpers", "common", "misc", "manager"}


def functions(path):
    """(name, first line, lines) of every function: a line that begins at the margin and opens a brace."""
    text = tree.without_comments(path.read_text(encoding="utf-8")).splitlines()
    start, name = None, None
    for number, line in enumerate(text, 1):
        if start is None and re.match(r"[A-Za-z_].*\)\s*\{$", line):
            start, name = number, line.split("(")[0].split()[-1].lstrip("*")
        elif start is None and re.match(r"\s.*\)\s*\{$", line) and number > 1 and re.match(r"[A-Za-z_][^;{}=]*\($|[A-Za-z_][^;{}=]*,$", text[number - 2]):
            start, name = number - 1, text[number - 2].split("(")[0].split()[-1].lstrip("*")
        elif start is not None and line == "}":
            yield name, start, number - start + 1
            start = None


def main():
    findings, folders = [], {}
    for path in tree.files(".c", ".h", ".y", ".l"):
        count = len(tree.lines(path))
        most = GRAMMAR_LINES if path.suffix == ".y" else FILE_LINES
        if count > most:
            findings.append(f"{tree.name(path)}: {count} lines; at most {most}")
        if path.stem in VAGUE:
            findings.append(f"{tree.name(path)}: a name that says nothing")
        if path.suffix == ".c":
            folders[path.parent] = folders.get(path.parent, 0) + 1
            for name, line, length in functions(path):
                if length > FUNCTION_LINES:
                    findings.append(f"{tree.name(path)}:{line}: {name} has {length} lines; at most {FUNCTION_LINES}")
    for folder, count in folders.items():
        if count > FOLDER_FILES:
            findings.append(f"{folder.relative_to(tree.ROOT)}: {count} C files; at most {FOLDER_FILES}")
    tree.finish(findings)


main()
