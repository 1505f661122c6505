"""Every bound of a source: what is just within it is taken, what is just beyond it has a named error."""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

from journey_process import JOURNEY

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "lint"))
import gen_grammar  # noqa: E402 (the table of bounds is there)

gen_grammar.tree.ROOT = ROOT  # it takes its root from the arguments of whoever runs it

JOURNEY_OF_A = "event a\n  n number\nend\njourney j\n  enter when a\n  re-enter never\n%s  stage s\n%s    exit as x\n  end\nend\n"
CHANNEL = 'channel c\n  webhook "https://c.example/"\n%send\n'
MESSAGE = CHANNEL % "" + 'message m on c\n  body "%s"\nend\n'


def journey(header="", statement=""):
    return JOURNEY_OF_A % (header, statement)


def segment(condition):
    return f"customer\n  n number\nend\nsegment s is {condition}\n"


def file_of(n):
    return "#" + "x" * (n - 2) + "\n"


def rows(n):
    table = "".join(f"    {i}\n" for i in range(n))
    return journey() + f'test "t"\n  for each k\n{table}  end\n  customer ann\n  ann does a with n = k\nend\n'


def emits(n):
    attributes = "".join(f"  x{i} number\n" for i in range(n))
    given = ", ".join(f"x{i} = {i}" for i in range(n))
    return f"event b\n{attributes}end\n" + journey(statement=f"    emit b with {given}\n")


def asks(n):
    gives = "".join(f"  give x{i} number\n" for i in range(n))
    given = ", ".join(f"x{i} = {i}" for i in range(n))
    service = f'service v\n  webhook "https://v.example/"\n{gives}  take score number, default 1\nend\n'
    return service + journey(statement=f"    ask v with {given}\n")


def sends(n):
    reads = "".join(f"{{{{ x{i} }}}}" for i in range(n))
    given = ", ".join(f"x{i} = {i}" for i in range(n))
    return MESSAGE % reads + journey(statement=f"    send m with {given}\n")


def blocks(n):
    return journey(statement="    if a.n > 1 then\n" * n + '    tag "x"\n' + "    end\n" * n)


def template_blocks(n):
    return MESSAGE % ("{% if customer.id %}" * n + "x" + "{% endif %}" * n) + journey(statement="    send m\n")


def workspace(line):
    return f"workspace\n  {line}\nend\n" + journey()


# What reaches the bound with n, the error beyond it, and how far below the bound a source is surely within it: what
# stands around counts, too.
CASES = {
    "FILE_BYTES": (file_of, "E0115", 0),
    "NAME_LETTERS": (lambda n: "event " + "旅" * n + "\n", "E0109", 0),
    "DEPTH": (lambda n: segment("not " * n + "customer.n is 1"), "E0205", 10),
    "ROWS": (rows, "E0745", 0),
    "NODES": (lambda n: segment("customer.n is one of " + ",".join("1" * n)), "E0118", 1000),
    "GIVEN": (sends, "E0575", 0),
    "LIST_MAX": (lambda n: segment("customer.n is one of " + ", ".join(map(str, range(n)))), "E0466", 0),
    "CAPS_MAX": (lambda n: workspace("\n  ".join(f"cap {i + 1} messages per {i + 1} days, skip" for i in range(n))), "E0311", 0),
    "JN_CAP_MAX": (lambda n: workspace(f"cap {n} messages per 1 day, skip"), "E0311", 0),
    "RATE_MAX": (lambda n: CHANNEL % f"  rate {n} per second\n", "E0311", 0),
    "PRIORITY_MAX": (lambda n: journey(f"  priority {n}\n"), "E0311", 0),
    "KEEP_DAYS_MAX": (lambda n: workspace(f"keep events {n} days"), "E0311", 0),
    "REPEAT_MAX": (lambda n: journey(statement=f'    repeat up to {n} times every 1 day\n      tag "x"\n    end\n'), "E0553", 0),
    "JN_GOALS_MAX": (lambda n: journey("".join(f"  goal g{i} when a within 1 day\n" for i in range(n))), "E0575", 0),
    "JN_LIQUID_DEPTH_MAX": (template_blocks, "E0601", 2),
}
# What the compiler does not meet: what it says is tested elsewhere, or what is beyond happens only as a journey runs.
ELSEWHERE = {"TOKEN_BYTES": "a text is within a file, which is no larger", "ENGINE_": "the runtime", "HISTORY_MAX": "the runtime",
             "JN_LIQUID_WORK_MAX": "a rendering", "JN_LIQUID_MEMORY_MAX": "a rendering",
             "JN_LIQUID_OUTPUT_MAX": "a rendering"}


