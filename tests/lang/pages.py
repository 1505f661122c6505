"""What the other pages show is true, too: every block in README.md and docs/*.md is carried out by a test, or here.

Usage: pages.py JOURNEY. README's scripts are compiled and tested in the workspace `journeys/welcome`; commands in `sh` are
asked of a server that is not there, which only what is written wrongly fails before, or only read; the model of docs/simulate.md is
simulated with. The blocks of the pages in ELSEWHERE are carried out by the test that stands there."""
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

import manual

ROOT = manual.ROOT
ELSEWHERE = {"docs/language.md": "tests/lang/manual.py", "docs/language.zh.md": "tests/lang/manual.py",
             "docs/tutorial.md": "tests/process/tutorial_test.py", "docs/tutorial.zh.md": "tests/process/tutorial_test.py",
             "docs/diagnostics.md": "tests/unit/lower/diagnostics_test.c"}
WELCOME = ROOT / "journeys" / "welcome"
USAGE = 64  # the exit status of a command that is written wrongly
APPROVING = """journey approving
  enter when signup
  re-enter never

  stage only
    approve "Is it right?" by "crm-lead" up to 2 days then
      tag "approved"
    timeout
    end
  end
end
"""
NOWHERE = "http://127.0.0.1:9"  # the port of `discard`: nobody listens


def run_script(journey, block, home):
    """In journeys/welcome: a test runs there, and a journey stands beside that one, under another name."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(WELCOME.glob("*.journey")))
    tests = block.text.startswith("test ")
    (home / "block.journey").write_text(re.sub(r"^journey \w+", "journey shown", block.text), encoding="utf-8")
    (home / "rest.journey").write_text(manual.Prelude(text).without(block.text) if tests else text, encoding="utf-8")
    status, out, err = manual.run(journey, "test" if tests else "check", str(home))
    if status != 0:
        yield f"{block.place}: {out}{err}"


def run_commands(journey, block):
    for line in block.text.splitlines():
        words = shlex.split(line, comments=True)
        if not words:
            continue
        if words[0] == "journey":
            asks = words[1] != "serve" and "--server" not in words
            status, out, err = manual.run(journey, *words[1:], *(["--server", NOWHERE] if asks else ["--help"]))
            if status == USAGE or (status == 0) == asks:
                yield f"{block.place}: `{line}` is not taken: {out}{err}"
        elif not (ROOT / words[0]).is_file():
            yield f"{block.place}: there is no {words[0]}"


def run_model(journey, block, home):
    """In journeys/welcome, where somebody is asked, too."""
    workspace = home / "workspace"
    workspace.mkdir()
    for path in WELCOME.glob("*.journey"):
        (workspace / path.name).write_bytes(path.read_bytes())
    (workspace / "approving.journey").write_text(APPROVING, encoding="utf-8")
    (home / "model.json").write_text(block.text, encoding="utf-8")
    status, out, err = manual.run(journey, "simulate", str(workspace), "--customers", "20", "--format", "json", "--model", str(home / "model.json"))
    if status != 0 or not json.loads(out):
        yield f"{block.place}: {out}{err}"


def check(journey, path, home):
    for block in manual.blocks_of(os.path.relpath(path.with_suffix(""), ROOT / "docs")):
        folder = home / str(block.line)
        folder.mkdir(parents=True)
        if block.kind == "journey":
            yield from run_script(journey, block, folder)
        elif block.kind == "sh":
            yield from run_commands(journey, block)
        elif block.kind == "json":
            yield from run_model(journey, block, folder)
        else:
            yield f"{block.place}: nothing carries out a block of `{block.kind}`"


def main():
    findings = [f"{page} names {test}, which is not there" for page, test in ELSEWHERE.items() if not (ROOT / test).is_file()]
    with tempfile.TemporaryDirectory(prefix="journey-pages-") as home:
        for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
            if str(path.relative_to(ROOT)) not in ELSEWHERE:
                findings += check(sys.argv[1], path, pathlib.Path(home, path.stem))
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
