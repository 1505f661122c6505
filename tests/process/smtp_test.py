"""Mails by SMTP to a real mail server on loopback: what arrives, what is tried again, what is refused."""
import email
import email.policy
import errno
import json
import os
import queue
import subprocess
import sys
import threading
import unittest

from failing_system import FAIL, THREAD, FailingSystem
from journey_process import DEADLINE, Case, Server

WORKSPACE = """workspace
  timezone "UTC"
end
customer
  email text
  name text
end
event begin
channel post
  smtp env MAIL_URL
  to customer.email
  retry 3 times over 1 hour
  timeout 2 seconds
end
message hello on post
  from "Grüne Äpfel <shop@example.com>"
  reply_to "help@example.com"
  subject "Hello {{ customer.name }}"
  body "Dear {{ customer.name }},\\n.\\nBye."
  html "<p>Dear <b>{{ customer.name }}</b></p>"
end
message sorry on post
  from "shop@example.com"
  subject "It did not arrive"
  body "Sorry."
end
journey greet
  enter when begin
  re-enter always
  stage start
    send hello then
      failed:
        send sorry
    end
  end
end
"""


def interpreter():
    """One that has aiosmtpd: Debian's, unless this is it."""
    for python in (sys.executable, "/usr/bin/python3"):
        if subprocess.run([python, "-c", "import aiosmtpd"], stderr=subprocess.DEVNULL, check=False).returncode == 0:
            return python
    raise AssertionError("no Python with aiosmtpd: install python3-aiosmtpd")


