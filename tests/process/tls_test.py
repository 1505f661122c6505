"""TLS on the listener: what is served, which certificates and keys are taken, and handshakes by those who mean harm."""
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import unittest
import warnings

from certificates import Authority, run
from hostile_rows import CUT, GET, OPEN, ROWS
from hostile_test import LAST, read_all, statuses
from journey_process import DEADLINE, JOURNEY, Case, Server, read_answer


def setUpModule():
    global AUTHORITY
    AUTHORITY = Authority(tempfile.mkdtemp(prefix="journey-test-"))
    unittest.addModuleCleanup(shutil.rmtree, AUTHORITY.directory)


class Tls(Case):
    def setUp(self):
        super().setUp()
        self.certificate, self.key = (shutil.copy(path, self.directory) for path in AUTHORITY.server("one"))

    def secured(self, *more, **options):
        return self.serve(args=("--dev", "--tls-cert", self.certificate, "--tls-key", self.key, *more), trust=AUTHORITY.certificate,
                          **options)

    def refused(self, *args, env=None, **options):
        """What a start that is refused says."""
        server = Server(self.directory, self.env(**(env or {})), args, wait=False, **options)
        self.servers.append(server)
        server.process.stdout.read()
        self.assertEqual(server.process.wait(DEADLINE), 78)
        text = server.read_log()
        server.wait()
        return text


