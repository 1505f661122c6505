"""Nothing is left open, and no path of one machine stands in the tree."""
import re

import tree

LEFT_OPEN = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
MACHINE = re.compile(r"(?<![\w.])/(home|root|work|Users)/")
TEXT = {".c", ".h", ".def", ".y", ".l", ".py", ".js", ".md", ".cmake", ".txt", ".json", ".journey", ""}


def main():
    findings = []
    for listed in tree.git_files():
        path = tree.ROOT / listed
        if path.suffix not in TEXT or not path.is_file() or listed.startswith(("tests/lint/", "tests/fuzz/corpus/")):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if LEFT_OPEN.search(line):
                findings.append(f"{listed}:{number}: left open: {line.strip()[:80]}")
            if MACHINE.search(line):
                findings.append(f"{listed}:{number}: a path that means nothing elsewhere: {line.strip()[:80]}")
    tree.finish(findings)


main()
