"""`journey test`: coverage, JUnit, filters, single files and the report of a failure."""
import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

from journey_process import JOURNEY

DICTIONARY = """workspace
  timezone "UTC"
  quiet hours 22:00 to 08:00, hold
  cap 1 message per 1 day, skip
end
customer
  email text
  plan text
end
event signup
event came
topic offers "Offers", opt in
channel mail
  webhook "https://mail.example/"
  to customer.email
end
message hello on mail
  subject "Hi"
end
message offer on mail about offers
  subject "Offer"
end
journey greet
  enter when signup
  re-enter never
  control 10%
  stage one
    send hello
    if customer.plan is "pro" then
      send offer
    end
    wait for came up to 2 days then
      tag "came"
    timeout
      tag "silent"
    end
    split half
      50% left:
        tag "left"
      50% right:
    end
  end
end
"""
TESTS = """test "a <b> & \\"c\\""
  customer ann with email = "a@b", plan = "free"
  at 2026-03-02 09:00
  ann does signup
  expect ann gets hello
  force split half = left
  after 3 days
  expect ann has tag "silent"
end

test "旅程 of a professional"
  customer bob with email = "b@b", plan = "pro"
  at 2026-03-02 09:00
  bob does signup
  expect bob never gets offer
end
"""


SENDING = """customer
  email text
end
event a
channel mail
  webhook "https://mail.example/"
  to customer.email
end
message hello on mail
  body "hello"
end
message later on mail
  body "later"
end
journey j
  enter when a
  re-enter never
  stage one
    send hello or later then
      failed:
        tag "failed"
      unreachable:
        tag "unreachable"
    end
  end
end
test "it is taken"
  customer ann with email = "a@b"
  ann does a
  expect ann gets hello
end
"""

ASKING = """customer
  spend number, default 3
end
event a
service score
  webhook "https://ml.example/"
  give spend number
  take points number, default 0
  timeout 2 seconds
  breaker opens at 50% of 20 calls, for 1 minute
end
journey j
  enter when a
  re-enter never
  stage one
    ask score with spend = customer.spend
    if score.points > 5 then
      tag "good"
    end
  end
end
test "it answers"
  customer ann
  service score answers points = 9
  ann does a
  expect ann has tag "good"
end
"""
UNANSWERED = """test "it fails"
  customer ann
  service score fails
  ann does a
  expect ann left j as completed
end
"""
UNSENT = """test "it is refused"
  customer ann with email = "a@b"
  channel mail answers 400
  ann does a
  expect ann has tag "failed"
end
"""

ROWS = """event a
  plan text
  n number
end
journey j
  enter when a
  re-enter never
  stage s
    exit as cheap
  end
end
test "each"
  for each what, number, end_name
    "tin",  1,  cheap
    "gold", 12, dear
  end
  customer ann
  ann does a with plan = what, n = number
  expect ann left j as end_name
end
"""


def run(*arguments, cwd=None):
    return subprocess.run([os.path.abspath(JOURNEY), *arguments], capture_output=True, text=True, timeout=120, cwd=cwd)


