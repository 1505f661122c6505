"""Mails over encrypted lines to a real mail server on loopback: whose certificate is believed, and that no mail and no
password goes over a line that is not encrypted. Certificates are made here, by an authority of the test's own."""
import os
import subprocess
import tempfile
import unittest

from journey_process import Case, Server
from smtp_test import MailServer

WORKSPACE = """workspace
  timezone "UTC"
end
event begin
channel post
  smtp env MAIL_URL
  to customer.id
  retry 1 times over 1 second
  timeout 20 seconds
end
message hello on post
  from "shop@example.com"
  subject "Hello"
  body "Hello."
end
journey greet
  enter when begin
  re-enter always
  stage start
    send hello
  end
end
"""
LOGIN = "shop:secret@"


def openssl(*words, folder):
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


def authority(folder, name):
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
            f"/CN={name}", "-addext", "basicConstraints=critical,CA:TRUE", "-keyout", f"{name}.key", "-out",
            f"{name}.pem", folder=folder)


def certificate(folder, name, signer, alternative):
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=mail", "-keyout",
            f"{name}.key", "-out", f"{name}.csr", folder=folder)
    with open(os.path.join(folder, "ext"), "w", encoding="utf-8") as file:
        file.write(f"subjectAltName={alternative}\n")
    openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{signer}.pem", "-CAkey", f"{signer}.key", "-CAcreateserial",
            "-days", "2", "-extfile", "ext", "-out", f"{name}.pem", folder=folder)


class SmtpTls(Case):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="journey-certificates-")
        cls.addClassCleanup(cls.folder.cleanup)
        for name in ("ours", "theirs"):
            authority(cls.folder.name, name)
        certificate(cls.folder.name, "good", "ours", "IP:127.0.0.1,DNS:localhost")
        certificate(cls.folder.name, "other", "ours", "DNS:mail.example")
        certificate(cls.folder.name, "stranger", "theirs", "IP:127.0.0.1,DNS:localhost")

    def setUp(self):
        super().setUp()
        with open(os.path.join(self.directory, "workspace", "main.journey"), "w", encoding="utf-8") as file:
            file.write(WORKSPACE)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def mail_server(self, mode, name=None):
        files = () if name is None else (self.path(name + ".pem"), self.path(name + ".key"))
        self.mail = MailServer(mode, *files)
        self.addCleanup(self.mail.close)
        return self.mail

    def begin(self, scheme, host="127.0.0.1", login=LOGIN, allow="127.0.0.1", ca="ours.pem"):
        """A server as in production, that has a mail to send."""
        words = ("--allow-destinations", allow, *(() if ca is None else ("--ca-file", self.path(ca))))
        env = {"MAIL_URL": f"{scheme}://{login}{host}:{self.mail.port}/journey.example", "JOURNEY_TOKEN": "t",
               "JOURNEY_WRITE_KEY": "wk"}
        server = Server(self.directory, env, args=words)
        self.servers.append(server)
        body = {"userId": "ann@example.com", "event": "begin", "writeKey": "wk"}
        self.assertEqual(server.post("/v1/track", body)[0], 200)
        return server

    def assert_refused(self, server, *says):
        """The mail is given up for one of these reasons; nothing of it, and no login, has arrived."""
        for _ in range(100000):  # the lane answers each question, so this cannot spin idle
            items = server.get("/api/deliveries?state=dead", Authorization="Bearer t")["items"]
            if items:
                break
        self.assertTrue(any(words in items[0]["last_reason"] for words in says), items)
        self.assertTrue(self.mail.lines.empty())

    def test_an_encrypted_line_with_a_good_certificate_is_used(self):
        for scheme, mode in (("smtps", "smtps"), ("smtp", "starttls")):
            with self.subTest(scheme):
                mail = self.mail_server(mode, "good")
                server = self.begin(scheme)
                row = mail.next()
                self.assertEqual((row["to"], row["login"]), (["ann@example.com"], True))
                self.assertEqual(server.terminate(), 0)

    def test_a_certificate_for_another_name_is_refused(self):
        for scheme, mode in (("smtps", "smtps"), ("smtp", "starttls")):
            with self.subTest(scheme):
                self.mail_server(mode, "other")
                server = self.begin(scheme)
                self.assert_refused(server, "certificate")
                self.assertEqual(server.terminate(), 0)
                self.forget()

    def test_a_certificate_of_an_unknown_authority_is_refused(self):
        self.mail_server("smtps", "stranger")
        self.assert_refused(self.begin("smtps"), "certificate")

    def test_without_an_authority_of_ones_own_the_systems_count(self):
        self.mail_server("starttls", "good")
        self.assert_refused(self.begin("smtp", ca=None), "certificate")

    def test_a_stripped_offer_is_no_reason_to_send_in_the_clear(self):
        """With a login; and without one to a server that the operator has not named."""
        for login, host, allow in ((LOGIN, "127.0.0.1", "127.0.0.1"), ("", "localhost", "127.0.0.1,::1")):
            for mode in ("stripped", "refusing"):
                with self.subTest((login, mode)):
                    self.mail_server(mode)
                    server = self.begin("smtp", host, login, allow)
                    self.assert_refused(server, "SSL", "SMTP 454")
                    self.assertEqual(server.terminate(), 0)
                    self.forget()

    def test_a_named_internal_server_may_do_without_when_there_is_no_password(self):
        mail = self.mail_server("stripped")
        self.begin("smtp", login="")
        self.assertEqual(mail.next()["to"], ["ann@example.com"])

    def test_a_file_that_cannot_be_read_stops_the_start(self):
        self.mail = None
        server = Server(self.directory, {"MAIL_URL": "smtp://127.0.0.1:25"}, args=("--dev", "--ca-file", "/nowhere.pem"),
                        wait=False)
        self.servers.append(server)
        self.assertEqual(server.wait(), 78)

    def forget(self):
        """The next server begins with nothing."""
        subprocess.run(["rm", "-rf", os.path.join(self.directory, "state")], check=True)


if __name__ == "__main__":
    unittest.main()
