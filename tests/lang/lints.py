"""Each lint warns where it must, and nowhere else: every line of tests/lang/lints/*.journey that gives a warning says so.

Usage: lints.py JOURNEY

Each file is a workspace. A comment `# warns CODE` behind a line says that just this warning begins on it; a line without
one is sound. Sound neighbours of what is wrong stand beside it: they show how far each lint goes. Every warning shows
more than one place (what it contradicts, or a path), or names its line alone where nothing else has a part in it.
"""
import json
import pathlib
import re
import subprocess
import sys

FOLDER = pathlib.Path(__file__).resolve().parent / "lints"
ALONE = {"W0918", "W0921", "W0925"}  # a line that is wrong by itself


def expected(path):
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        for code in re.findall(r"# warns (W\d{4})", line):
            yield number, code


def main():
    journey, findings, seen = sys.argv[1], [], set()
    for path in sorted(FOLDER.glob("*.journey")):
        done = subprocess.run([journey, "check", "--format", "json", str(path)], stdout=subprocess.PIPE, text=True, encoding="utf-8")
        told = [json.loads(line) for line in done.stdout.splitlines()]
        wanted, found = set(expected(path)), {(d["line"], d["code"]) for d in told}
        for line, code in sorted(wanted - found):
            findings.append(f"{path.name}:{line}: {code} is not told")
        for line, code in sorted(found - wanted):
            findings.append(f"{path.name}:{line}: {code} is told: " + next(d["message"] for d in told if (d["line"], d["code"]) == (line, code)))
        for d in told:
            if not d["related"] and d["code"] not in ALONE:
                findings.append(f"{path.name}:{d['line']}: {d['code']} shows no other place")
            if not d["hint"]:
                findings.append(f"{path.name}:{d['line']}: {d['code']} says nothing to do")
        seen |= {code for _, code in wanted}
    for number in range(910, 929):
        if f"W0{number}" not in seen:
            findings.append(f"W0{number} is in no file of tests/lang/lints")
    print("\n".join(findings))
    sys.exit(1 if findings else 0)


main()
