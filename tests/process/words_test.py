"""The two sets of words: a workspace in Chinese is the same program as the one in English."""
import filecmp
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from journey_process import JOURNEY

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
WORKSPACES = sorted({p.parent for folder in ("journeys", "tests/lang/behaviour") for p in (ROOT / folder).rglob("*.journey")
                     if "\nworkspace" in "\n" + p.read_text(encoding="utf-8")})
NAMES = [workspace.name for workspace in WORKSPACES]


def run(*args, cwd):
    return subprocess.run([JOURNEY, *args], cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


class Words(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="journey-test-"))

    def tearDown(self):
        shutil.rmtree(self.folder)

    def copies(self, name):
        """Every workspace, in layout; whatever the name, each stands at the same relative path and so names its files alike."""
        home = self.folder / name
        for workspace in WORKSPACES:
            shutil.copytree(workspace, home / workspace.name, ignore=lambda folder, names: [n for n in names if pathlib.Path(folder, n) in WORKSPACES])
        self.journey(home, "fmt", *NAMES)
        return home

    def journey(self, home, *args):
        done = run(*args, cwd=home)
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_a_translated_workspace_builds_the_same_bytes_and_comes_back(self):
        english, chinese = self.copies("en"), self.copies("zh")
        self.journey(chinese, "fmt", "--words", "zh", *NAMES)
        for file in sorted(chinese.rglob("*.journey")):
            words = {line.split()[0] for line in file.read_text(encoding="utf-8").splitlines() if line.split()}
            self.assertFalse(words & {"journey", "stage", "send", "wait", "end", "event", "expect", "message"}, file)
        self.journey(chinese, "fmt", "--check", *NAMES)
        self.journey(chinese, "test", *NAMES)
        for name in NAMES:
            with self.subTest(workspace=name):
                for home in (english, chinese):
                    self.journey(home, "build", name, "-o", f"{name}.jbc")
                self.assertTrue(filecmp.cmp(english / f"{name}.jbc", chinese / f"{name}.jbc", shallow=False))
        self.journey(chinese, "fmt", "--words", "en", *NAMES)
        for file in sorted(english.rglob("*.journey")):
            back = chinese / file.relative_to(english)
            self.assertEqual(file.read_text(encoding="utf-8"), back.read_text(encoding="utf-8"))

    def test_both_sets_may_stand_in_one_file(self):
        mixed = ("事件 signup\nevent purchase\n旅程 welcome\n  enter 当 signup\n  re-enter 从不\n  阶段 first\n"
                 "    等待 for purchase 最多 3 days 那么\n      tag \"bought\"\n    超时\n      标签 \"silent\"\n    结束\n"
                 "    离开 as done\n  end\n结束\n")
        (self.folder / "a.journey").write_text(mixed, encoding="utf-8")
        done = run("check", "--deny", "warnings", "a.journey", cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stdout)
        done = run("fmt", "--check", "a.journey", cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_every_day_and_every_monday_are_said_as_chinese_says_them(self):
        (self.folder / "a.journey").write_text("segment s is customer has tag \"x\"\n\njourney j\n  enter every day at 09:00 for s\n"
                                               "  re-enter always\n\n  stage only\n    tag \"x\"\n  end\nend\n", encoding="utf-8")
        self.assertEqual(run("fmt", "--words", "zh", "a.journey", cwd=self.folder).returncode, 0)
        chinese = (self.folder / "a.journey").read_text(encoding="utf-8")
        self.assertIn("  进入 每天 于 09:00 针对 s\n", chinese)
        (self.folder / "a.journey").write_text(chinese.replace("每天", "每逢 周一"), encoding="utf-8")
        done = run("check", "--deny", "warnings", "a.journey", cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual(run("fmt", "--check", "a.journey", cwd=self.folder).returncode, 0)
        self.assertEqual(run("fmt", "--words", "en", "a.journey", cwd=self.folder).returncode, 0)
        self.assertIn("  enter every monday at 09:00 for s\n", (self.folder / "a.journey").read_text(encoding="utf-8"))

    def test_full_width_punctuation_stays_an_error(self):
        (self.folder / "a.journey").write_text("客户\n  plan 文本， 必填\n结束\n", encoding="utf-8")
        done = run("check", "a.journey", cwd=self.folder)
        self.assertEqual(done.returncode, 1)
        self.assertIn("error[E0110]", done.stdout)
        self.assertEqual(done.stdout.count("error["), 1, done.stdout)


if __name__ == "__main__":
    unittest.main()
