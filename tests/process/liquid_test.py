"""Liquid by the command `journey template`, and in messages. Every case of the golden suite: tests/conformance/liquid."""
import hmac
import json
import pathlib
import subprocess
import tempfile
import unittest

from journey_process import JOURNEY, WORKSPACE, Case

CASES = pathlib.Path(__file__).resolve().parent.parent / "conformance" / "liquid" / "golden_liquid.json"
EVERY = 60  # of the cases, which as a whole are gone through without a process for each


def run(folder, template, data=None, partials=None):
    path = pathlib.Path(folder)
    (path / "main.liquid").write_text(template, encoding="utf-8", newline="")
    (path / "data.json").write_text(json.dumps(data or {}), encoding="utf-8")
    for name, text in (partials or {}).items():
        (path / (name + ".liquid")).write_text(text, encoding="utf-8", newline="")
    done = subprocess.run([JOURNEY, "template", str(path / "main.liquid"), "--data", str(path / "data.json")],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def is_right(case):
    with tempfile.TemporaryDirectory() as folder:
        status, out, _ = run(folder, case["template"], case.get("data"), case.get("templates"))
    if case.get("invalid"):
        return status == 1
    return status == 0 and out in (case["results"] if "results" in case else [case["result"]])


class Golden(unittest.TestCase):
    def test_some_cases_by_the_command(self):
        cases = json.loads(CASES.read_text(encoding="utf-8"))["tests"]
        partials = [case for case in cases if "templates" in case]
        chosen = cases[::EVERY] + partials[::EVERY // 5]
        self.assertEqual([case["name"] for case in chosen if not is_right(case)], [])
        self.assertTrue(all(any(member in case for case in chosen) for member in ("data", "templates", "invalid", "result")))


class Command(unittest.TestCase):
    def render(self, template, data=None, partials=None):
        with tempfile.TemporaryDirectory() as folder:
            return run(folder, template, data, partials)

    def test_mistakes_have_a_place(self):
        status, out, err = self.render("one\n{{ a | upcas }}")
        self.assertEqual((status, out), (1, ""))
        self.assertIn("main.liquid:2:8: there is no filter `upcas`; did you mean `upcase`?", err)
        self.assertIn("main.liquid:1:4: there is no tag `fi`; did you mean `if`?", self.render("{% fi %}")[2])

    def test_partials_stay_in_their_folder(self):
        for name in ("../main", "/etc/passwd", "..", ""):
            self.assertEqual(self.render("{% include '" + name + "' %}")[0], 1)

    def test_work_and_depth_are_bounded(self):
        self.assertEqual(self.render("{% for i in (1..9999) %}{% for j in (1..9999) %}{{ j }}{% endfor %}{% endfor %}")[0], 1)
        self.assertEqual(self.render("{% include 'a' %}", partials={"a": "{% include 'a' %}"})[0], 1)
        self.assertEqual(self.render("{% if a %}" * 1000 + "{% endif %}" * 1000)[0], 1)
        self.assertEqual(self.render("{{ " + "a[" * 1000 + "0" + "]" * 1000 + " }}")[0], 1)

    def test_filters_of_our_own(self):
        for template, result in (("{{ 1234567.5 | number: 2 }}", "1,234,567.50"), ("{{ 1234.5 | money: 'CNY' }}", "1,234.50 CNY"),
                                 ("{{ 'a' | md5 }}", "0cc175b9c0f1b6a831c399e269772661"),
                                 ("{{ 'a' | sha256 }}", "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"),
                                 ("{{ 'x' | hmac_sha1: 'k' }}", hmac.new(b"k", b"x", "sha1").hexdigest()),
                                 ("{{ '2026-01-01T00:00:00Z' | time_zone: 'Asia/Shanghai' | date: '%H:%M' }}", "08:00"),
                                 ("{{ a | json }}", '{"b":[1,null,"\\""]}')):
            status, out, err = self.render(template, {"a": {"b": [1, None, '"']}})
            self.assertEqual((status, out), (0, result), (template, err))


class Message(Case):
    def test_a_message_is_rendered(self):
        path = pathlib.Path(self.directory, "workspace", "main.journey")
        text = WORKSPACE.replace('body    "Plan: {{ signup.plan | default: \'none\' }}"',
                                 'body    "{% if signup.plan == \'pro\' %}Pro{% else %}{{ signup.plan | default: \'none\' | upcase }}{% endif %}"\n'
                                 '  html    "<p>{{ signup.plan | default: \'-\' }}</p>{{ \'<b>\' | raw }}"')
        self.assertIn("html", text)
        path.write_text(text, encoding="utf-8")
        server = self.serve()
        server.identify("ann", email="ann@example.com")
        for plan, body, html in (("pro", "Pro", "<p>pro</p><b>"), ("a<b", "A<B", "<p>a&lt;b</p><b>"), (None, "NONE", "<p>-</p><b>")):
            server.track("ann", "signup", properties={"plan": plan} if plan else {})
            content = self.receiver.next().json["content"]
            self.assertEqual((content["body"], content["html"]), (body, html))

    def test_a_stage_has_words_of_its_own(self):
        path = pathlib.Path(self.directory, "workspace", "main.journey")
        text = path.read_text(encoding="utf-8")
        text = text.replace('  subject "Hello"\n', '  subject "Hello"\n  in stage second\n    subject "Again"\n    extra "More"\n  end\n')
        text = text.replace("    send hello\n", "    send hello\n  end\n\n  stage second\n    once_more: send hello\n")
        path.write_text(text, encoding="utf-8")
        server = self.serve()
        server.identify("ann", email="ann@example.com")
        server.track("ann", "signup")
        first, second = sorted((self.receiver.next().json for _ in range(2)), key=lambda body: body["stage"], reverse=True)
        self.assertEqual((first["stage"], first["content"]), ("start", {"subject": "Hello", "body": "Plan: none"}))
        self.assertEqual((second["stage"], second["content"]), ("second", {"subject": "Again", "extra": "More", "body": "Plan: none"}))


if __name__ == "__main__":
    unittest.main()
