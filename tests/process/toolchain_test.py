"""The command line, as people and CI use it."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from journey_process import JOURNEY

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")

PLANTED = """workspace
  timezone "Europe/Berlin"
  currency EUR
end
customer
  name text
  points nmber
end
event signup
  plan text
  total money
end
channel email
  webhook "https://mail.example/"
end
message hello on email
  subject "Hi {{ customer.nme }}"
  body "x {{ customer.name | upcse }}"
end
journey welcome
  enter when signup where signup.paln is "x"
  re-enter never
  stage one
    sned hello
    send helo
    wait for signup
    if customer.name > 3 then
      tag "a"
    end
    split s
      50% a:
        tag "b"
      40% b:
        tag "c"
    end
    go to two
  end
end
journey second
  enter when signup where signup.total > 5 USD
  stage one
    send hello
  end
end
"""
MISTAKES = [(7, "E0309"), (17, "E0305"), (18, "E0604"), (21, "E0305"), (24, "E0204"), (25, "E0304"), (26, "E0510"), (27, "E0413"),
            (30, "E0512"), (36, "E0502"), (39, "E0517"), (40, "E0414")]


def run(*args, cwd=ROOT, stdin=None, **env):
    return subprocess.run([JOURNEY, *args], cwd=cwd, input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          env={**os.environ, **env})


class Toolchain(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="journey-test-")
        self.addCleanup(shutil.rmtree, self.folder)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def test_planted_mistakes_are_found_each_at_its_place_and_no_others(self):
        done = run("check", "--format", "json", self.write("planted.journey", PLANTED))
        found = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([(d["line"], d["code"]) for d in found if d["severity"] == "error"], MISTAKES)
        self.assertEqual(done.returncode, 1)

    def test_a_diagnostic_in_json_has_its_fields(self):
        done = run("check", "--format", "json", self.write("a.journey", "event a\njourney j\n  enter when b\n  re-enter never\n  stage s\n    tag \"x\"\n  end\nend\n"))
        first = json.loads(done.stdout.splitlines()[0])
        for key in ("code", "severity", "message", "file", "line", "column", "end_line", "end_column", "hint", "related"):
            self.assertIn(key, first)
        self.assertEqual((first["line"], first["column"], first["end_column"]), (3, 14, 15))

    def test_the_same_source_gives_the_same_bytes_in_two_folders(self):
        for name in ("here", "there/deeper"):
            shutil.copytree(os.path.join(ROOT, "journeys", "welcome"), os.path.join(self.folder, name))
        one, two, three = (os.path.join(self.folder, name) for name in ("one.jbc", "two.jbc", "three.jbc"))
        self.assertEqual(run("build", os.path.join(self.folder, "here"), "-o", one).returncode, 0)
        self.assertEqual(run("build", "-o", two, cwd=os.path.join(self.folder, "there", "deeper")).returncode, 0)
        self.assertEqual(run("build", "journeys/welcome", "-o", three).returncode, 0)
        images = [pathlib.Path(path).read_bytes() for path in (one, two, three)]
        self.assertEqual(images[0], images[1])
        self.assertEqual(images[0], images[2])
        self.assertEqual(run("verify", one).returncode, 0)
        self.assertIn("awareness.send_welcome", run("disasm", one).stdout)

    def test_a_damaged_image_is_refused_with_a_reason(self):
        path = os.path.join(self.folder, "x.jbc")
        run("build", "journeys/cart", "-o", path)
        image = bytearray(pathlib.Path(path).read_bytes())
        image[len(image) // 2] ^= 1
        pathlib.Path(path).write_bytes(image)
        done = run("verify", path)
        self.assertEqual(done.returncode, 1)
        self.assertIn("journey: the image", done.stderr)

    def test_fmt_is_idempotent_and_keeps_comments(self):
        path = self.write("a.journey", "# first\n\nevent   a # behind\n# last\n")
        self.assertEqual(run("fmt", "--check", path).returncode, 2)
        self.assertEqual(run("fmt", path).returncode, 0)
        text = pathlib.Path(path).read_text(encoding="utf-8")
        for comment in ("# first", "# behind", "# last"):
            self.assertIn(comment, text)
        self.assertEqual(run("fmt", "--check", path).returncode, 0)
        self.assertEqual(run("fmt", "-", stdin="event   a\n").stdout, "event a\n")
        self.assertEqual(run("fmt", self.write("b.journey", "event\n")).returncode, 1)

    def test_a_failing_test_is_told_with_both_timelines(self):
        path = self.write("a.journey", "event a\njourney j\n  enter when a\n  re-enter never\n  stage s\n    wait 1 day\n  end\nend\n"
                          "test \"t\"\n  customer ann\n  at 2026-01-01 10:00\n  ann does a\n  expect ann not in j\n  expect ann left j as x\nend\n")
        done = run("test", path, "--junit", os.path.join(self.folder, "report.xml"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("a.journey:13: ann is in stage s of j", done.stdout)
        self.assertIn("a.journey:14: ann has not left j", done.stdout)
        self.assertIn("> expect ann not in j", done.stdout)
        self.assertTrue(done.stdout.endswith("0 passed, 1 failed\n"))
        self.assertIn("<failure", pathlib.Path(self.folder, "report.xml").read_text(encoding="utf-8"))

    def test_explain_shows_wrong_and_right(self):
        page = run("explain", "E0510").stdout
        self.assertIn("Wrong:", page)
        self.assertIn("Right:", page)
        self.assertEqual(run("explain", "E9999").returncode, 1)

    def test_usage(self):
        self.assertEqual(run("chekc").returncode, 64)
        self.assertIn("did you mean `check`", run("chekc").stderr)
        self.assertEqual(run("check", "--fromat", "json").returncode, 64)
        self.assertEqual(run("build", "journeys/cart").returncode, 64)
        table = pathlib.Path(ROOT, "cli", "commands.def").read_text(encoding="utf-8")
        for command in re.findall(r"^COMMAND\((\w+),", table, re.M):
            help_text = run(command, "--help")
            self.assertEqual(help_text.returncode, 0)
            self.assertIn("Options:", help_text.stdout)
            self.assertIn(f"  journey {command} ", help_text.stdout)
        self.assertEqual(run("help", "check").stdout, run("check", "--help").stdout)
        self.assertEqual(run("help", "chekc").returncode, 64)
        self.assertIn("did you mean `check`", run("help", "chekc").stderr)

    def test_hostile_sources_get_diagnostics(self):
        nested = "segment s is " + "(" * 10000 + "1" + ")" * 10000 + "\n"
        blocks = "event a\njourney j\n  enter when a\n  re-enter never\n  stage s\n" + "if true then\n" * 10000
        chain = "segment s is " + " or ".join(["true"] * 50000) + "\n"
        for name, text in (("nested", nested), ("blocks", blocks), ("chain", chain), ("long", "event " + "a" * 500000 + "\n"),
                           ("open", 'test "' + "x" * 100000), ("block", 'message m on c\n  b """' + "x\n" * 100000),
                           ("garbage", "\u0001\u202e$%&" * 1000)):
            done = run("check", "--format", "json", self.write(name + ".journey", text))
            self.assertEqual(done.returncode, 1, name)
            self.assertTrue(done.stdout.startswith('{"code":"E0'), name)
        large = self.write("large.journey", "#" * (1 << 20) + "\nevent a\n")
        self.assertNotEqual(run("check", large).returncode, 0)
        with open(os.path.join(self.folder, "bytes.journey"), "wb") as file:
            file.write(b"event a\xff\xfe\n")
        self.assertIn("E0101", run("check", os.path.join(self.folder, "bytes.journey")).stdout)
        os.mkfifo(os.path.join(self.folder, "fifo.journey"))
        self.assertNotEqual(run("check", os.path.join(self.folder, "fifo.journey")).returncode, 0)
        self.assertNotEqual(run("check", "/dev/zero").returncode, 0)


if __name__ == "__main__":
    unittest.main()
