"""`journey graph`: Mermaid, DOT and SVG, plain, with coverage and with flow."""
import os
import re
import shutil
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

from journey_process import JOURNEY

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
SVG = "{http://www.w3.org/2000/svg}"

HOSTILE = """customer
  plan text
end
event a
journey j "</text><script>alert(1)</script>\\" onload=\\"x"
  enter when a
  re-enter never
  stage s
    if customer.plan is "\\"]; <img src=x onerror=y> `# & \\\\" then
      tag "\\"]:::x %% --> end"
    end
    wait 1 day
  end
end
"""

LOOP = """event a
event b
journey j
  enter when a
  re-enter never
  stage first
    ask_again: wait for b up to 1 day then
      go to second
    end
    wait 1 day
    if customer.timezone is missing then
      go to first
    end
  end
  stage second
    wait for b up to 1 day
    exit as 完成_了
  end
end
test "nobody"
  customer ann
  at 2026-01-01 10:00
  ann does a
  ann does b
  after 1 hour
  expect ann in stage second of j
end
"""


def run(*args):
    return subprocess.run([JOURNEY, *args], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


class GraphTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="journey-graph-")

    def tearDown(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def graph(self, *args):
        done = run("graph", *args)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def boxes(self, svg):
        """(left, top, right, bottom) of every box of a step."""
        found = []
        for node in ElementTree.fromstring(svg).iter():
            if not node.get("class", "").startswith("box"):
                continue
            if node.tag == SVG + "rect":
                x, y, w, h = (float(node.get(name)) for name in ("x", "y", "width", "height"))
                found.append((x, y, x + w, y + h))
            else:
                numbers = [float(n) for n in re.findall(r"-?[\d.]+", node.get("d"))]
                found.append((min(numbers[::2]), min(numbers[1::2]), max(numbers[::2]), max(numbers[1::2])))
        return found

    def test_three_languages(self):
        self.assertTrue(self.graph("journeys/cart", "--as", "mermaid").startswith("flowchart TD\n"))
        self.assertTrue(self.graph("journeys/cart", "--as", "dot", "--journey", "cart").startswith("digraph"))
        self.assertEqual(ElementTree.fromstring(self.graph("journeys/cart", "--as", "svg")).tag, SVG + "svg")
        self.assertEqual(run("graph", "journeys/cart", "--journey", "nobody").returncode, 1)
        self.assertEqual(run("graph", "journeys/cart", "--as", "png").returncode, 64)

    def test_no_two_boxes_overlap(self):
        for workspace in ("journeys/welcome", "journeys/cart", "journeys/baby", self.write("loop.journey", LOOP)):
            boxes = self.boxes(self.graph(workspace, "--as", "svg"))
            self.assertGreater(len(boxes), 3)
            for i, a in enumerate(boxes):
                for b in boxes[:i]:
                    apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
                    self.assertTrue(apart, f"{workspace}: {a} {b}")

    def test_chinese_takes_twice_the_width(self):
        path = self.write("a.journey", 'event a\njourney j\n  enter when a\n  re-enter never\n  stage s\n    tag "abcdefghijkl"\n'
                          '    wait 1 day\n    tag "一二三四五六七八九十一二"\n    last: wait 2 days\n  end\nend\n')
        widths = sorted(box[2] - box[0] for box in self.boxes(self.graph(path, "--as", "svg")))
        self.assertGreater(widths[-1] - widths[-2], 10 * 7)

    def test_waits_say_all_of_when_they_end(self):
        path = self.write("a.journey", "event a\njourney j\n  enter when a\n  re-enter never\n  stage s\n    b: wait until weekday 10:00\n"
                          "    c: wait 2 days until monday or weekend 09:00\n    d: wait until 2026-12-24 at 08:00\n  end\nend\n")
        drawn = self.graph(path)
        for box in ("wait until weekday 10:00", "wait 2 days until monday or weekend 09:00", "wait until 2026-12-24 at 08:00"):
            self.assertIn(f'"{box}"', drawn)

    def test_ways_back_are_drawn(self):
        svg = self.graph(self.write("loop.journey", LOOP), "--as", "svg")
        self.assertIn('class="way back"', svg)

    def test_hostile_texts_stay_texts(self):
        path = self.write("hostile.journey", HOSTILE)
        root = ElementTree.fromstring(self.graph(path, "--as", "svg"))
        allowed = {SVG + tag for tag in ("svg", "style", "rect", "g", "text", "path", "title")}
        self.assertEqual({node.tag for node in root.iter()} - allowed, set())
        self.assertEqual([name for node in root.iter() for name in node.keys() if name.startswith("on")], [])
        for line in self.graph(path, "--as", "mermaid").splitlines():
            self.assertNotIn("<img", line)
            self.assertNotIn("`", line)
            self.assertIn(line.count('"'), (0, 2), line)
        dot = self.graph(path, "--as", "dot")
        for line in dot.splitlines():
            self.assertEqual(len(re.findall(r'(?<!\\)(?:\\\\)*"', line)) % 2, 0, line)

    def test_coverage_marks_what_no_test_went_through(self):
        path, covered = self.write("loop.journey", LOOP), os.path.join(self.folder, "covered.json")
        self.assertEqual(run("test", path, "--coverage-file", covered).returncode, 0)
        root = ElementTree.fromstring(self.graph(path, "--as", "svg", "--coverage", covered))
        marks = {}
        for group in root.iter(SVG + "g"):
            texts = [node.text for node in group.findall(SVG + "text")]
            box = [node for node in group if node.get("class", "").startswith("box")]
            if len(box) == 1:
                marks.setdefault(texts[0], []).append(("bare" in box[0].get("class").split(), texts[-1]))
        self.assertEqual(marks["wait for b"], [(False, "1×"), (False, "1×")])
        self.assertEqual(marks["wait 1 day"], [(True, "0×")])
        self.assertIn(":::bare", self.graph(path, "--as", "mermaid", "--coverage", covered))
        self.assertIn('label="b · 1×", color="#1a7f37"', self.graph(path, "--as", "dot", "--coverage", covered))

    def test_a_file_of_other_sources_is_refused(self):
        path, covered = self.write("loop.journey", LOOP), os.path.join(self.folder, "covered.json")
        run("test", path, "--coverage-file", covered)
        self.write("loop.journey", LOOP.replace("    wait 1 day\n", "", 1))
        done = run("graph", path, "--coverage", covered)
        self.assertEqual(done.returncode, 1)
        self.assertIn("written for another version of journey j", done.stderr)
        for text, reason in (("{", "line"), ("[]", 'no list "journeys"'), ('{"journeys":[]}', "knows none of these journeys")):
            done = run("graph", path, "--flow", self.write("bad.json", text))
            self.assertEqual(done.returncode, 1)
            self.assertIn(reason, done.stderr)
        self.assertEqual(run("graph", path, "--flow", covered, "--coverage", covered).returncode, 64)

    def test_the_same_sources_give_the_same_bytes(self):
        self.assertEqual(self.graph("journeys/baby", "--as", "svg"), self.graph("journeys/baby", "--as", "svg"))


if __name__ == "__main__":
    unittest.main()
