"""The tutorial, carried out: its files are written, its changes made, its commands run, and what they print is compared.

A fence says what is done: `file:PATH` writes or (diff) changes a file; `sh` runs commands (`exit:N` where they end so);
`text` behind it is what they print, `…` in it being anything, a line `…` any lines. `terminal:NAME` runs beside the rest.
`elsewhere` is not run here (`.ci/run` runs the quickstart)."""
import os
import pathlib
import queue
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import unittest

from journey_process import DEADLINE, JOURNEY

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def blocks_of(page):
    text = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
    for match in re.finditer(r"^```([^\n`]+)\n(.*?)^```$", text, re.M | re.S):
        kind, *words = match.group(1).split()
        yield kind, dict(word.partition(":")[::2] for word in words), match.group(2), text.count("\n", 0, match.start()) + 1


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def pattern(expected):
    """What `text` matches: `…` alone on a line any lines, within one anything."""
    lines = [r"(?:.*\n)*?" if line == "…" else re.escape(line).replace("…", ".*?") + r"\n?" for line in expected.splitlines()]
    return re.compile(r"\A" + "".join(lines) + r"\Z")


class Terminal:
    """A window in which something keeps running."""

    def __init__(self, script, cwd, env):
        self.process = subprocess.Popen(["bash", "-c", script], cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                        text=True, start_new_session=True)
        self.lines = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.lines.put(line)

    def next(self):
        return self.lines.get(timeout=DEADLINE)

    def close(self):
        os.killpg(self.process.pid, 15)
        self.process.wait(DEADLINE)
        self.process.stdout.close()


class Reader:
    """Somebody who does what the page says, in a folder of his own."""

    def __init__(self, home):
        self.home = home
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("JOURNEY_")}
        self.env["NO_COLOR"] = "1"
        self.ports = {port: free_port() for port in ("8080", "9000")}
        self.terminals = {}
        (home / "build").mkdir()
        (home / "build" / "journey").symlink_to(pathlib.Path(JOURNEY).resolve())
        (home / "journeys").symlink_to(ROOT / "journeys")

    def to_here(self, text):
        return re.sub(r":(8080|9000)\b|(?<=receiver.py )9000", lambda m: (":" if m.group(1) else "") + self.ports[m.group(1) or "9000"], text)

    def from_here(self, text):
        for there, here in self.ports.items():
            text = text.replace(":" + here, ":" + there)
        return text

    def run(self, script):
        """Status and output; what is exported stays for the next commands."""
        kept = self.home / ".exported"
        done = subprocess.run(["bash", "-ec", f"[ ! -f {kept} ] || . {kept}\n" + self.to_here(script) + f"\nexport -p > {kept}"], cwd=self.home,
                              env=self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=DEADLINE)
        return done.returncode, self.from_here(done.stdout)

    def open(self, name, script):
        self.terminals[name] = Terminal(self.to_here(script), self.home, self.env)

    def sees(self, name, wanted):
        found = ""
        for _ in wanted.splitlines():
            found += self.from_here(self.terminals[name].next())
        return found

    def write(self, path, text):
        (self.home / path).write_text(text, encoding="utf-8")

    def change(self, path, diff):
        lines = diff.splitlines(True)
        before = "".join(line[1:] for line in lines if line[0] in " -")
        after = "".join(line[1:] for line in lines if line[0] in " +")
        text = (self.home / path).read_text(encoding="utf-8")
        assert text.count(before) == 1, f"{path} has {text.count(before)} places like\n{before}"
        self.write(path, text.replace(before, after))

    def close(self):
        for terminal in self.terminals.values():
            terminal.close()


class Tutorial(unittest.TestCase):
    def setUp(self):
        home = pathlib.Path(tempfile.mkdtemp(prefix="journey-test-"))
        self.addCleanup(shutil.rmtree, home)
        self.reader = Reader(home)
        self.addCleanup(self.reader.close)

    def follow(self, page):
        printed = ""
        for kind, options, text, line in blocks_of(page):
            place = f"docs/{page}.md:{line}"
            if "elsewhere" in options:
                continue
            if kind == "journey":
                self.reader.write(options["file"], text)
            elif kind == "diff":
                self.reader.change(options["file"], text)
            elif kind == "sh" and "terminal" in options:
                self.reader.open(options["terminal"], text)
            elif kind == "sh":
                status, printed = self.reader.run(text)
                self.assertEqual(status, int(options.get("exit", "0")), f"{place}\n{printed}")
            else:
                found = self.reader.sees(options["terminal"], text) if "terminal" in options else printed
                self.assertRegex(found, pattern(text), place)
        self.assertEqual(self.reader.run("journey fmt --check shop"), (0, ""))

    def test_in_english(self):
        self.follow("tutorial")

    def test_in_chinese(self):
        self.follow("tutorial.zh")


if __name__ == "__main__":
    unittest.main()