class MailServer:
    def __init__(self, *arguments):
        script = os.path.join(os.path.dirname(__file__), "mail_server.py")
        self.process = subprocess.Popen([interpreter(), "-W", "ignore", script, *arguments], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())
        self.lines, self.told = queue.Queue(), queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            row = json.loads(line)
            (self.told if "told" in row else self.lines).put(row)

    def answer(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        self.told.get(timeout=DEADLINE)

    def next(self):
        return self.lines.get(timeout=DEADLINE)

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


class Smtp(Case):
    def setUp(self):
        super().setUp()
        self.write(WORKSPACE)
        self.mail = MailServer()
        self.addCleanup(self.mail.close)

    def write(self, workspace):
        with open(os.path.join(self.directory, "workspace", "main.journey"), "w", encoding="utf-8") as file:
            file.write(workspace)

    def url(self, login=""):
        return f"smtp://{login}127.0.0.1:{self.mail.port}/journey.example"

    def begin(self, url=None, name="Ann", address="ann@example.com", **more):
        server = self.serve({"MAIL_URL": url or self.url()}, **more)
        server.identify("ann", email=address, name=name)
        server.track("ann", "begin")
        return server

    def letters(self, server, n=1):
        """Asks until there are so many dead letters. The lane answers each question, so this cannot spin idle."""
        for _ in range(100000):
            items = server.get("/api/deliveries?state=dead")["items"]
            if len(items) >= n:
                return items
        self.fail("the mail did not fail")

    def test_a_mail_arrives_whole(self):
        self.begin(name="Änne")
        row = self.mail.next()
        self.assertEqual((row["from"], row["to"]), ("shop@example.com", ["ann@example.com"]))
        mail = email.message_from_string(row["text"], policy=email.policy.default)
        self.assertEqual([], mail.defects)
        self.assertEqual(mail["subject"], "Hello Änne")
        self.assertEqual(mail["from"].addresses[0].display_name, "Grüne Äpfel")
        self.assertEqual(mail["to"].addresses[0].addr_spec, "ann@example.com")
        self.assertEqual(mail["reply-to"], "help@example.com")
        self.assertIsNotNone(mail["date"].datetime)
        self.assertRegex(mail["message-id"], r"^<msg_[0-9a-f]{32}@example\.com>$")
        self.assertEqual(mail.get_body(("plain",)).get_content().replace("\r\n", "\n"), "Dear Änne,\n.\nBye.")
        self.assertEqual(mail.get_body(("html",)).get_content().strip(), "<p>Dear <b>Änne</b></p>")

    def test_a_name_cannot_add_a_header(self):
        self.begin(name="Ann\r\nBcc: eve@example.com\r\n\r\nx")
        row = self.mail.next()
        mail = email.message_from_string(row["text"], policy=email.policy.default)
        self.assertEqual((row["to"], mail["bcc"]), (["ann@example.com"], None))
        self.assertEqual(mail["subject"], "Hello Ann  Bcc: eve@example.com    x")

    def test_an_address_that_is_none_fails_without_a_server(self):
        server = self.begin(address="ann@example.com>\r\nRCPT TO:<eve@example.com")
        self.assertIn("`to` is no mail address", self.letters(server)[0]["last_reason"])
        self.assertTrue(self.mail.lines.empty())

    def test_a_login_of_the_environment(self):
        self.begin(self.url("shop:secret@"))
        self.assertTrue(self.mail.next()["login"])

    def test_a_login_that_is_refused_waits(self):
        server = self.begin(self.url("shop:wrong@"))
        for _ in range(100000):
            item = server.get("/api/deliveries")["items"][0]
            if item["attempts"] == 1:
                break
        self.assertEqual(item["attempts"], 1)
        self.assertTrue(self.mail.lines.empty())

    def test_a_temporary_refusal_is_tried_again_as_the_same_mail(self):
        self.mail.answer("DATA 451 4.3.0 try later")
        self.begin()
        first, second = self.mail.next(), self.mail.next()
        self.assertEqual((first["with"], second["with"]), ("451 4.3.0 try later", "250"))
        self.assertEqual(first["text"], second["text"])

    def test_a_recipient_that_is_unknown_bounces(self):
        self.mail.answer("RCPT 550 5.1.1 <ann@example.com>: no such person")
        server = self.begin()
        self.assertEqual(self.mail.next()["refused"], "ann@example.com")
        mail = email.message_from_string(self.mail.next()["text"], policy=email.policy.default)
        self.assertEqual(mail["subject"], "It did not arrive")  # the journey's branch for failures
        self.assertEqual(self.letters(server)[0]["last_reason"], "bounced: SMTP 550 5.1.1")

    def test_a_mail_that_is_refused_for_good_fails(self):
        self.mail.answer("DATA 554 5.7.1 spam")
        server = self.begin()
        self.assertEqual(self.letters(server)[0]["last_reason"], "SMTP 554 5.7.1")

    def test_a_server_that_hangs_ends_at_the_time_out(self):
        self.mail.answer("hang")
        self.begin()
        self.assertEqual(self.mail.next()["with"], "hang")
        self.assertEqual(self.mail.next()["with"], "250")  # the second attempt

    def test_a_server_that_does_not_answer_to_a_mail_holds_up_nobody(self):
        self.write(WORKSPACE.replace("timeout 2 seconds", "timeout 60 seconds"))
        self.mail.answer("hang DATA")
        server = self.begin()
        self.assertEqual(self.mail.next()["with"], "hang DATA")
        server.identify("bo", email="bo@example.com", name="Bo")  # is answered
        server.track("bo", "begin")
        self.assertEqual(self.mail.next()["to"], ["bo@example.com"])

    def test_a_mail_waits_for_a_thread(self):
        system = FailingSystem(self.directory)
        server = self.serve({"MAIL_URL": self.url(), **system.env})
        server.identify("ann", email="ann@example.com", name="Ann")
        server.track("ann", "begin")
        self.assertEqual(self.mail.next()["with"], "250")  # libcurl is loaded
        system.arm(FAIL, THREAD, left=1, times=1, code=errno.EAGAIN)
        self.mail.answer("hang DATA")  # so that the next one needs another thread
        for user in ("bo", "cy"):
            server.identify(user, email=f"{user}@example.com", name=user)
            server.track(user, "begin")
        self.assertEqual({self.mail.next()["with"], self.mail.next()["with"]}, {"hang DATA", "250"})
        self.assertEqual(system.get("struck"), 1)

    def test_an_internal_server_is_refused_without_dev(self):
        server = Server(self.directory, {"MAIL_URL": self.url(), "JOURNEY_TOKEN": "t", "JOURNEY_WRITE_KEY": "wk"}, args=())
        self.servers.append(server)
        for call, body in (("identify", {"traits": {"email": "ann@example.com", "name": "Ann"}}), ("track", {"event": "begin"})):
            self.assertEqual(server.post("/v1/" + call, {"userId": "ann", "writeKey": "wk", **body})[0], 200)
        for _ in range(100000):
            items = server.get("/api/deliveries?state=dead", Authorization="Bearer t")["items"]
            if items:
                break
        self.assertIn("127.0.0.1 is an internal address", items[0]["last_reason"])
        self.assertTrue(self.mail.lines.empty())

    def test_a_variable_that_is_no_mail_server_stops_the_start(self):
        server = Server(self.directory, {"MAIL_URL": "https://mail.example"}, wait=False)
        self.servers.append(server)
        self.assertEqual(server.wait(), 78)
        with open(os.path.join(self.directory, "log"), encoding="utf-8") as file:
            self.assertIn("channel `post` goes out by smtp: MAIL_URL must be set to `smtps://", file.read())


if __name__ == "__main__":
    unittest.main()
