"""Runs every suite and counts: CTest programs, checks of the tree, journeys, whole-process tests.

Usage: run.py BUILD [NAME…]; NAMEs choose by substring. The last line printed is `N passed, N failed`.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(sys.argv[1])
WANTED = sys.argv[2:]
passed, failed = [], []


def wanted(name):
    return not WANTED or any(word in name for word in WANTED)


def note(name, ok, output="", seconds=0.0):
    (passed if ok else failed).append(name)
    print(f"{'ok  ' if ok else 'FAIL'} {name} ({seconds:.1f} s)", flush=True)
    if not ok:
        print(output, flush=True)


def run(name, command, cwd=ROOT):
    if not wanted(name):
        return
    began = time.monotonic()
    done = subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors="replace")
    note(name, done.returncode == 0, done.stdout, time.monotonic() - began)


def unit_tests():
    listed = subprocess.run(["ctest", "--test-dir", str(BUILD), "--show-only=json-v1"], stdout=subprocess.PIPE, text=True, check=True)
    for test in json.loads(listed.stdout)["tests"]:
        run(test["name"], test["command"])


def lint_tests():
    for script in sorted((ROOT / "tests" / "lint").glob("check_*.py")):
        run("lint/" + script.stem[len("check_"):], [sys.executable, str(script)])


def property_tests():
    run("property/mutation", [sys.executable, "tests/property/mutation.py", str(BUILD / "tests" / "property_many"), "--count", "1000"])


def journey_tests():
    journey = str(BUILD / "journey")
    run("journeys/check", [journey, "check", "--deny", "warnings", "journeys"])
    run("journeys/fmt", [journey, "fmt", "--check", "journeys"])
    run("journeys/coverage", [journey, "test", "--min-coverage", "100%", "journeys"])
    run("journeys/lints", [sys.executable, "tests/lang/lints.py", journey])
    run("journeys/manual", [sys.executable, "tests/lang/manual.py", journey])
    run("journeys/pages", [sys.executable, "tests/lang/pages.py", journey])
    name = "journeys/test"
    if not wanted(name):
        return
    done = subprocess.run([journey, "test", "--format", "json", "journeys", "tests/lang/behaviour"], cwd=ROOT, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode not in (0, 1) or not lines:
        note(name, False, done.stdout + done.stderr)
    for line in lines:
        test = json.loads(line)
        note(f"journeys/{pathlib.Path(test['file']).stem}: {test['test']}", test["passed"], json.dumps(test["findings"], indent=2))


class Result(unittest.TestResult):
    def __init__(self, suite):
        super().__init__()
        self.suite = suite
        self.began = 0.0

    def startTest(self, test):
        super().startTest(test)
        self.began = time.monotonic()

    def tell(self, test, ok, output=""):
        note(f"{self.suite}: {test.id().split('.', 1)[-1]}", ok, output, time.monotonic() - self.began)

    def addSuccess(self, test):
        self.tell(test, True)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        print(f"left out: {test.id()}: {reason}", flush=True)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.tell(test, False, self.failures[-1][1])

    def addError(self, test, err):
        super().addError(test, err)
        self.tell(test, False, self.errors[-1][1])

    def addSubTest(self, test, subtest, err):
        """A part that fails: the whole is then neither a success nor a failure of its own."""
        super().addSubTest(test, subtest, err)
        if err is not None:
            note(f"{self.suite}: {subtest.id().split('.', 1)[-1]}", False, (self.failures + self.errors)[-1][1])


def process_tests():
    folder = ROOT / "tests" / "process"
    sys.path.insert(0, str(folder))
    loader = unittest.TestLoader()
    for script in sorted(folder.glob("*_test.py")):
        suite = loader.loadTestsFromName(script.stem)
        chosen = unittest.TestSuite(test for group in suite for test in group if wanted(f"process/{script.stem} {test.id()}"))
        chosen.run(Result("process/" + script.stem))


def node_tests():
    """Clients and verifiers from npm; left out, with a word, where Node is older than they need."""
    folder = ROOT / "tests" / "node"
    if not any(wanted(f"node/{path.name}") for path in folder.glob("*.test.js")):
        return
    version = subprocess.run(["node", "--version"], stdout=subprocess.PIPE, text=True) if shutil.which("node") else None
    if version is None or int(re.match(r"v(\d+)", version.stdout).group(1)) < 20 or not shutil.which("npm"):
        print("left out: node/ needs Node 20 and npm")
        return
    installed = subprocess.run(["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=folder,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if installed.returncode != 0:
        note("node/install", False, installed.stdout)
        return
    for path in sorted(folder.glob("*.test.js")):
        if not wanted(f"node/{path.name}"):
            continue
        done = subprocess.run(["node", "--test", "--test-reporter=tap", path.name], cwd=folder, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
        cases = re.findall(r"^(?:    )?(not ok|ok) \d+ - (.*)$", done.stdout, re.M)
        cases = [case for case in cases if not case[1].endswith(".test.js")] or [("not ok", path.name)]
        for verdict, title in cases:
            if " # SKIP" in title:
                print(f"left out: node/{path.stem}: {title}", flush=True)
                continue
            note(f"node/{path.stem}: {title}", verdict == "ok", done.stdout)


def main():
    unit_tests()
    lint_tests()
    property_tests()
    journey_tests()
    process_tests()
    node_tests()
    if failed:
        print("\nfailed:\n  " + "\n  ".join(failed))
    if not passed and not failed:
        failed.append("nothing matches")
        print("no test has a name like that")
    print(f"{len(passed)} passed, {len(failed)} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
