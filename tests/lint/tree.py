"""What the checks of the tree share: where files are, and how a finding is told."""
import pathlib
import re
import subprocess
import sys

ROOT = (pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 and pathlib.Path(sys.argv[1]).is_dir()  # else a name of a test
        else pathlib.Path(__file__).parent.parent.parent).resolve()
SOURCES = ("base", "include", "compiler", "runtime", "cli")


def files(*suffixes, folders=SOURCES):
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in suffixes and path.is_file():
                yield path


def name(path):
    return str(path.relative_to(ROOT))


def lines(path):
    return path.read_text(encoding="utf-8").splitlines()


def without_comments(text):
    """C text with comments and literals blanked, line breaks kept."""
    pattern = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
    return pattern.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def modules():
    """Rows of cmake/modules.cmake: folder → folders it may include."""
    rows = {}
    for line in lines(ROOT / "cmake" / "modules.cmake"):
        match = re.match(r"journey_module\((\S+?)\)?(?: (.*)\))?$", line)
        if not match:
            continue
        uses, words = [], (match.group(2) or "").split()
        if "USES" in words:
            for word in words[words.index("USES") + 1:]:
                if word == "LIBS":
                    break
                uses.append(word)
        rows[match.group(1)] = uses
    return rows


def finish(findings):
    for finding in findings:
        print(finding)
    sys.exit(1 if findings else 0)


def git_files():
    listed = subprocess.run(["git", "-C", str(ROOT), "ls-files"], stdout=subprocess.PIPE, text=True)
    return listed.stdout.split() if listed.returncode == 0 else []
