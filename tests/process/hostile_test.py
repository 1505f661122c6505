"""Hostile HTTP against the whole process: every row of hostile_rows.py is answered or closed as it says, never with two
answers for one request and never with a fault of the server's, and a good request is served after each."""
import contextlib
import os
import re
import resource
import socket
import unittest

from hostile_rows import CUT, GET, OPEN, ROWS
from journey_process import Case

METRICS = GET.replace(b"/healthz", b"/metrics")
LAST = GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
RESIDENT_MAX = 64 << 20  # bytes that all of it together may leave behind


def statuses(data):
    """Of all answers; a body's end is where its length says, an answer to HEAD has none."""
    found = []
    while data:
        head, _, data = data.partition(b"\r\n\r\n")
        line, *fields = head.split(b"\r\n")
        assert re.fullmatch(rb"HTTP/1\.1 \d{3} [A-Za-z ]+", line), line
        length = next((int(field.split(b":")[1]) for field in fields if field.lower().startswith(b"content-length:")), 0)
        if not data.startswith(b"HTTP/1.1 "):
            data = data[length:]
        found.append(int(line.split(b" ")[1]))
    return tuple(found)


def read_all(connection):
    parts = []
    try:
        while part := connection.recv(1 << 20):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


class Hostile(Case):
    def setUp(self):
        super().setUp()
        self.server = self.serve(self.env(ASAN_OPTIONS="quarantine_size_mb=1", JOURNEY_WRITE_KEY="wk", JOURNEY_TOKEN="token"))
        self.at_start = self.resident()

    def assert_small(self):
        """Memory is bounded; sanitizers multiply what is allocated."""
        with open(f"/proc/{self.server.process.pid}/maps", encoding="utf-8") as file:
            most = RESIDENT_MAX * (8 if "asan" in file.read() else 1)
        self.assertLess(self.resident(), self.at_start + most)

    def resident(self):
        with open(f"/proc/{self.server.process.pid}/status", encoding="ascii") as file:
            return int(re.search(r"VmRSS:\s+(\d+) kB", file.read()).group(1)) << 10

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.server.process.pid}/fd"))

    def play(self, data, end):
        with self.server.raw() as connection:
            try:
                connection.sendall(data + LAST if end == OPEN else data)
                if end == CUT:
                    connection.shutdown(socket.SHUT_WR)
            except (ConnectionResetError, BrokenPipeError):
                pass  # it was refused before it was all sent
            return statuses(read_all(connection))

    def test_every_row(self):
        self.assertGreaterEqual(len(ROWS), 210)
        self.assertEqual(len({what for what, *_ in ROWS}), len(ROWS))
        for what, data, expected, end in ROWS:
            with self.subTest(what):
                self.assertEqual(self.play(data, end), (*expected, 200) if end == OPEN else expected)
                self.assertEqual(self.server.request("GET", "/healthz")[0], 200)
        self.assert_small()

    def flood(self, stack, n, data):
        connections = []
        for _ in range(n):
            connection = stack.enter_context(self.server.raw())
            connection.sendall(data)
            connections.append(connection)
        return connections

    def test_floods_keep_nobody_out(self):
        """More connections than are let in, all of which hold still at some point of their request."""
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        before = self.descriptors()
        for what, data in (("silent", b""), ("between requests", GET), ("in the line", b"GET /he"), ("in the fields", GET[:-2]),
                           ("refused", b"nonsense\r\n\r\n")):
            with self.subTest(what), contextlib.ExitStack() as stack:
                self.flood(stack, 1100, data)
                self.assertEqual(self.server.request("GET", "/healthz")[0], 200)
        self.assertEqual(self.server.request("GET", "/healthz")[0], 200)
        self.assertLess(self.descriptors(), before + 1100)

    def test_clients_that_reset(self):
        body = b'{"userId":"a","event":"signup","writeKey":"wk"}'
        event = b"POST /v1/track HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        for at in range(0, len(event) + 1, 7):
            with self.server.raw() as connection:
                connection.sendall(event[:at])
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        self.assertEqual(self.server.request("GET", "/healthz")[0], 200)

    def test_a_client_that_never_reads(self):
        with self.server.raw() as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.setblocking(False)
            sent = 0
            with contextlib.suppress(BlockingIOError):
                while sent < 200 << 20:
                    sent += connection.send(METRICS)
            self.assertLess(sent, 200 << 20)  # no more is read from who does not read
            self.assertEqual(self.server.request("GET", "/healthz")[0], 200)
            self.assert_small()


if __name__ == "__main__":
    unittest.main()