class Bounds(unittest.TestCase):
    def codes(self, text):
        with tempfile.TemporaryDirectory(prefix="journey-bounds-") as folder:
            pathlib.Path(folder, "a.journey").write_text(text, encoding="utf-8")
            done = subprocess.run([JOURNEY, "check", "--format", "json", folder], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  text=True)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        found = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertTrue(all(d["line"] >= 1 and d["column"] >= 1 for d in found))
        return [d["code"] for d in found]

    def test_what_is_within_is_taken_and_what_is_beyond_is_named(self):
        for path, name, *_ in gen_grammar.BOUNDS:
            if name not in CASES:
                self.assertTrue(any(name.startswith(other) for other in ELSEWHERE), f"{name} of {path} has no test here")
                continue
            make, code, below = CASES[name]
            bound = int(gen_grammar.value_of(path, name).replace(",", ""))
            with self.subTest(bound=name):
                self.assertNotIn(code, self.codes(make(bound - below)))
                self.assertIn(code, self.codes(make(bound + 1)))

    def test_an_ask_and_an_emit_give_as_many_as_a_send(self):
        for make in (emits, asks):
            self.assertNotIn("E0575", self.codes(make(64)))
            self.assertEqual(self.codes(make(65)).count("E0575"), 1)

    def test_every_kind_of_nesting(self):
        """Whatever is nested beyond reason is told, and nothing falls over."""
        for text in (blocks(10000), segment("(" * 10000 + "customer.n is 1" + ")" * 10000), segment("customer.n is " + "-" * 10000 + "1"),
                     segment("customer.n is 1" + " or customer.n is 1" * 10000), segment("length(" * 10000 + "customer.id" + ")" * 10000 + " > 1"),
                     journey(statement='    match a.n\n      1:\n' * 5000 + "    end\n" * 5000),
                     journey(statement="    repeat up to 2 times every 1 day\n" * 5000 + '    tag "x"\n' + "    end\n" * 5000)):
            self.assertTrue(self.codes(text), text[:80])
        self.assertEqual(self.codes(segment("(" * 100 + "customer.n is 1" + ")" * 100)), ["W0901"])

    def test_mistakes_without_end(self):
        found = self.codes("sausage\n" * 5000)
        self.assertEqual(found[-1], "E0116")
        self.assertLessEqual(len(found), 102)

    # ---- of a workspace

    def refusal(self, fill):
        with tempfile.TemporaryDirectory(prefix="journey-bounds-") as name:
            folder = pathlib.Path(name)
            fill(folder)
            done = subprocess.run([JOURNEY, "check", name], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        return done.returncode, done.stderr

    def test_files(self):
        def files(n):
            return lambda folder: [(folder / f"{i}.journey").touch() for i in range(n)]
        self.assertEqual(self.refusal(files(10000))[0], 0)
        status, said = self.refusal(files(10001))
        self.assertNotEqual(status, 0)
        self.assertIn("a workspace has at most 10000 files", said)

    def test_bytes(self):
        def large(n):
            return lambda folder: [(folder / f"{i}.journey").write_bytes(b"#" + b"x" * 1048574 + b"\n") for i in range(n)]
        status, said = self.refusal(large(65))
        self.assertNotEqual(status, 0)
        self.assertIn("a workspace has at most 64 MiB", said)

    def test_depth(self):
        def deep(n):
            def fill(folder):
                (folder / "a.journey").write_text(journey(), encoding="utf-8")
                (folder / "/".join("d" * n)).mkdir(parents=True)
            return fill
        self.assertEqual(self.refusal(deep(15))[0], 0)
        status, said = self.refusal(deep(16))
        self.assertNotEqual(status, 0)
        self.assertIn("folders are at most 16 deep", said)

    def test_entries(self):
        def entries(folder):
            for i in range(100001):
                (folder / str(i)).symlink_to("nowhere")
        status, said = self.refusal(entries)
        self.assertNotEqual(status, 0)
        self.assertIn("a folder has at most 100000 entries", said)


if __name__ == "__main__":
    unittest.main()
