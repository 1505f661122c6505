"""Receivers that answer with what is no answer, with too much, or not at all, and names that are not found."""
import queue
import socket
import struct
import threading
import unittest

from failing_system import FAIL, HOLD, LOOKUP, FailingSystem
from journey_process import DEADLINE, Case

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
ENOUGH = 16 << 20  # whoever is sent this much has read too much
EAI_NONAME = -2 & 0xFFFFFFFF
ANSWERS = {
    "nothing": b"",
    "no HTTP": b"hello\r\n",
    "HTTP/0.9": b"<html>ok</html>",
    "half a head": b"HTTP/1.1 200 OK\r\nContent-Le",
    "half a body": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
    "a negative length": b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    "a length of 2^70": b"HTTP/1.1 200 OK\r\nContent-Length: 1180591620717411303424\r\n\r\n",
    "NUL in a header": b"HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 0\r\n\r\n",
    "101": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n" + b"x" * 4096,
    "gzip that is none": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nzzzz",
    "status 999999": b"HTTP/1.1 999999 What\r\nContent-Length: 0\r\n\r\n",
    "a bad chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n",
}
FLOODS = {
    "a body without an end": (b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536),
    "chunks without an end": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1000\r\n" + b"x" * 4096 + b"\r\n"),
    "headers without an end": (b"HTTP/1.1 200 OK\r\n", b"X-Header: " + b"x" * 1000 + b"\r\n"),
    "one header without an end": (b"HTTP/1.1 200 OK\r\nX: ", b"x" * 65536),
    "1xx without an end": (b"", b"HTTP/1.1 100 Continue\r\nX: " + b"x" * 4000 + b"\r\n\r\n"),
    "reset": (None, None),
}


class Liar:
    """A server of one connection at a time: each request is answered by what `say` was told, and it tells what came of it."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}/hook"
        self.say, self.done = queue.Queue(), queue.Queue()
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(DEADLINE)
                if connection.recv(65536):
                    self.done.put(self.answer(connection, *self.say.get()))

    def answer(self, connection, head, more):
        """How much was taken."""
        sent = 0
        try:
            if head is None:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return 0
            connection.sendall(head)
            while more and sent < ENOUGH:
                connection.sendall(more)
                sent += len(more)
        except OSError:
            pass  # the other side has had enough
        return sent

    def close(self):
        self.socket.close()


class HostileReceiver(Case):
    def ask(self, server, user):
        server.identify(user, email=f"{user}@example.com")
        server.track(user, "signup")

    def count(self, server, outcome):
        metrics = server.request("GET", "/metrics")[2].decode()
        row = f'journey_messages_total{{channel="email",outcome="{outcome}"}} '
        return int(metrics.split(row)[1].split("\n")[0]) if row in metrics else 0

    def resident(self, server):
        with open(f"/proc/{server.process.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * 4096

    def test_no_answer_does_harm(self):
        liar = Liar()
        self.addCleanup(liar.close)
        server = self.serve(self.env(HOOK_URL=liar.url))
        before = self.resident(server)
        cases = {**{name: (answer, b"") for name, answer in ANSWERS.items()}, **FLOODS}
        for number, (name, (head, more)) in enumerate(cases.items()):
            with self.subTest(name):
                liar.say.put((head, more))
                self.ask(server, f"u{number}")
                self.assertLess(liar.done.get(timeout=DEADLINE), ENOUGH)
                self.assertEqual(server.request("GET", "/healthz")[0], 200)
            liar.say.put((OK, b""))  # so that no breaker opens
            self.ask(server, f"v{number}")
            liar.done.get(timeout=DEADLINE)
        while self.count(server, "accepted") < len(cases):
            pass  # each question is an answer's time
        self.assertLess(self.resident(server) - before, 64 << 20)
        self.assertEqual(server.terminate(), 0)

    def test_a_name_that_is_never_answered(self):
        system = FailingSystem(self.directory)
        server = self.serve(self.env(HOOK_URL="http://never.invalid/hook", **system.env))
        system.arm(HOLD, LOOKUP)
        self.ask(server, "ann")
        while self.count(server, "retried") == 0:  # the attempt ends at its time, though the look-up does not
            self.assertEqual(server.request("GET", "/healthz")[0], 200)
        self.assertEqual(system.get("held"), 1)
        system.rest()
        self.assertEqual(server.terminate(), 0)

    def test_a_name_that_is_not_found(self):
        system = FailingSystem(self.directory)
        server = self.serve(self.env(HOOK_URL="http://nowhere.invalid/hook", **system.env))
        system.arm(FAIL, LOOKUP, code=EAI_NONAME)
        self.ask(server, "ann")
        while self.count(server, "retried") == 0:
            pass
        self.assertEqual(server.terminate(), 0)


if __name__ == "__main__":
    unittest.main()
