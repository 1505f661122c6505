"""A process that is stopped and goes on, with clients and receivers waiting: nothing is lost, no event has two ids, and who
waited is answered.

JOURNEY_STANDSTILL says for how many seconds (2 in the everyday run; the promise is tested with 30)."""
import http.client
import json
import os
import re
import signal
import socket
import threading
import unittest

from journey_process import DEADLINE, WORKSPACE, Case, read_answer
from ledger import WRITERS, Ledger

SECONDS = float(os.environ.get("JOURNEY_STANDSTILL", "2"))
TIMEOUT = "1 minute"  # of an attempt: more than that
LIMIT = 5  # seconds: of an attempt that stands still for longer, and of libcurl's connecting

MAIL = """
channel post
  smtp env MAIL_URL
  to customer.email
  timeout 1 minute
end

message letter on post
  from    "shop@example.com"
  subject "Hello"
  body    "Hello."
end

journey write "Write"
  enter when signup
  re-enter never
  stage start
    send letter
  end
end
"""


class LateMailServer:
    """It accepts a connection, and says nothing before it is told to; then it takes one mail."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"smtp://127.0.0.1:{self.listener.getsockname()[1]}"

    def accept(self):
        self.listener.settimeout(DEADLINE)
        self.connection = self.listener.accept()[0]
        self.connection.settimeout(DEADLINE)

    def greet(self):
        self.connection.sendall(b"220 mail.example\r\n")

    def take(self):
        with self.connection, self.connection.makefile("rb") as lines:
            for line in lines:
                if re.match(rb"DATA", line):
                    self.connection.sendall(b"354 go on\r\n")
                    while lines.readline() != b".\r\n":
                        pass
                self.connection.sendall(b"250 OK\r\n")
                if re.match(rb"DATA", line):
                    return


class Standstill(Case):
    def setUp(self):
        super().setUp()
        self.write(WORKSPACE.replace("5 seconds", TIMEOUT))
        self.ledger = Ledger(self)

    def write(self, text):
        with open(os.path.join(self.directory, "workspace", "main.journey"), "w", encoding="utf-8") as file:
            file.write(text)

    def stop(self, server, meanwhile, seconds=SECONDS):
        server.process.send_signal(signal.SIGSTOP)
        meanwhile()
        threading.Event().wait(seconds)
        server.process.send_signal(signal.SIGCONT)

    def await_attempts(self, server, n):
        while b"\njourney_delivery_in_flight %d\n" % n not in server.request("GET", "/metrics")[2]:
            pass

    def test_an_attempt_that_was_answered_meanwhile_is_over(self):
        server = self.serve()
        self.receiver.hold()
        self.assertTrue(self.ledger.sign_up(server, self.ledger.person()))
        self.await_attempts(server, 1)
        self.stop(server, self.receiver.go_on)
        self.ledger.take(self.receiver.next())
        self.wait_for(server, "/api/status", lambda status: status["deliveries"] == {"pending": 0, "sent": 1, "dead": 0})
        self.assert_nothing_more(server)
        self.ledger.settle(server)

    def test_who_answers_later_than_the_timeout_is_heard(self):
        """A webhook that is answered, and a mail server that greets, while nobody looks: the time is held against neither."""
        self.assertIn(f"{LIMIT} seconds", WORKSPACE)
        self.write(WORKSPACE + MAIL)
        mail = LateMailServer()
        self.addCleanup(mail.listener.close)
        server = self.serve(self.env(MAIL_URL=mail.url))
        self.receiver.hold()
        self.assertTrue(self.ledger.sign_up(server, self.ledger.person()))
        mail.accept()
        self.await_attempts(server, 2)
        self.stop(server, lambda: (self.receiver.go_on(), mail.greet()), max(SECONDS, LIMIT + 1))
        mail.take()
        self.wait_for(server, "/api/status", lambda status: status["deliveries"] == {"pending": 0, "sent": 2, "dead": 0})
        for delivery in server.get("/api/deliveries?state=sent")["items"]:
            self.assertEqual(delivery["attempts"], 1)

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
