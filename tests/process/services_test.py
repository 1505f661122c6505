"""A service that is asked: it answers, hangs, fails, talks nonsense; and a kill while a question is on its way."""
import http.server
import json
import os
import pathlib
import queue
import subprocess
import threading
import unittest

from failing_system import FailingSystem
from journey_process import DEADLINE, JOURNEY, SECRET, Case, Request
from wrong_clock import MINUTE, WrongClock

WORKSPACE = """workspace
  timezone "UTC"
end
customer
  email text
  spend number, default 3
end
event begin
channel email
  webhook env HOOK_URL
  secret env HOOK_SECRET
  to customer.email
end
message tell on email
  body "{{ score }}"
end
service propensity
  webhook env ML_URL
  secret env HOOK_SECRET
  give spend number
  take score number, default 0.5
%(take)s  timeout %(timeout)s
%(line)s
end
service rank
  webhook env ML_URL
  give spend number
  take score number, default 0.1
  timeout 5 minutes
end
journey asking
  enter when begin
  re-enter always
  stage only
%(steps)s  end
end
"""
ASK = """    ask propensity with spend = customer.spend + 1
    send tell with score = propensity.score
"""
ANEW = "    tag \"new\"\n"  # a line that tells that a run is in the new version


class Service:
    """An HTTP server that answers as the test says: (status, body) in order; None hangs until the test says what with, or
    is over."""

    def __init__(self):
        self.requests, self.answers, self.late, self.done = (queue.Queue() for _ in range(4))
        service = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                answer = service.answers.get()
                service.requests.put(Request(self.path, self.headers, body))
                if answer is None:
                    answer = service.late.get()
                if answer is None:
                    return
                try:
                    self.send_response(answer[0])
                    self.send_header("content-length", str(len(answer[1])))
                    self.end_headers()
                    self.wfile.write(answer[1])
                finally:
                    service.done.put(answer)

            def log_message(self, *args):
                pass

        class Quiet(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request, address):
                pass  # who does not wait for an answer hangs up

        self.server = Quiet(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/score"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, status, document):
        self.answers.put((status, document if isinstance(document, bytes) else json.dumps(document).encode()))

    def hang(self):
        """The next answer is what answer_late is given."""
        self.answers.put(None)

    def answer_late(self, status, document):
        """Answers who hangs, and returns when it has."""
        self.late.put((status, json.dumps(document).encode()))
        self.done.get(timeout=DEADLINE)

    def close(self):
        for waiting in (self.answers, self.late) * 20:
            waiting.put(None)
        self.server.shutdown()
        self.server.server_close()


class Asking(Case):
    def setUp(self):
        super().setUp()
        self.service = Service()
        self.addCleanup(self.service.close)

    def write(self, timeout="30 seconds", line="", take="", steps=ASK):
        path = pathlib.Path(self.directory, "workspace", "main.journey")
        path.write_text(WORKSPACE % {"timeout": timeout, "line": line, "take": take, "steps": steps}, encoding="utf-8")

    def start(self, **how):
        self.write(**how)
        return self.serve(self.env(ML_URL=self.service.url, HOOK_SECRET=SECRET))

    def begin(self, server, user):
        server.identify(user, email=f"{user}@example.com")
        server.track(user, "begin")

    def told(self):
        return self.receiver.next().json["content"]["body"]

    def counted(self, server, what):
        return server.get("/api/journeys/asking")[what].get("propensity", 0)

    def assert_nothing_more(self, server):
        """Somebody else's question is the next, and his message: no other was asked, and no other was told, before."""
        self.service.answer(200, {"score": 0.25, "sure": 1})
        self.begin(server, "zoe")
        self.assertEqual(self.receiver.next().json["customer"]["id"], "zoe")
        self.assertEqual(self.service.requests.get().json["customer"]["id"], "zoe")

    def kill_when_all_is_delivered(self, server):
        while server.get("/api/deliveries?state=pending")["items"]:
            pass
        server.kill()


class Services(Asking):
    def test_an_answer(self):
        server = self.start()
        self.service.answer(200, {"score": 0.9, "model": "b"})
        self.begin(server, "ann")
        self.assertEqual(self.told(), "0.9")
        asked = self.service.requests.get()
        self.assertEqual(asked.id, asked.json["id"])
        version = server.get("/api/journeys/asking")["version"]
        self.assertEqual({k: asked.json[k] for k in asked.json if k not in ("id", "at", "run")},
                         {"type": "ask", "journey": "asking", "version": version, "stage": "only",
                          "step": "only.ask_propensity", "service": "propensity", "customer": {"id": "ann"},
                          "give": {"spend": 4}})
        self.receiver.check(asked.headers, asked.body)
        self.assertEqual(self.counted(server, "answered"), 1)

    def test_what_is_no_answer(self):
        server = self.start()
        wrong = [(200, b"score"), (200, []), (200, {}), (200, {"score": "much"}), (200, {"score": None}),
                 (500, {"score": 0.9}), (404, {"score": 0.9}), (200, b'{"score":0.9,"x":"' + b"x" * 70000 + b'"}')]
        for status, document in wrong:
            self.service.answer(status, document)
            self.begin(server, "ann")
            self.assertEqual(self.told(), "0.5", document)
        self.assertEqual(self.counted(server, "defaulted"), len(wrong))

    def test_a_service_that_hangs(self):
        server = self.start(timeout="1 second")
        self.service.hang()
        self.begin(server, "ann")
        self.assertEqual(self.told(), "0.5")
        self.assertEqual(self.counted(server, "defaulted"), 1)

    def test_a_breaker(self):
        server = self.start(line="  breaker opens at 100% of 2 calls, for 1 hour")
        for user in ("ann", "bob"):
            self.service.answer(500, {})
            self.begin(server, user)
            self.assertEqual(self.told(), "0.5")
            self.service.requests.get()
        self.begin(server, "eve")
        self.assertEqual(self.told(), "0.5")
        self.assertTrue(self.service.requests.empty(), "an open breaker lets nothing through")
        self.assertEqual(self.counted(server, "defaulted"), 3)

    def test_a_breaker_tries_again(self):
        server = self.start(line="  breaker opens at 50% of 1 calls, for 1 second")
        self.service.answer(500, {})
        self.begin(server, "ann")
        self.assertEqual(self.told(), "0.5")
        self.service.answer(200, {"score": 0.7})
        answers = set()
        while "0.7" not in answers:
            self.begin(server, "ann")
            answers.add(self.told())
        self.assertLessEqual(answers, {"0.5", "0.7"})

    def test_a_kill_while_asking(self):
        server = self.start(timeout="5 minutes")
        self.service.hang()
        self.begin(server, "ann")
        first = self.service.requests.get()
        server.kill()
        self.service.answer(200, {"score": 0.8})
        server = self.start(timeout="5 minutes")
        again = self.service.requests.get()
        self.assertEqual((again.id, again.body), (first.id, first.body))
        self.assertEqual(self.told(), "0.8")
        self.assertEqual(self.counted(server, "answered"), 1)
        self.assertTrue(self.receiver.requests.empty(), "a question is answered once")

    # ---- a new version while a question is out

    def hold(self, **how):
        """A server that has asked about ann and has no answer."""
        server = self.start(timeout="5 minutes", **how)
        self.service.hang()
        self.begin(server, "ann")
        self.service.requests.get()
        return server

    def deploy(self, server, mode, **how):
        self.write(**{"timeout": "5 minutes", **how})
        image = os.path.join(self.directory, "program.jbc")
        subprocess.run([JOURNEY, "build", os.path.join(self.directory, "workspace"), "-o", image], check=True)
        status, _, body = server.request("PUT", f"/api/program?mode={mode}&spread=0", pathlib.Path(image).read_bytes())
        self.assertEqual(status, 200, body)

    def is_new(self, server):
        return "new" in server.get("/api/customers/ann")["tags"]

    def test_who_asks_in_an_old_version_is_answered_in_it(self):
        server = self.hold()
        self.deploy(server, "pin", steps=ASK + ANEW, take="  take sure number, default 0\n")
        self.service.answer_late(200, {"score": 0.9})
        self.assertEqual(self.told(), "0.9")
        self.assertFalse(self.is_new(server))
        self.assert_nothing_more(server)

    def test_who_asks_is_moved_and_answered_in_the_new_version(self):
        server = self.hold()
        self.deploy(server, "migrate", steps=ASK + ANEW)
        self.service.answer_late(200, {"score": 0.9})
        self.assertEqual(self.told(), "0.9")
        self.assertTrue(self.is_new(server))
        self.assert_nothing_more(server)

    def test_an_answer_that_the_new_version_finds_too_little_in(self):
        server = self.hold()
        self.deploy(server, "migrate", steps=ASK + ANEW, take="  take sure number, default 0\n")
        self.service.answer_late(200, {"score": 0.9})
        self.assertEqual(self.told(), "0.5")
        self.assertTrue(self.is_new(server))
        self.assert_nothing_more(server)

    def test_a_shorter_timeout_holds_for_who_asks_already(self):
        server = self.hold()
        self.deploy(server, "migrate", steps=ASK + ANEW, timeout="1 second")
        self.assertEqual(self.told(), "0.5")
        self.assertTrue(self.is_new(server))
        self.assertEqual(self.counted(server, "defaulted"), 1)
        self.service.answer_late(200, {"score": 0.9})
        while self.counted(server, "late_answers") == 0:
            pass
        self.assert_nothing_more(server)

    def test_a_new_version_that_no_longer_asks(self):
        server = self.hold()
        self.deploy(server, "migrate", steps="    send tell with score = 7\n" + ANEW)
        self.assertEqual(self.told(), "7")
        self.service.answer_late(200, {"score": 0.9})
        self.kill_when_all_is_delivered(server)
        server = self.serve(self.env(ML_URL=self.service.url))
        self.begin(server, "zoe")
        self.assertEqual(self.receiver.next().json["customer"]["id"], "zoe")
        self.assertTrue(self.service.requests.empty())

    def test_an_answer_of_another_service_is_none(self):
        labelled = "    asking: ask %(service)s with spend = 4\n    send tell with score = %(service)s.score\n"
        server = self.hold(steps=labelled % {"service": "propensity"})
        self.deploy(server, "migrate", steps=labelled % {"service": "rank"} + ANEW)
        self.service.answer_late(200, {"score": 0.9})
        self.assertEqual(self.told(), "0.1")
        self.assertTrue(self.is_new(server))
        self.assert_nothing_more(server)

    def test_an_address_that_is_not_set(self):
        with self.assertRaises(AssertionError) as caught:
            self.write()
            self.serve(self.env())
        self.assertIn("service `propensity` takes its address from ML_URL, which is not set", str(caught.exception))


class Late(Asking):
    """The time is over when the clock is put forward: not before the question is out, however slow the machine is."""

    def setUp(self):
        super().setUp()
        self.system = FailingSystem(self.directory)
        self.clock = WrongClock(self.system)
        self.receiver.tolerance = float("inf")  # what is signed says what that clock says

    def start(self):
        self.write(timeout="5 minutes")
        return self.serve(self.env(ML_URL=self.service.url, HOOK_SECRET=SECRET, **self.system.env))

    def ask(self):
        server = self.start()
        self.service.hang()
        self.begin(server, "ann")
        self.service.requests.get()
        return server

    def wait_in_vain(self, server):
        self.clock.step(6 * MINUTE)
        self.assertEqual(self.told(), "0.5")
        self.assertEqual(self.counted(server, "defaulted"), 1)

    def test_a_deadline_that_passed_while_nobody_ran(self):
        self.ask().kill()
        self.clock.step(6 * MINUTE)
        server = self.start()
        self.assertEqual(self.told(), "0.5")
        self.assert_nothing_more(server)

    def test_an_answer_that_comes_too_late(self):
        server = self.ask()
        self.wait_in_vain(server)
        self.service.answer_late(200, {"score": 0.9})
        self.assert_nothing_more(server)

    def test_a_kill_after_the_default_was_taken(self):
        server = self.ask()
        self.wait_in_vain(server)
        self.service.answer_late(200, {"score": 0.9})
        self.kill_when_all_is_delivered(server)
        server = self.start()
        self.assertEqual(self.counted(server, "defaulted"), 1)
        self.assert_nothing_more(server)


if __name__ == "__main__":
    unittest.main()
