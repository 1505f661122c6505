"""Pages name what is there: files that exist, decisions that have one number each."""
import collections
import re

import tree

BUILT = "build/"  # what stands there is made
SUITE = "journeys/"  # names of suites, beside those of files


def pages():
    return [tree.ROOT / "README.md", *sorted((tree.ROOT / "docs").rglob("*.md")), tree.ROOT / "bench" / "README.md"]


def suites():
    """Names that tests/run.py gives to what it runs."""
    text = (tree.ROOT / "tests" / "run.py").read_text(encoding="utf-8")
    return set(re.findall(r'(?:command|Job)\("([\w/]+)"', text))


def named_files(text):
    """Paths in back quotes that begin with a folder of the tree; a program is named by its source, without `.c`."""
    folders = {path.name for path in tree.ROOT.iterdir() if path.is_dir()}
    for quoted in re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)):
        path = quoted.split()[0].split(":")[0] if quoted.split() else ""
        pattern = re.search(r"[*…{}<>]|[A-Z]{4}", path)
        if "/" in path and path.split("/")[0] in folders and not pattern and not path.startswith(BUILT):
            yield path


def check_names(known):
    for page in pages():
        text = page.read_text(encoding="utf-8")
        for path in named_files(text):
            if path not in known and not (tree.ROOT / path).exists() and not (tree.ROOT / f"{path}.c").exists():
                yield f"{tree.name(page)}: there is no {path}"
        for link in re.findall(r"\]\(([^)#\s]+)", text):
            if "://" not in link and not (page.parent / link).exists():
                yield f"{tree.name(page)}: a link leads to {link}, which is not there"


def check_decisions():
    numbers = collections.Counter()
    for path in sorted((tree.ROOT / "docs" / "decisions").iterdir()):
        match = re.fullmatch(r"(\d{4})-[a-z0-9-]+\.md", path.name)
        if match is None:
            yield f"{tree.name(path)}: a decision is called NNNN-words.md"
            continue
        number = int(match.group(1))
        numbers[number] += 1
        if numbers[number] > 1:
            yield f"{tree.name(path)}: there are two decisions {number}; take a free number"
        title = re.match(r"# (?:0*(\d+)\.? )?\S", path.read_text(encoding="utf-8"))
        if title is None or int(title.group(1) or number) != number:
            yield f"{tree.name(path)}: its first line is not `# {number}. WHAT`"


def check_examples():
    """Whoever asks a command for help sees how it is written."""
    text = (tree.ROOT / "cli" / "commands.def").read_text(encoding="utf-8")
    for name, rest in re.findall(r"^COMMAND\((\w+),(.*?)(?=^COMMAND|\Z)", text, re.M | re.S):
        if not re.search(rf'^ *"  (?:\w+=\S+ )?journey {name}\b', rest, re.M):
            yield f"cli/commands.def: the help of {name} has no example"


tree.finish([*check_names(suites()), *check_decisions(), *check_examples()])
