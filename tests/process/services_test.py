"""A service that is asked: it answers, hangs, fails, talks nonsense; and a kill while a question is on its way."""
import http.server
import json
import pathlib
import queue
import threading
import unittest

from journey_process import SECRET, Case, Request

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
  timeout %(timeout)s
%(line)s
end
journey asking
  enter when begin
  re-enter always
  stage only
    ask propensity with spend = customer.spend + 1
    send tell with score = propensity.score
  end
end
"""


class Service:
    """An HTTP server that answers as the test says: (status, body) in order; None hangs until the test is over."""

    def __init__(self):
        self.requests, self.answers, self.over = queue.Queue(), queue.Queue(), threading.Event()
        service = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                answer = service.answers.get()
                service.requests.put(Request(self.path, self.headers, body))
                if answer is None:
                    service.over.wait()
                    return
                self.send_response(answer[0])
                self.send_header("content-length", str(len(answer[1])))
                self.end_headers()
                self.wfile.write(answer[1])

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
        self.answers.put(None)

    def close(self):
        self.over.set()
        self.server.shutdown()
        self.server.server_close()


class Services(Case):
    def setUp(self):
        super().setUp()
        self.service = Service()
        self.addCleanup(self.service.close)

    def start(self, timeout="30 seconds", line=""):
        path = pathlib.Path(self.directory, "workspace", "main.journey")
        path.write_text(WORKSPACE % {"timeout": timeout, "line": line}, encoding="utf-8")
        return self.serve(self.env(ML_URL=self.service.url, HOOK_SECRET=SECRET))

    def begin(self, server, user):
        server.identify(user, email=f"{user}@example.com")
        server.track(user, "begin")

    def told(self):
        return self.receiver.next().json["content"]["body"]

    def counted(self, server, what):
        return server.get("/api/journeys/asking")[what].get("propensity", 0)

    def test_an_answer(self):
        server = self.start()
        self.service.answer(200, {"score": 0.9, "model": "b"})
        self.begin(server, "ann")
        self.assertEqual(self.told(), "0.9")
        asked = self.service.requests.get()
        self.assertEqual(asked.id, asked.json["id"])
        version = "sha256:" + server.get("/api/journeys/asking")["version"]
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

    def test_a_deadline_that_passed_while_nobody_ran(self):
        server = self.start(timeout="1 second")
        self.service.hang()
        self.begin(server, "ann")
        self.service.requests.get()
        server.kill()
        server = self.start(timeout="1 second")
        self.assertEqual(self.told(), "0.5")

    def test_an_address_that_is_not_set(self):
        with self.assertRaises(AssertionError) as caught:
            path = pathlib.Path(self.directory, "workspace", "main.journey")
            path.write_text(WORKSPACE % {"timeout": "1 second", "line": ""}, encoding="utf-8")
            self.serve(self.env())
        self.assertIn("service `propensity` takes its address from ML_URL, which is not set", str(caught.exception))


if __name__ == "__main__":
    unittest.main()
