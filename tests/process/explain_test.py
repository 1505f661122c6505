"""`journey explain PATH`: journeys in plain words, compared with what tests/lang/explained has them say."""
import json
import pathlib
import re
import subprocess
import tempfile
import unittest

from journey_process import JOURNEY

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
EXPLAINED = ROOT / "tests" / "lang" / "explained"


def explain(*arguments):
    return subprocess.run([JOURNEY, "explain", *map(str, arguments)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


class Explain(unittest.TestCase):
    maxDiff = None

    def test_everything_is_told_in_both_languages(self):
        """A change of wording changes these files: read them, then `journey explain --words en PATH > everything.en.txt`."""
        for words in ("en", "zh"):
            done = explain(EXPLAINED, "--words", words)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(done.stdout, (EXPLAINED / f"everything.{words}.txt").read_text(encoding="utf-8"))

    def test_every_statement_of_the_table_is_in_the_sample(self):
        told = (EXPLAINED / "everything.en.txt").read_text(encoding="utf-8")
        sentences = dict(re.findall(r'^SENTENCE\((\w+), +"((?:[^"\\]|\\.)*)"', (ROOT / "compiler/explain/sentences.def").read_text(encoding="utf-8"), re.M))
        statements = re.findall(r"^STATEMENT\((\w+)", (ROOT / "compiler/stmt/statements.def").read_text(encoding="utf-8"), re.M)
        for statement in statements:
            pattern = re.sub(r"\\\{\d\\\}", ".*", re.escape(sentences[statement]))
            self.assertRegex(told, pattern, f"{statement} is not in everything.journey")

    def test_a_journey_is_told_in_the_words_it_is_written_in(self):
        told = explain(EXPLAINED).stdout
        self.assertIn("Journey every_line: Every line there is\n", told)
        self.assertIn("旅程 老客户\n", told)
        self.assertIn("等待 1 天。", explain(EXPLAINED, "--journey", "老客户").stdout)
        self.assertIn("Wait 1 day.", explain(EXPLAINED, "--journey", "老客户", "--words", "en").stdout)

    def test_json_says_where_each_line_stands(self):
        lines = explain(EXPLAINED, "--format", "json").stdout.splitlines()
        self.assertEqual([json.loads(line)["journey"] for line in lines], sorted(json.loads(line)["journey"] for line in lines))
        story = next(json.loads(line) for line in lines if json.loads(line)["journey"] == "every_line")
        sections = {section["key"]: section["lines"] for section in story["sections"]}
        source = (EXPLAINED / "everything.journey").read_text(encoding="utf-8").splitlines()
        entering = sections["entering"][0]
        self.assertEqual(source[entering["line"] - 1].split()[:3], ["enter", "when", "order"])
        self.assertTrue(entering["file"].endswith("everything.journey"))
        self.assertTrue(any("25%" in line["text"] for line in sections["shares"]))
        self.assertEqual(sections["steps"][0], {"level": 0, "text": "Stage first", "file": entering["file"], "line": source.index("  stage first") + 1})

    def test_what_is_asked_for_wrongly_is_told(self):
        done = explain(EXPLAINED, "--journey", "nobody")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("there is no journey nobody", done.stderr)
        self.assertEqual(explain(EXPLAINED, "--words", "fr").returncode, 64)
        self.assertEqual(explain("--words", "en").returncode, 64)
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "a.journey").write_text("journey a\n  sned\n", encoding="utf-8")
            done = explain(folder)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn("error[", done.stderr)
            (pathlib.Path(folder) / "E0305").mkdir()
            code = subprocess.run([JOURNEY, "explain", "E0305"], cwd=folder, stdout=subprocess.PIPE, text=True, check=True)
            self.assertTrue(code.stdout.startswith("E0305"))


if __name__ == "__main__":
    unittest.main()
