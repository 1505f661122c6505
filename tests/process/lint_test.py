"""What lints find reaches people and programs: the path in every form, allowances, fixes, and the bounds of a run."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from journey_process import JOURNEY

CAPPED = """\
workspace
  timezone "UTC"
  currency CNY
  quiet hours 22:00 to 08:00, hold
end

event begin

event leave

channel mail
  webhook "https://mail.example/"
  cap 1 per 7 days, skip
  cost 0.5 CNY
end

message one on mail
  body "one"
end

message two on mail
  body "two"
end

journey short "Two letters"
  enter when begin
  re-enter never
  exit when leave
  stage only
    send one
    wait 1 day until 06:00
    send two
  end
end
"""


class Lints(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="journey-lint."))
        self.write(CAPPED)

    def tearDown(self):
        shutil.rmtree(self.folder)

    def write(self, text):
        (self.folder / "a.journey").write_text(text, encoding="utf-8")

    def run_journey(self, *args):
        return subprocess.run([JOURNEY, *args, "a.journey"], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, encoding="utf-8")

    def found(self):
        return [json.loads(line) for line in self.run_journey("check", "--format", "json").stdout.splitlines()]

    def test_a_warning_shows_where_its_path_goes(self):
        quiet, capped = self.found()
        self.assertEqual([d["code"] for d in (quiet, capped)], ["W0913", "W0911"])
        self.assertEqual((quiet["line"], quiet["column"], quiet["end_line"], quiet["end_column"]), (31, 5, 31, 27))
        self.assertEqual([(r["line"], r["message"]) for r in quiet["related"]],
                         [(4, "the quiet hours are set here"), (32, "`two` is then held until 08:00")])
        self.assertEqual([(r["line"], r["message"]) for r in capped["related"]],
                         [(13, "the channel's cap is set here"), (30, "`one` goes out"),
                          (31, "1 day after `only.send_one`: the wait ends"), (32, "1 day after `only.send_one`: this is due")])

    def test_every_form_has_the_other_places(self):
        log = json.loads(self.run_journey("check", "--format", "sarif").stdout)
        results = {r["ruleId"]: r for r in log["runs"][0]["results"]}
        related = results["W0911"]["relatedLocations"]
        self.assertEqual([r["physicalLocation"]["region"]["startLine"] for r in related], [13, 30, 31, 32])
        self.assertEqual([r["id"] for r in related], [1, 2, 3, 4])
        self.assertIn("a.journey:13:3: the channel's cap is set here", self.run_journey("check", "--format", "github").stdout)
        self.assertIn("note: `one` goes out", self.run_journey("check", "--format", "junit").stdout)

    def test_a_proposal_names_the_time_alone(self):
        fix = self.found()[0]["fix"]
        self.assertEqual((fix["text"], fix["applicability"]), ("08:00", "maybe"))
        line = CAPPED.splitlines()[fix["line"] - 1]
        self.assertEqual(line[fix["column"] - 1:fix["end_column"] - 1], "06:00")
        self.run_journey("fmt", "--fix")
        self.assertIn("06:00", (self.folder / "a.journey").read_text(encoding="utf-8"), "what may be meant is not applied")

    def test_warnings_can_be_allowed_one_by_one(self):
        self.write(CAPPED.replace("until 06:00", "until 06:00  # allow W0913: early birds")
                         .replace("    send two", "    # allow W0911: the second may be lost\n    send two"))
        self.assertEqual(self.found(), [])
        self.write(CAPPED.replace("until 06:00", "until 09:00  # allow W0913: early birds")
                         .replace("    send two", "    # allow W0911: the second may be lost\n    send two"))
        self.assertEqual([d["code"] for d in self.found()], ["W0970"])

    def test_one_code_can_be_denied(self):
        self.assertEqual(self.run_journey("check").returncode, 0)
        self.assertEqual(self.run_journey("check", "--deny", "W0913").returncode, 1)

    def test_bounds_of_a_run(self):
        text = self.run_journey("check", "--bounds").stdout
        self.assertIn("The most that one run can cause, on any path:", text)
        self.assertRegex(text, r"(?m)^  short +2 +1\.00 CNY +- +one$")
        lines = [json.loads(line) for line in self.run_journey("check", "--bounds", "--format", "json").stdout.splitlines()]
        self.assertEqual(lines[-1], {"bounds": "short", "messages": "2", "cost": "1.00", "currency": "CNY", "carbon_grams": "0"})
        refused = self.run_journey("check", "--bounds", "--format", "sarif")
        self.assertEqual((refused.returncode, refused.stdout), (64, ""))
        self.assertIn("--bounds goes with --format text or json", refused.stderr)

    def test_a_circle_has_no_bound_but_a_cap(self):
        self.write(CAPPED.replace("    send two", "    send two\n    go to only")
                         .replace("  stage only", "  cap 3 messages per 1 week, skip\n  goal g when leave within 1 day\n  stage only")
                         .replace("    send one", "    if begin in the last 3 days then\n      exit as out\n    end\n    send one"))
        self.assertRegex(self.run_journey("check", "--bounds").stdout,
                         r"(?m)^  short +unbounded +unbounded +- +one, capped at 3 per (1 week|7 days)$")


if __name__ == "__main__":
    unittest.main()