class Testing(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name)
        (self.path / "greet.journey").write_text(DICTIONARY)
        (self.path / "greet_test.journey").write_text(TESTS)

    def test_coverage_counts_steps_sides_timeouts_arms_and_policies(self):
        file = self.path / "coverage.json"
        out = run("test", str(self.path), "--coverage", "--coverage-file", str(file))
        self.assertEqual(out.returncode, 0, out.stdout + out.stderr)
        self.assertIn("2 passed, 0 failed", out.stdout)
        greet = next(line for line in out.stdout.splitlines() if line.startswith("  greet"))
        self.assertEqual(greet.split()[1:], ["8/9", "2/3", "1/1", "1/2", "0/1", "75.0%"], out.stdout)
        self.assertIn("greet.journey:32: greet: one.wait_for_came was never passed", out.stdout)
        self.assertIn("never took arm right", out.stdout)
        self.assertIn("greet: control was never at work", out.stdout)
        data = json.loads(file.read_text())
        steps = {row["step"]: row for row in data["journeys"][0]["steps"]}
        self.assertEqual(data["journeys"][0]["name"], "greet")
        self.assertEqual(steps["one.send_hello"]["count"], 2)
        self.assertEqual((steps["one.wait_for_came"]["count"], steps["one.wait_for_came"]["alt"]), (2, 1))
        self.assertEqual({row["policy"]: row["covered"] for row in data["policies"]},
                         {"quiet hours": False, "cap": False, "consent to offers": True, "control": False})

    def test_ways_of_a_send_that_were_never_taken_are_told_in_its_words(self):
        folder = self.path / "send"
        folder.mkdir()
        (folder / "send.journey").write_text(SENDING)
        out = run("test", str(folder), "--coverage")
        told = [line.split(": ", 2)[2] for line in out.stdout.splitlines() if re.match("  .*send.journey:", line)]
        self.assertEqual(told[0], "one.send_hello was always sent", out.stdout)
        (folder / "send.journey").write_text(SENDING + UNSENT)
        out = run("test", str(folder), "--coverage")
        told = {line.split(": ", 2)[2] for line in out.stdout.splitlines() if re.match("  .*send.journey:", line)}
        self.assertEqual(told, {"one.send_later was never sent", "one.send_hello, failed: was always taken",
                                "one.send_hello, unreachable: was never reached", "tag was never reached"}, out.stdout)

    def test_that_a_service_never_failed_is_told(self):
        folder = self.path / "asking"
        folder.mkdir()
        script, covered = folder / "asking.journey", self.path / "covered.json"
        for tests, missing, text in ((ASKING, True, "answer · 1× / default: after 2 seconds, failed, breaker open · 0×"),
                                     (ASKING + UNANSWERED, False, "answer · 1× / default: after 2 seconds, failed, breaker open · 1×")):
            script.write_text(tests)
            out = run("test", str(folder), "--coverage", "--coverage-file", str(covered))
            self.assertEqual(out.returncode, 0, out.stdout)
            self.assertEqual("j: one.ask_score was always answered" in out.stdout, missing, out.stdout)
            picture = run("graph", str(folder), "--as", "dot", "--coverage", str(covered))
            (way,) = [line for line in picture.stdout.splitlines() if text in line]
            self.assertEqual("dashed" in way, missing, way)

    def test_a_row_that_fails_is_told_with_its_values(self):
        folder = self.path / "rows"
        folder.mkdir()
        (folder / "rows.journey").write_text(ROWS)
        out = run("test", str(folder))
        self.assertEqual(out.returncode, 1)
        self.assertRegex(out.stdout, r'ann does a with plan = "gold",[ |]')
        self.assertIn("    n = 12\n", out.stdout)
        self.assertIn("expect ann left j as dear", out.stdout)
        self.assertNotIn("plan = what", out.stdout)

    def test_too_little_coverage_fails_and_says_what_is_missing(self):
        out = run("test", str(self.path), "--min-coverage", "90%")
        self.assertEqual(out.returncode, 1)
        self.assertIn("less than 90.00%", out.stderr)
        self.assertIn("was never passed", out.stderr)
        self.assertEqual(run("test", str(self.path), "--min-coverage", "50").returncode, 0)
        self.assertEqual(run("test", str(self.path), "--min-coverage", "most").returncode, 64)
        self.assertEqual(run("test", str(self.path), "--min-coverage", "nan").returncode, 64)

    def test_junit_is_xml_with_a_case_a_test(self):
        (self.path / "greet_test.journey").write_text(TESTS.replace('tag "silent"', 'tag "loud"'))
        report = self.path / "report.xml"
        out = run("test", str(self.path), "--junit", str(report))
        self.assertEqual(out.returncode, 1)
        suite = ElementTree.parse(report).getroot().find("testsuite")
        self.assertEqual((suite.get("tests"), suite.get("failures")), ("2", "1"))
        cases = suite.findall("testcase")
        self.assertEqual([case.get("name") for case in cases], ['a <b> & "c"', "旅程 of a professional"])
        self.assertIn('expect ann has tag "loud"', cases[0].find("failure").text)
        self.assertIsNone(cases[1].find("failure"))

    def test_each_row_of_a_table_is_a_case(self):
        (self.path / "greet_test.journey").write_text("""test "plans"
  for each chosen, badge
    "free", "left"
    "pro", "wrong"
  end
  customer ann with email = "a@b", plan = chosen
  at 2026-03-02 09:00
  ann does signup
  force split half = left
  after 3 days
  expect ann has tag badge
end
""", encoding="utf-8")
        report = self.path / "report.xml"
        out = run("test", str(self.path), "--junit", str(report), "--format", "json")
        self.assertEqual(out.returncode, 1, out.stderr)
        titles = ['plans (chosen = "free", badge = "left")', 'plans (chosen = "pro", badge = "wrong")']
        self.assertEqual([json.loads(line)["test"] for line in out.stdout.splitlines()], titles)
        self.assertEqual([json.loads(line)["passed"] for line in out.stdout.splitlines()], [True, False])
        self.assertEqual([json.loads(line)["line"] for line in out.stdout.splitlines()], [3, 4])
        cases = ElementTree.parse(report).getroot().find("testsuite").findall("testcase")
        self.assertEqual([(case.get("name"), case.find("failure") is not None) for case in cases], [(titles[0], False), (titles[1], True)])
        self.assertIn("1 passed, 0 failed", run("test", str(self.path), "--filter", 'chosen = "free"').stdout)

    def test_a_failure_shows_both_timelines_in_eighty_columns(self):
        (self.path / "greet_test.journey").write_text(TESTS.replace('tag "silent"', 'tag "很长的标签很长的标签很长的标签很长的标签"'))
        out = run("test", str(self.path))
        self.assertEqual(out.returncode, 1)
        lines = out.stdout.splitlines()
        self.assertTrue(any(line.startswith("  > expect ann has tag") for line in lines), out.stdout)
        self.assertTrue(any("timed out" in line for line in lines))
        timeline = lines[lines.index(next(line for line in lines if "| what happened" in line)):]
        wide = lambda line: sum(2 if "\u2e80" <= c <= "\uffe6" else 1 for c in line)
        self.assertLessEqual(max(wide(line) for line in timeline[:timeline.index("")]), 80)
        out = run("test", str(self.path), "--format", "json")
        failed = json.loads(out.stdout.splitlines()[0])
        self.assertFalse(failed["passed"])
        self.assertEqual([row["expected"][:20] for row in failed["timeline"] if row["differs"]], ["expect ann has tag \""])

    def test_a_file_is_tested_with_its_workspace(self):
        out = run("test", str(self.path / "greet_test.journey"))
        self.assertEqual(out.returncode, 0, out.stderr)
        self.assertIn("2 passed", out.stdout)
        self.assertIn("2 passed", run("test", "greet_test.journey", cwd=self.path).stdout)
        (self.path / "more").mkdir()
        (self.path / "more" / "one.journey").write_text(TESTS.split("\n\n")[0] + "\n")
        self.assertIn("1 passed", run("test", str(self.path / "more" / "one.journey")).stdout)
        self.assertIn("0 passed", run("test", str(self.path / "greet.journey")).stdout)

    def test_a_filter_that_matches_nothing_is_an_error(self):
        self.assertIn("1 passed", run("test", str(self.path), "--filter", "旅程").stdout)
        out = run("test", str(self.path), "--filter", "nobody")
        self.assertEqual(out.returncode, 1)
        self.assertIn("nobody", out.stderr)


if __name__ == "__main__":
    unittest.main()