class Serving(Tls):
    def test_events_come_in_and_webhooks_go_out(self):
        server = self.secured()
        server.identify("ann", email="ann@example.com")
        server.track("ann", "signup", properties={"plan": "trial"})
        self.assertEqual(self.receiver.next().json["content"]["body"], "Plan: trial")
        self.assertEqual(server.terminate(), 0)

    def test_what_is_spoken(self):
        server = self.secured()
        with server.raw() as connection:
            self.assertEqual(connection.version(), "TLSv1.3")
        for protocols, chosen in ((["http/1.1"], "http/1.1"), (["h2", "http/1.1"], "http/1.1"), ([], None)):
            server.tls.set_alpn_protocols(protocols)
            with server.raw() as connection:
                self.assertEqual(connection.selected_alpn_protocol(), chosen)
        server.tls.set_alpn_protocols(["h2"])
        with self.assertRaises(ssl.SSLError):
            server.raw()

    def test_tls_1_2_has_forward_secrecy(self):
        server = self.secured()
        server.tls.maximum_version = ssl.TLSVersion.TLSv1_2
        with server.raw() as connection:
            self.assertEqual(connection.version(), "TLSv1.2")
            self.assertRegex(connection.cipher()[0], "^ECDHE-.*(GCM|POLY1305)")
        server.tls.set_ciphers("ECDHE-ECDSA-AES128-SHA256:AES128-GCM-SHA256")
        with self.assertRaises(ssl.SSLError):
            server.raw()

    def test_older_versions_are_refused(self):
        server = self.secured()
        for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
            old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                old.minimum_version = old.maximum_version = version
            old.set_ciphers("ALL:@SECLEVEL=0")
            with socket.create_connection((server.host, server.port), timeout=DEADLINE) as connection:
                with self.assertRaisesRegex(ssl.SSLError, "(?i)protocol.version"):
                    old.wrap_socket(connection)
        self.assertEqual(server.request("GET", "/healthz")[0], 200)

    def test_browsers_are_told_to_send_encrypted(self):
        path = "/v1/projects/wk/settings"
        self.assertEqual(self.secured().get(path)["integrations"]["Segment.io"]["protocol"], "https")

    def large(self):
        """A server, and a request whose answer is several records long, with that answer."""
        with open(os.path.join(self.directory, "workspace", "large.journey"), "w", encoding="utf-8") as file:
            file.write("message large on email\n  subject \"Large\"\n  body \"" + "large " * 8000 + "\"\nend\n")
            file.write("journey large\n  enter when purchase\n  re-enter never\n  stage start\n    send large\n  end\nend\n")
        server = self.secured()
        path = "/api/versions/" + server.get("/api/versions")["items"][0]["version"]
        whole = server.request("GET", path)[2]
        self.assertGreater(len(whole), 2 * 16384)
        return server, f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode(), whole

    def test_large_answers_and_bodies(self):
        server, request, whole = self.large()
        batch = [{"type": "track", "userId": f"c{i}", "event": "signup", "properties": {"plan": "x" * 2000}} for i in range(200)]
        self.assertEqual(server.post("/v1/batch", {"batch": batch})[0], 200)
        with server.raw() as connection:
            for byte in request:  # a record each
                connection.sendall(bytes([byte]))
            self.assertEqual(read_answer(connection)[2], whole)

    def test_a_slow_reader_gets_all_of_it(self):
        server, request, whole = self.large()
        with server.raw() as connection:
            times = 150  # more than the kernel holds
            connection.sendall(request * times)
            for _ in range(times):
                self.assertEqual(read_answer(connection)[2], whole)

    def test_the_end_is_said(self):
        """An answer that ends a connection is followed by TLS's own end, so that a cut is not taken for it."""
        server = self.secured()
        with server.raw() as connection:
            connection.suppress_ragged_eofs = False
            connection.sendall(LAST)
            self.assertEqual(read_answer(connection)[0], 200)
            self.assertEqual(connection.recv(1), b"")

    def test_commands_verify_the_server(self):
        server = self.secured()
        url = f"https://127.0.0.1:{server.port}"
        status, out, err = self.ask("status", "--server", url, "--ca", AUTHORITY.certificate)
        self.assertEqual((status, err), (0, ""))
        self.assertIn("inside", out)
        status, out, err = self.ask("status", "--server", url)
        self.assertEqual((status, out), (69, ""))
        self.assertIn("certificate", err)
        self.assertIn("--ca", err)
        status, out, err = self.ask("plan", "--server", url, "--ca", AUTHORITY.certificate, os.path.join(self.directory, "workspace"))
        self.assertEqual((status, err), (0, ""))
        status, out, err = self.ask("status", "--server", url, "--ca", AUTHORITY.path("nowhere.pem"))
        self.assertEqual((status, out), (69, ""))
        self.assertIn("nowhere.pem", err)

    def ask(self, *words):
        env = {k: v for k, v in os.environ.items() if not k.startswith("JOURNEY_")}
        done = subprocess.run([JOURNEY, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)
        return done.returncode, done.stdout, done.stderr


class Files(Tls):
    def test_both_are_needed(self):
        self.assertIn("--tls-key", self.refused("--dev", "--tls-cert", self.certificate))
        self.assertIn("--tls-cert", self.refused("--dev", "--tls-key", self.key))

    def test_what_cannot_be_used_is_named(self):
        locked, other = os.path.join(self.directory, "locked.key"), AUTHORITY.server("two")[1]
        run("pkey", "-in", self.key, "-aes256", "-passout", "pass:secret", "-out", locked)
        os.chmod(locked, 0o600)
        readable = shutil.copy(self.key, os.path.join(self.directory, "readable.key"))
        os.chmod(readable, 0o604)
        broken = os.path.join(self.directory, "broken.pem")
        with open(self.certificate, "rb") as whole, open(broken, "wb") as file:
            file.write(whole.read().replace(b"\nM", b"\n!"))
        os.chmod(broken, 0o600)
        for certificate, key, path, why in (
                (self.certificate, other, other, "not the key of the certificate"),
                (self.certificate, locked, locked, "passphrase"),
                (self.certificate, broken, broken, "no private key"),
                (broken, self.key, broken, "certificate 1 cannot be read"),
                (self.key, self.key, self.key, "no certificate"),
                (self.certificate, readable, readable, "chmod 600")):
            with self.subTest(why):
                text = self.refused("--dev", "--tls-cert", certificate, "--tls-key", key).splitlines()[-1]
                self.assertIn(path, text)
                self.assertIn(why, text)

    def test_nothing_is_served_plainly_to_other_machines_unasked(self):
        text = self.refused("--store", "mem:", env={"JOURNEY_WRITE_KEY": "k", "JOURNEY_TOKEN": "t"}, listen="0.0.0.0:0")
        self.assertIn("--plain-http", text)
        self.assertIn("--tls-cert", text)

    def test_a_proxy_in_front_may_speak_tls(self):
        server = self.serve(self.env(JOURNEY_WRITE_KEY="k", JOURNEY_TOKEN="t"), args=("--plain-http",), listen="0.0.0.0:0")
        self.assertEqual(server.request("GET", "/healthz")[0], 200)
        self.assertIn("PLAIN_HTTP", server.read_log())


class Reloading(Tls):
    def served(self, server):
        """Who the server says it is, and its connection."""
        connection = server.raw()
        self.addCleanup(connection.close)
        return dict(pair[0] for pair in connection.getpeercert()["subject"])["commonName"], connection

    def reload(self, server, said):
        before = server.read_log().count(said)
        server.process.send_signal(signal.SIGHUP)
        while server.read_log().count(said) == before:  # each answer gives the loop a turn
            self.assertEqual(server.request("GET", "/healthz")[0], 200)

    def replace(self, certificate, key):
        shutil.copy(certificate, self.certificate)
        shutil.copy(key, self.key)

    def test_a_new_certificate_without_a_restart(self):
        server = self.secured()
        name, old = self.served(server)
        self.assertEqual(name, "one")
        self.replace(*AUTHORITY.server("two"))
        self.reload(server, "TLS_LOADED")
        self.assertEqual(self.served(server)[0], "two")
        old.sendall(GET)  # who was connected still is
        self.assertEqual(read_answer(old)[0], 200)

    def test_a_bad_one_costs_nothing(self):
        server = self.secured()
        shutil.copy(AUTHORITY.server("two")[1], self.key)
        self.reload(server, "TLS_KEPT")
        self.assertIn("not the key of the certificate", server.read_log())
        self.assertEqual(self.served(server)[0], "one")

    def test_when_it_runs_out_is_a_metric(self):
        server = self.secured()
        text = server.request("GET", "/metrics")[2].decode()
        expires = int(re.search(r"^journey_tls_expires_seconds (\d+)", text, re.M).group(1))
        with server.raw() as connection:
            self.assertEqual(expires, ssl.cert_time_to_seconds(connection.getpeercert()["notAfter"]))

    def test_plain_servers_ignore_it(self):
        server = self.serve()
        server.process.send_signal(signal.SIGHUP)
        self.assertEqual(server.request("GET", "/healthz")[0], 200)
        self.assertEqual(server.terminate(), 0)


class Hostile(Tls):
    def setUp(self):
        super().setUp()
        self.server = self.secured(env=self.env(JOURNEY_WRITE_KEY="wk", JOURNEY_TOKEN="token"))

    def socket(self):
        return socket.create_connection((self.server.host, self.server.port), timeout=DEADLINE)

    def hello(self):
        """A good first flight."""
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = self.server.tls.wrap_bio(incoming, outgoing, server_hostname="127.0.0.1")
        with self.assertRaises(ssl.SSLWantReadError):
            client.do_handshake()
        return outgoing.read()

    def assert_well(self):
        self.assertEqual(self.server.request("GET", "/healthz")[0], 200)

    def test_garbage(self):
        record = b"\x16\x03\x01"
        for what, data in (("noughts", bytes(5000)), ("ones", b"\xff" * 5000), ("text", b"hello\r\n" * 100), ("SSL 2", b"\x80\x2e\x01\x00\x02" + bytes(44)),
                           ("a record of nothing", record + b"\x00\x00"), ("a record too long", record + b"\xff\xff" + bytes(70000)),
                           ("an alert first", b"\x15\x03\x03\x00\x02\x02\x28"), ("data first", b"\x17\x03\x03\x00\x20" + bytes(32)),
                           ("a hello that lies about its length", record + b"\x00\x08\x01\xff\xff\xff\x03\x03\x00\x00" + bytes(70000))):
            with self.subTest(what), self.socket() as connection:
                try:
                    connection.sendall(data)
                    connection.shutdown(socket.SHUT_WR)
                except OSError:
                    pass  # it was closed meanwhile
                answer = read_all(connection)
                self.assertTrue(answer == b"" or answer[0] == 0x15, answer[:40])  # nothing, or an alert
        self.assert_well()

    def test_plain_http_is_told_so(self):
        with self.socket() as connection:
            connection.sendall(LAST)
            answer = read_all(connection)
        self.assertTrue(answer.startswith(b"HTTP/1.1 400 "), answer)
        self.assertIn(b"https", answer)
        self.assert_well()

    def test_handshakes_that_stop(self):
        whole = self.hello()
        for n in (1, 5, 6, len(whole) // 2, len(whole) - 1, len(whole)):
            with self.subTest(n=n), self.socket() as connection:
                connection.sendall(whole[:n])
                connection.shutdown(socket.SHUT_WR)
                read_all(connection)
        with self.socket() as connection:
            connection.sendall(whole)
            connection.recv(1)
        for byte in range(0, len(whole), 7):  # each field broken once
            with self.socket() as connection:
                connection.sendall(whole[:byte] + bytes([whole[byte] ^ 0xFF]) + whole[byte + 1:])
                connection.shutdown(socket.SHUT_WR)
                read_all(connection)
        self.assert_well()

    def test_handshakes_that_stand_still_keep_nobody_out(self):
        """More of them than there may be connections: the oldest make room."""
        whole, held = self.hello(), []
        self.addCleanup(lambda: [connection.close() for connection in held])
        for i in range(1100):
            held.append(self.socket())
            held[-1].sendall(whole[:len(whole) // 2] if i % 2 else b"")
            if i > 700:
                held.pop(0).close() if i % 3 == 0 else None
        self.assert_well()

    def test_renegotiation_is_refused(self):
        """The client asks by a second hello inside the session; the session goes on or ends, but is not made anew."""
        done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{self.server.port}", "-tls1_2", "-CAfile", AUTHORITY.certificate],
                              input=b"R\n", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=DEADLINE)
        self.assertIn(b"RENEGOTIATING", done.stdout)
        self.assertRegex(done.stdout.lower(), b"no renegotiation|renegotiation.*(disabled|not allowed)|unsafe")
        self.assert_well()

    def test_what_is_changed_on_the_way_ends_it(self):
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = self.server.tls.wrap_bio(incoming, outgoing, server_hostname="127.0.0.1")
        with self.socket() as connection:
            while True:
                try:
                    client.do_handshake()
                    break
                except ssl.SSLWantReadError:
                    connection.sendall(outgoing.read())
                    incoming.write(connection.recv(65536))
            client.write(GET)
            sealed = bytearray(outgoing.read())
            sealed[-1] ^= 1
            connection.sendall(bytes(sealed))
            while data := connection.recv(65536):
                incoming.write(data)
            with self.assertRaisesRegex(ssl.SSLError, "(?i)bad.record.mac"):
                client.read(65536)
        self.assert_well()

    def test_a_sample_of_hostile_http(self):
        sample = ROWS[::9]
        self.assertGreater(len(sample), 20)
        for what, data, expected, end in sample:
            if end == CUT:
                continue  # TLS cannot be half closed by Python
            with self.subTest(what), self.server.raw() as connection:
                try:
                    connection.sendall(data + LAST if end == OPEN else data)
                    answers = statuses(read_all(connection))
                except (ConnectionResetError, BrokenPipeError, ssl.SSLError):
                    continue  # it was refused before it was all sent
                self.assertEqual(answers, (*expected, 200) if end == OPEN else expected)
        self.assert_well()


if __name__ == "__main__":
    unittest.main()
