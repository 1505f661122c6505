"""Runs every suite and counts: CTest programs, checks of the tree, journeys, whole-process tests.

Usage: run.py BUILD [NAME…]; NAMEs choose by substring. The last line printed is `N passed, N failed`.

Several run at once, since tests of whole processes wait more than they work; a class of them with `alone = True` has the
machine to itself, at the end. What takes longest is told before the last line.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Suites with long tests begin first, so that no long test is left alone at the end.
LONG = ["property/", "process/", "node/", "fault/", "sim/"]
TOLD = 10  # of those that took longest

# ok: None where a test was left out, with the reason as its output. processor: seconds that all its processes worked, where
# that is known.
Outcome = collections.namedtuple("Outcome", "name ok output seconds processor")
Job = collections.namedtuple("Job", "name run alone", defaults=[False])


def execute(command, cwd=ROOT):
    """(exit status, output with errors, seconds, of them seconds of the processor)."""
    with tempfile.TemporaryFile() as out:
        began = time.monotonic()
        process = subprocess.Popen(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read().decode(errors="replace")
    return process.returncode, text, time.monotonic() - began, usage.ru_utime + usage.ru_stime


def command(name, words, cwd=ROOT):
    """One test: a command that is to end with 0."""
    def run():
        status, text, *took = execute(words, cwd)
        return [Outcome(name, status == 0, text, *took)]
    return Job(name, run)


def programs(build):
    listed = subprocess.run(["ctest", "--test-dir", str(build), "--show-only=json-v1"], stdout=subprocess.PIPE, text=True, check=True)
    return [command(test["name"], test["command"]) for test in json.loads(listed.stdout)["tests"]]


def lint_tests():
    return [command("lint/" + script.stem[len("check_"):], [sys.executable, str(script)])
            for script in sorted((ROOT / "tests" / "lint").glob("check_*.py"))]


def property_tests(build):
    return [command("property/mutation", [sys.executable, "tests/property/mutation.py", str(build / "tests" / "property_many"), "--count", "1000"])]


def test_blocks(journey):
    """Every `test` of a journey is a test."""
    status, text, *took = execute([journey, "test", "--format", "json", "journeys", "tests/lang/behaviour"])
    tests = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    outcomes = [Outcome(f"journeys/{pathlib.Path(test['file']).stem}: {test['test']}", test["passed"],
                        json.dumps(test["findings"], indent=2), 0.0, 0.0) for test in tests]
    sound = tests and status == (1 if any(not test["passed"] for test in tests) else 0)
    return outcomes + [Outcome("journeys/test", bool(sound), text, *took)]


def journey_tests(build):
    journey = str(build / "journey")
    return [command("journeys/check", [journey, "check", "--deny", "warnings", "journeys"]),
            command("journeys/fmt", [journey, "fmt", "--check", "journeys"]),
            command("journeys/coverage", [journey, "test", "--min-coverage", "100%", "journeys"]),
            command("journeys/lints", [sys.executable, "tests/lang/lints.py", journey]),
            command("journeys/manual", [sys.executable, "tests/lang/manual.py", journey]),
            command("journeys/pages", [sys.executable, "tests/lang/pages.py", journey]),
            Job("journeys/test", lambda: test_blocks(journey))]


def cases(name, tests):
    """The tests of one class, one after another in a process of their own (tests/process/cases.py)."""
    def run():
        status, text, *took = execute([sys.executable, "tests/process/cases.py", *tests])
        told = [json.loads(line) for line in text.splitlines() if line.startswith('{"test": ')]
        outcomes = [Outcome(f"{name.split(':')[0]}: {case.pop('test').split('.', 1)[-1]}", **case) for case in told]
        if status != 0 and all(outcome.ok is not False for outcome in outcomes):
            outcomes.append(Outcome(name, False, text, *took))
        return outcomes
    return run


def process_tests(wanted):
    folder = ROOT / "tests" / "process"
    sys.path.insert(0, str(folder))
    loader, jobs = unittest.TestLoader(), []
    for script in sorted(folder.glob("*_test.py")):
        for group in loader.loadTestsFromName(script.stem):
            chosen = [test for test in group if wanted(f"process/{script.stem} {test.id()}")]
            if chosen:
                name = f"process/{script.stem}: {type(chosen[0]).__name__}"
                jobs.append(Job(name, cases(name, [test.id() for test in chosen]), getattr(chosen[0], "alone", False)))
    return jobs


def node_file(path):
    _, text, *took = execute(["node", "--test", "--test-reporter=tap", path.name], path.parent)
    found = re.findall(r"^(?:    )?(not ok|ok) \d+ - (.*)\n +---\n +duration_ms:? ([\d.]+)", text, re.M)
    outcomes = []
    for verdict, title, ms in found:
        title, *left_out = title.split(" # SKIP", 1)
        if not title.endswith(".test.js"):
            outcomes.append(Outcome(f"node/{path.stem}: {title}", None if left_out else verdict == "ok",
                                    left_out[0].strip() if left_out else text, float(ms) / 1000, None))
    return outcomes or [Outcome(f"node/{path.stem}", False, text, *took)]


def node_tests(wanted):
    """Clients and verifiers from npm; left out, with a word, where Node is older than they need."""
    folder = ROOT / "tests" / "node"
    chosen = [path for path in sorted(folder.glob("*.test.js")) if wanted(f"node/{path.name}")]
    if not chosen:
        return []

    def run():
        version = execute(["node", "--version"])[1] if shutil.which("node") else "v0"
        if int(re.match(r"v(\d+)", version).group(1)) < 20 or not shutil.which("npm"):
            return [Outcome("node/", None, "needs Node 20 and npm", 0.0, 0.0)]
        status, text, *took = execute(["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"], folder)
        if status != 0:
            return [Outcome("node/install", False, text, *took)]
        return [outcome for path in chosen for outcome in node_file(path)]
    return [Job("node/", run)]


def carried_out(job):
    try:
        return job.run()
    except Exception as error:  # a job that cannot even be run is a test that failed, and the others go on
        return [Outcome(job.name, False, repr(error), 0.0, 0.0)]


def tell(outcome):
    if outcome.ok is None:
        print(f"left out: {outcome.name}: {outcome.output}", flush=True)
        return
    print(f"{'ok  ' if outcome.ok else 'FAIL'} {outcome.name} ({outcome.seconds:.1f} s)", flush=True)
    if not outcome.ok:
        print(outcome.output, flush=True)


def carry_out(jobs, at_once):
    """Outcomes, each told as soon as its job is done."""
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        for done in concurrent.futures.as_completed([pool.submit(carried_out, job) for job in jobs]):
            for outcome in done.result():
                tell(outcome)
                yield outcome


def all_jobs(build, words):
    def wanted(name):
        return not words or any(word in name for word in words)

    found = [*programs(build), *lint_tests(), *property_tests(build), *journey_tests(build)]
    found = [job for job in found if wanted(job.name)] + process_tests(wanted) + node_tests(wanted)
    return sorted(found, key=lambda job: next((i for i, suite in enumerate(LONG) if job.name.startswith(suite)), len(LONG)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path, metavar="BUILD")
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() + 1, help="how many run at once (default %(default)s)")
    options = parser.parse_args()
    build = options.build.resolve()
    os.environ.setdefault("JOURNEY", str(build / "journey"))
    jobs = all_jobs(build, options.names)
    outcomes = [*carry_out([job for job in jobs if not job.alone], options.jobs), *carry_out([job for job in jobs if job.alone], 1)]
    passed, failed = [[outcome.name for outcome in outcomes if outcome.ok is ok] for ok in (True, False)]
    print("\nlongest (of it on the processor):")
    for outcome in sorted(outcomes, key=lambda outcome: -outcome.seconds)[:TOLD]:
        worked = "?" if outcome.processor is None else f"{outcome.processor:.1f} s"
        print(f"  {outcome.seconds:6.1f} s ({worked}) {outcome.name}")
    if failed:
        print("\nfailed:\n  " + "\n  ".join(failed))
    if not passed and not failed:
        failed.append("nothing matches")
        print("no test has a name like that")
    print(f"{len(passed)} passed, {len(failed)} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
