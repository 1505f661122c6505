"""What a process is given by whoever starts it: descriptors that are closed or full, an odd umask, a limit of file sizes."""
import fcntl
import os
import resource
import signal
import socket
import unittest

from journey_process import Case
from ledger import Ledger

STANDARD = (0, 1, 2)


class Inherited(Case):
    def setUp(self):
        super().setUp()
        self.ledger = Ledger(self)

    def serve_unseen(self, **more):
        """A server that cannot say where it listens."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        server = self.serve(wait=False, listen=f"127.0.0.1:{port}", **more)
        server.host, server.port = "127.0.0.1", port
        while True:
            try:
                if server.request("GET", "/readyz")[0] == 200:
                    return server
            except OSError:  # not yet
                self.assertIsNone(server.process.poll(), server.read_log())

    def test_no_standard_descriptor_becomes_a_database(self):
        server = self.serve_unseen(preexec_fn=lambda: [os.close(fd) for fd in STANDARD])
        for fd in STANDARD:
            self.assertEqual(os.readlink(f"/proc/{server.process.pid}/fd/{fd}"), "/dev/null")
        self.ledger.load(server, 5, lambda: None)
        self.ledger.settle(server)

    def test_a_log_that_nobody_reads(self):
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
        try:
            while True:
                os.write(writer, b"x" * 512)
        except BlockingIOError:
            os.set_blocking(writer, True)
        server = self.serve(preexec_fn=lambda: os.dup2(writer, 2))
        os.close(writer)
        self.ledger.load(server, 5, lambda: None)
        metrics = server.request("GET", "/metrics")[2].decode()
        self.assertGreater(float(metrics.split("\njourney_log_lines_dropped_total ")[1].split("\n")[0]), 0)
        os.read(reader, 1 << 16)
        self.ledger.settle(server)
        self.assertIn(b"SERVE_DRAINING", os.read(reader, 1 << 16))  # whoever reads again is told again
        os.close(reader)

    def test_a_log_whose_reader_has_gone(self):
        reader, writer = os.pipe()
        os.close(reader)
        server = self.serve(preexec_fn=lambda: os.dup2(writer, 2))
        os.close(writer)
        self.ledger.load(server, 5, lambda: None)
        self.ledger.settle(server)

    def test_what_it_makes_is_its_own_whatever_the_umask(self):
        for umask in (0, 0o777):
            with self.subTest(oct(umask)):
                server = self.serve(preexec_fn=lambda: os.umask(umask))
                state = os.path.join(self.directory, "state")
                self.assertEqual(os.stat(state).st_mode & 0o777, 0o700)
                for name in os.listdir(state):
                    self.assertEqual(os.stat(os.path.join(state, name)).st_mode & 0o777, 0o600, name)
                self.ledger.load(server, 5, lambda: None)
                self.ledger.settle(server)
                for name in os.listdir(state):
                    os.remove(os.path.join(state, name))
                os.rmdir(state)
                self.ledger = Ledger(self)

    def test_a_limit_of_file_sizes_is_a_full_disk(self):
        limit = 300000
        server = self.serve(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
        while self.ledger.sign_up(server, self.ledger.person()):
            pass
        self.assertEqual(server.request("GET", "/healthz")[0], 200)
        self.assertEqual(server.request("GET", "/readyz")[0], 503)
        server.kill()
        self.ledger.settle(self.serve())

    def test_signals_that_others_send(self):
        server = self.serve()
        for number in (signal.SIGPIPE, signal.SIGHUP, signal.SIGXFSZ):
            server.process.send_signal(number)
            self.ledger.load(server, 2, lambda: None)
        self.ledger.settle(server)


if __name__ == "__main__":
    unittest.main()
