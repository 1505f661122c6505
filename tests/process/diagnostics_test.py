"""What `journey check` says in each of its forms, what `# allow` silences, and what `journey fmt` puts right."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree as xml

from journey_process import JOURNEY

BAD = """event signup
evnet b
customer
  plan txt
end
journey welcome
  enter when signp
  re-enter never
  stage s
    wait 3 hrs
  end
end
"""
CODES = [("E0204", 2, 1), ("E0309", 4, 8), ("E0304", 7, 14), ("E0209", 10, 10)]
JOURNEY_OF_A = "event a\njourney j\n  enter when a\n  re-enter never\n  stage s\n    exit as x\n  end\nend\n"


def patched(text, diff):
    """The text with a unified diff applied, as strictly as can be."""
    before, after, at = text.splitlines(keepends=True), [], 0
    lines = diff.splitlines(keepends=True)[2:]
    for i, line in enumerate(lines):
        cut = lines[i + 1:i + 2] == ["\\ No newline at end of file\n"]
        body = line[1:-1] if cut else line[1:]
        if line.startswith("@@"):
            start, count = (int(n) for n in re.match(r"@@ -(\d+),(\d+) ", line).groups())
            first = start - 1 if count else start
            after += before[at:first]
            at = first
        elif line[0] in " -":
            assert before[at] == body, (before[at], body)
            at += 1
        if line[0] in " +":
            after.append(body)
    return "".join(after + before[at:])


class Diagnostics(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="journey-test-"))

    def tearDown(self):
        shutil.rmtree(self.folder)

    def write(self, text, name="a.journey"):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
        return path

    def run_journey(self, *args, stdin=None):
        return subprocess.run([JOURNEY, *args], cwd=self.folder, input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, encoding="utf-8")

    def check(self, *args):
        return self.run_journey("check", *args)

    def found(self, *args):
        return [json.loads(line) for line in self.check("--format", "json", *args).stdout.splitlines()]

    def codes(self, text, *args):
        self.write(text)
        return [d["code"] for d in self.found(*args)]

    # ---- what was perhaps meant

    def test_a_literal_of_the_wrong_type_is_offered_in_the_right_one(self):
        declared = "workspace\n  currency CNY\nend\nevent p\n  amount money\n  n number\n  t text\n  d date\nend\n"
        for condition, fix in [("p.amount > 10", "10 CNY"), ("10 < p.amount", "10 CNY"), ('p.n > "10"', "10"), ("p.t is 10", '"10"'),
                               ('p.d is "2026-01-02"', "2026-01-02"), ("p.amount is one of 1, 2", "1 CNY"),
                               ('p.n > "many"', None), ("p.amount > 10%", None)]:
            with self.subTest(condition):
                self.write(f"{declared}segment s is p in the last 3 days where {condition}\n")
                error = [d for d in self.found() if d["severity"] == "error"]
                self.assertEqual(len(error), 1)
                self.assertEqual(error[0].get("fix", {}).get("text"), fix)
                self.assertEqual(error[0].get("fix", {}).get("applicability", "maybe"), "maybe")

    def test_words_from_other_tools_are_read_as_what_they_say_here(self):
        within = ('customer\n  n number\nend\nevent e\nevent p\njourney j\n  enter when e\n  re-enter never\n  stage s\n'
                  '    if customer has tag "q" then\n      wait 1 day\n%s\n    end\n    tag "q"\n  end\nend\n')
        for line, fix in [("      goto s", "go to"), ('    elseif customer.n > 1 then\n      tag "q"', "else if"),
                          ("      x: wait two weeks", "2 weeks"), ("      x: wait until next monday 10:00", ""),
                          ("      x: wait until monday at 10:00", ""), ("      x: wait for customer.n > 3 up to 1 day", "if"),
                          ("      if p in last 3 days then\n        exit as x\n      end", "in the last"),
                          ("      tag vip", '"vip"')]:
            with self.subTest(line):
                self.write(within % line)
                errors = [d for d in self.found() if d["severity"] == "error"]
                self.assertEqual([d["fix"]["text"] for d in errors], [fix])
        for line, hint in [("      if customer.n between 3 and 5 then\n        exit as x\n      end", "customer.age >= 18"),
                           ("      if customer.n is null then\n        exit as x\n      end", "is missing")]:
            with self.subTest(line):
                self.write(within % line)
                errors = [d for d in self.found() if d["severity"] == "error"]
                self.assertEqual(len(errors), 1)
                self.assertIn(hint, errors[0]["hint"])

    def test_a_count_without_its_window_is_shown_with_one(self):
        self.write("event p\nsegment s is count of p >= 2\n")
        error = self.found()[0]
        self.assertEqual(error["code"], "E0468")
        self.assertIn("`count of p in the last 30 days`", error["hint"])

    # ---- forms

    def test_all_forms_say_the_same(self):
        self.write(BAD, "my file, 100%.journey")
        places = [(d["code"], d["line"], d["column"]) for d in self.found()]
        self.assertEqual(places, CODES)
        text = self.check().stdout
        self.assertEqual([(c, int(l), int(k)) for l, k, c in re.findall(r"journey:(\d+):(\d+): error\[(\w+)\]", text)], CODES)
        github = self.check("--format", "github").stdout.splitlines()
        self.assertEqual([l.split(" file=")[0] for l in github], ["::error"] * 4 + ["4 errors, 0 warnings"])
        for line, (code, row, column) in zip(github, CODES):
            self.assertIn(f"file=my file%2C 100%25.journey,line={row},endLine={row},col={column},", line)
            self.assertIn(f"title={code} ", line)
        cases = xml.fromstring(self.check("--format", "junit").stdout).findall(".//testcase")
        self.assertEqual([c.get("name") for c in cases], [f"{c} {l}:{k}" for c, l, k in CODES])
        self.assertTrue(all(c.find("failure") is not None for c in cases))
        results = json.loads(self.check("--format", "sarif").stdout)["runs"][0]["results"]
        self.assertEqual([(r["ruleId"], r["locations"][0]["physicalLocation"]["region"]["startLine"],
                           r["locations"][0]["physicalLocation"]["region"]["startColumn"]) for r in results], CODES)

    def test_sarif_has_the_shape_of_version_2_1_0(self):
        self.write(BAD, "旅程 a/b.journey")
        self.write("event c\n", "c.journey")
        log = json.loads(self.check("--format", "sarif", str(self.folder)).stdout)
        self.assertEqual(log["version"], "2.1.0")
        self.assertIn("sarif-2.1.0", log["$schema"])
        self.assertEqual(len(log["runs"]), 1)
        run = log["runs"][0]
        driver = run["tool"]["driver"]
        self.assertEqual(driver["name"], "journey")
        self.assertEqual(run["columnKind"], "unicodeCodePoints")
        ids = [rule["id"] for rule in driver["rules"]]
        self.assertEqual(len(ids), len(set(ids)))
        for rule in driver["rules"]:
            self.assertTrue(rule["shortDescription"]["text"] and rule["help"]["text"])
            self.assertIn(rule["defaultConfiguration"]["level"], ("error", "warning", "note"))
        for result in run["results"]:
            self.assertEqual(ids[result["ruleIndex"]], result["ruleId"])
            self.assertIn(result["level"], ("error", "warning", "note"))
            self.assertTrue(result["message"]["text"])
            for place in result["locations"] + result.get("relatedLocations", []):
                where = place["physicalLocation"]
                self.assertRegex(where["artifactLocation"]["uri"], r"^(%E6%97%85%E7%A8%8B%20a/b|c)\.journey$")
                self.assertEqual(where["artifactLocation"]["uriBaseId"], "%SRCROOT%")
                region = where["region"]
                self.assertTrue(all(isinstance(n, int) and n >= 1 for n in region.values()))
                self.assertGreaterEqual((region["endLine"], region["endColumn"]), (region["startLine"], region["startColumn"]))
            for fix in result.get("fixes", []):
                self.assertTrue(fix["artifactChanges"][0]["replacements"][0]["deletedRegion"])
            self.assertRegex(result["partialFingerprints"]["journeyLine/v1"], "^[0-9a-f]{16}$")

    def fingerprints(self, text):
        self.write(text)
        results = json.loads(self.check("--format", "sarif", "a.journey").stdout)["runs"][0]["results"]
        return [r["partialFingerprints"]["journeyLine/v1"] for r in results]

    def test_fingerprints_stay_when_lines_move(self):
        before = self.fingerprints(BAD + BAD.replace("welcome", "other").replace("customer\n  plan txt\nend\n", ""))
        self.assertEqual(len(before), len(set(before)))
        moved = self.fingerprints("# one\n# two\n" + (BAD + BAD.replace("welcome", "other").replace("customer\n  plan txt\nend\n", ""))
                                  .replace("    wait", "      wait"))
        self.assertEqual(before, moved)

    def test_nothing_of_a_source_is_a_command_to_a_runner(self):
        name = "::error::x##[error]\n.journey"
        self.write("event `a\n::set-output name=x::y\nevent \u001b]0;x\u0007b ##[group]x\nsausage ::warning::x\n" * 8, name)
        for form in ("github", "text", "junit"):
            out = self.check("--format", form).stdout
            self.assertNotIn("\x1b", out)
            self.assertNotIn("\x07", out)
        lines = self.check("--format", "github").stdout.splitlines()
        commands = [l for l in lines if l.lstrip().startswith("::")]
        self.assertLessEqual(len(commands), 10)
        for line in commands:
            self.assertTrue(line.startswith("::error file=%3A%3Aerror%3A%3Ax##[error]?.journey,line="), line)
        for line in lines:
            if line not in commands:
                self.assertNotIn("##[", line)

    def test_errors_come_first_and_ten_of_a_level_are_annotations(self):
        self.write("".join(f"event e{i}\n" for i in range(15)) + JOURNEY_OF_A)
        lines = self.check("--format", "github").stdout.splitlines()
        self.assertEqual([l.split(" ")[0] for l in lines[:10]], ["::warning"] * 10)
        self.assertEqual(len([l for l in lines if l.startswith("a.journey:")]), 5)
        self.write("".join(f"event e{i}\n" for i in range(3)) + JOURNEY_OF_A)
        denied = self.check("--format", "github", "--deny", "W0901")
        self.assertEqual(denied.returncode, 1)
        self.assertTrue(all(l.startswith("::error ") for l in denied.stdout.splitlines()[:3]))

    def test_only_the_first_errors_where_asked(self):
        self.write(BAD)
        done = self.check("--max-errors", "2")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout.count("error["), 2)
        self.assertIn("4 errors, 0 warnings in a.journey; the first 2 errors are shown", done.stdout)
        self.assertEqual(self.check("--max-errors", "x").returncode, 64)

    def test_what_is_denied(self):
        self.write("event b\n" + JOURNEY_OF_A)
        self.assertEqual(self.check().returncode, 0)
        self.assertEqual(self.check("--deny", "warnings").returncode, 1)
        self.assertEqual(self.check("--deny", "W0901").returncode, 1)
        self.assertEqual(self.check("--deny", "W0902").returncode, 0)
        self.assertEqual(self.check("--deny", "W9999").returncode, 64)
        self.assertEqual(self.check("--deny", "E0304").returncode, 64)

    # ---- allow

    def test_an_allowance_silences_one_warning_on_its_line(self):
        self.assertEqual(self.codes("event b  # allow W0901: soon\n" + JOURNEY_OF_A), [])
        self.assertEqual(self.codes("event c\n# allow W0901: soon\n# more\nevent b\n" + JOURNEY_OF_A), ["W0901"])
        self.assertEqual(self.codes("event c\n# allow W0901: soon\n\nevent b\n" + JOURNEY_OF_A), ["W0901"])

    def test_an_allowance_at_the_top_holds_for_the_file(self):
        self.assertEqual(self.codes("# The shop's events.\n# allow W0901: soon\n\nevent b\nevent c\n" + JOURNEY_OF_A), [])
        self.write("event d\n", "d.journey")
        self.assertEqual([d["file"] for d in self.found()], ["d.journey"])

    def test_an_allowance_must_be_used_have_a_reason_and_name_a_warning(self):
        self.assertEqual(self.codes("# allow W0901: soon\n" + JOURNEY_OF_A), ["W0970"])
        self.assertEqual(self.codes("event b  # allow W0901\n" + JOURNEY_OF_A), ["W0971"])
        self.assertEqual(self.codes("event b  # allow W0901:  \n" + JOURNEY_OF_A), ["W0971"])
        self.assertEqual(self.codes("# allow W9901: soon\n" + JOURNEY_OF_A), ["W0972"])
        self.assertEqual(self.codes("event a  # allow E0301: known\n" + JOURNEY_OF_A), ["W0972", "E0301"])
        self.assertEqual(self.codes("# allow me to say so\n" + JOURNEY_OF_A), [])

    # ---- explain

    def test_every_code_has_a_page(self):
        codes = [line.split()[0] for line in self.run_journey("explain").stdout.splitlines()]
        self.assertIn("E0305", codes)
        self.assertEqual(len(codes), len(set(codes)))
        pages = [json.loads(line) for line in self.run_journey("explain", "--format", "json").stdout.splitlines()]
        self.assertEqual([page["code"] for page in pages], codes)
        page = self.run_journey("explain", "e0305").stdout
        self.assertIn("E0305 (error): an unknown attribute", page)
        self.assertTrue("Wrong:" in page and "Right:" in page and "declare the attribute" in page)
        self.write(json.loads(self.run_journey("explain", "E0305", "--format", "json").stdout)["wrong"])
        self.assertEqual([d["code"] for d in self.found()], ["E0305"])

    def test_a_code_that_is_none(self):
        done = self.run_journey("explain", "E0350")
        self.assertEqual(done.returncode, 1)
        self.assertIn("did you mean E03", done.stderr)
        self.assertIn("lists them", self.run_journey("explain", "sausages").stderr)

    # ---- files

    def test_what_cannot_be_read_is_told_by_name(self):
        outside = pathlib.Path(tempfile.mkdtemp(prefix="journey-test-"))
        self.addCleanup(shutil.rmtree, outside)
        (outside / "x.journey").write_text("sausage\n", encoding="utf-8")
        self.write(JOURNEY_OF_A)
        os.symlink(outside / "x.journey", self.folder / "link.journey")
        os.symlink(outside, self.folder / "folder")
        os.mkfifo(self.folder / "pipe.journey")
        found = self.found()
        self.assertEqual([(d["code"], d["file"], d["line"]) for d in found], [("W0973", "link.journey", 1), ("W0973", "pipe.journey", 1)])
        self.run_journey("fmt")
        self.assertEqual((outside / "x.journey").read_text(encoding="utf-8"), "sausage\n")
        self.assertTrue((self.folder / "link.journey").is_symlink())

    def test_every_bound_has_a_name(self):
        deep = "segment s is " + "not " * 5000 + "customer has tag \"x\"\n"
        for text, code in (("event " + "a" * 200 + "\n", "E0109"), (deep, "E0205"), ("# x\n" * 300000, "E0115"),
                           ("event a\n" + "sausage\n" * 300, "E0116")):
            with self.subTest(code=code):
                self.assertIn(code, self.codes(text))

    # ---- fmt

    def test_fix_puts_right_what_is_plainly_meant(self):
        path = self.write(BAD)
        done = self.run_journey("fmt", "--fix", "a.journey")
        self.assertEqual(done.returncode, 0, done.stderr)
        text = path.read_text(encoding="utf-8")
        for right in ("event b", "plan text", "wait 3 hours", "enter when signp"):
            self.assertIn(right, text)
        self.assertEqual([d["code"] for d in self.found()], ["E0304"])  # which event was meant is for people to say
        self.assertEqual(self.run_journey("fmt", "--check", "--fix", "a.journey").returncode, 0)

    def test_an_event_without_attributes_loses_its_end(self):
        path = self.write("event a\nend\n\nevent b\n  x text\nend\n")
        self.assertEqual(self.run_journey("fmt", "--fix", "a.journey").returncode, 0)
        self.assertEqual(path.read_text(encoding="utf-8"), "event a\n\nevent b\n  x text\nend\n")

    def test_fix_leaves_the_rest_and_tells_it(self):
        path = self.write("evnet a\nevent b\n  x text\nend\nsausage\n")
        done = self.run_journey("fmt", "--fix", "a.journey")
        self.assertEqual(done.returncode, 1)
        self.assertIn("E0214", done.stderr)
        self.assertEqual(path.read_text(encoding="utf-8"), "event a\nevent b\n  x text\nend\nsausage\n")

    def test_a_diff_is_a_patch(self):
        texts = ["event  a\nevent b\n", "event a", "\n\n\nevent a\n\n\n\nevent b\n", "customer\n" + "  x1  text\n" * 3 + "  y text\n" * 20 + "  z  text\nend\n",
                 "event a\n" * 4 + "event   b\n" + "event c\n" * 7 + "event   d\n" + "event e\n" * 9]
        for text in texts:
            path = self.write(text)
            done = self.run_journey("fmt", "--diff", "a.journey")
            self.assertEqual(done.returncode, 2)
            self.assertEqual(path.read_text(encoding="utf-8"), text)
            self.run_journey("fmt", "a.journey")
            wanted = path.read_text(encoding="utf-8")
            self.write(text)
            self.assertEqual(patched(text, done.stdout), wanted)
        self.write(wanted)
        self.assertEqual(self.run_journey("fmt", "--diff", "a.journey").stdout, "")

    def test_standard_input(self):
        done = self.run_journey("fmt", "-", stdin="event   a\n")
        self.assertEqual((done.returncode, done.stdout), (0, "event a\n"))
        done = self.run_journey("fmt", "--check", "-", stdin="event   a\n")
        self.assertEqual((done.returncode, done.stdout), (2, "-\n"))
        done = self.run_journey("fmt", "--diff", "-", stdin="event   a\n")
        self.assertEqual((done.returncode, done.stdout), (2, "--- -\n+++ -\n@@ -1,1 +1,1 @@\n-event   a\n+event a\n"))
        done = self.run_journey("fmt", "-", stdin="evnt\n")
        self.assertEqual((done.returncode, done.stdout), (1, ""))


if __name__ == "__main__":
    unittest.main()
