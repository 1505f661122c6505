"""A process that is stopped and goes on, with clients and receivers waiting: nothing is lost, no event has two ids, and who
waited is answered.

JOURNEY_STANDSTILL says for how many seconds (2 in the everyday run; the promise is tested with 30)."""
import http.client
import json
import os
import signal
import threading
import unittest

from journey_process import DEADLINE, WORKSPACE, Case, read_answer
from ledger import WRITERS, Ledger

SECONDS = float(os.environ.get("JOURNEY_STANDSTILL", "2"))
TIMEOUT = "1 minute"  # of an attempt: more than that


class Standstill(Case):
    def setUp(self):
        super().setUp()
        with open(os.path.join(self.directory, "workspace", "main.journey"), "w", encoding="utf-8") as file:
            file.write(WORKSPACE.replace("5 seconds", TIMEOUT))
        self.ledger = Ledger(self)

    def stop(self, server, meanwhile):
        server.process.send_signal(signal.SIGSTOP)
        meanwhile()
        threading.Event().wait(SECONDS)
        server.process.send_signal(signal.SIGCONT)

    def test_an_attempt_that_was_answered_meanwhile_is_over(self):
        server = self.serve()
        self.receiver.hold()
        self.assertTrue(self.ledger.sign_up(server, self.ledger.person()))
        while b"\njourney_delivery_in_flight 1\n" not in server.request("GET", "/metrics")[2]:
            pass
        self.stop(server, self.receiver.go_on)
        self.ledger.take(self.receiver.next())
        self.wait_for(server, "/api/status", lambda status: status["deliveries"] == {"pending": 0, "sent": 1, "dead": 0})
        self.assert_nothing_more(server)
        self.ledger.settle(server)

    def test_who_waits_is_answered(self):
        """One whose request has been read in part, one that comes meanwhile, and those who write all the time."""
        server = self.serve()
        body = json.dumps({"userId": "half", "event": "rest"}).encode()
        idle = http.client.HTTPConnection(server.host, server.port, timeout=DEADLINE)

        def end():
            with server.raw() as half:
                half.sendall(b"POST /v1/track HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n" % len(body) + body[:5])
                self.assertEqual(server.request("GET", "/healthz")[0], 200)  # that has been read
                self.stop(server, lambda: (half.sendall(body[5:]), idle.request("GET", "/healthz")))
                self.assertEqual(read_answer(half)[0], 200)
                self.assertEqual(idle.getresponse().status, 200)
                idle.close()

        self.ledger.load(server, 10 * WRITERS, end)
        self.ledger.settle(server)

    def test_who_falls_due_meanwhile_is_woken_once(self):
        server = self.serve()
        for _ in range(50):
            self.assertTrue(self.ledger.sign_up(server, self.ledger.person(), "pause_first"))
        self.stop(server, lambda: None)
        self.ledger.settle(server)


if __name__ == "__main__":
    unittest.main()
