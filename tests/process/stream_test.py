"""What happens, as it happens: server-sent events of the administration."""

import json
import pathlib
import socket
import unittest

from journey_process import Case

HEAD = "GET /api/stream{} HTTP/1.1\r\nHost: localhost\r\n{}\r\n"

QUEUED = 4 << 20  # JR_HTTP_STREAM_BYTES: what is held of a reader who does not read
STEPS = 100
LONG = """workspace
  timezone "UTC"
end
event begin
journey long
  enter when begin
  re-enter always
  stage only
{}  end
end
""".format('    tag "x"\n' * STEPS)


def sent_by_the_kernel():
    """So much of what is written to a socket the system takes by itself, at most."""
    return int(pathlib.Path("/proc/sys/net/ipv4/tcp_wmem").read_text(encoding="ascii").split()[2])


class Listener:
    """Reads one stream."""

    def __init__(self, server, query="", token=None):
        self.socket = server.raw()
        self.file = self.socket.makefile("rb")
        self.socket.sendall(HEAD.format(query, f"Authorization: Bearer {token}\r\n" if token else "").encode())
        self.status = int(self.file.readline().split()[1])
        self.headers = {}
        for line in iter(self.file.readline, b"\r\n"):
            name, _, value = line.decode().strip().partition(": ")
            self.headers[name.lower()] = value

    def next(self):
        """(id, event, data) of the next event; None when the stream has ended."""
        found = {}
        for line in iter(self.file.readline, b""):
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name == "" and "data" in found:
                return int(found["id"]), found["event"], json.loads(found["data"])
            if name:
                found[name] = value
        return None

    def until(self, kind):
        """All events up to one of that kind."""
        events = [self.next()]
        while events[-1][1] != kind:
            events.append(self.next())
        return events

    def close(self):
        self.file.close()
        self.socket.close()


class Stream(Case):
    def listen(self, *arguments, **more):
        listener = Listener(*arguments, **more)
        self.addCleanup(listener.close)
        return listener

    def test_a_run_is_told_as_it_goes(self):
        server = self.serve()
        listener = self.listen(server)
        self.assertEqual((listener.status, listener.headers["content-type"]), (200, "text/event-stream"))
        self.assertNotIn("content-length", listener.headers)
        server.identify("ann", email="ann@example.com")
        server.track("ann", "signup")
        message = self.receiver.next()
        events = listener.until("accepted")
        self.assertEqual([kind for _, kind, _ in events], ["entered", "stage", "step", "sent", "step", "left", "accepted"])
        self.assertEqual([number for number, _, _ in events], list(range(1, 8)))
        for _, kind, data in events:
            with self.subTest(kind):
                self.assertEqual((data["kind"], data["customer"], data["journey"]), (kind, "ann", "greet"))
                self.assertNotIn("ann@example.com", json.dumps(data))
        sent = events[3][2]
        self.assertEqual((sent["run"], sent["name"], sent["detail"]), (message.json["run"], "hello", message.json["id"]))
        self.assertEqual(events[2][2]["name"], "send")
        self.assertEqual(events[5][2]["name"], "completed")

    def test_of_one_journey_alone(self):
        server = self.serve()
        listener = self.listen(server, "?journey=resting")
        server.track("ann", "signup")
        server.track("ann", "rest")
        self.assertEqual({data["journey"] for _, _, data in listener.until("held")}, {"resting"})

    def test_everybody_hears_the_same(self):
        server = self.serve()
        listeners = [self.listen(server) for _ in range(32)]
        self.assertEqual(self.listen(server).status, 503)
        listeners[0].close()
        server.track("ann", "rest")
        heard = [listener.until("held") for listener in listeners[1:]]
        self.assertEqual(heard[1:], heard[:-1])
        self.assertEqual(self.listen(server).status, 200)

    def test_it_ends_with_the_token(self):
        server = self.serve(self.env(JOURNEY_TOKEN="first", JOURNEY_WRITE_KEY="wk"), args=("--dev",))
        self.assertEqual(self.listen(server).status, 401)
        first = {"Authorization": "Bearer first"}
        made = json.loads(server.request("POST", "/api/tokens", '{"name":"desk","role":"viewer"}', first)[2])
        listener, other = self.listen(server, token=made["text"]), self.listen(server, token="first")
        self.assertEqual((listener.status, other.status), (200, 200))
        self.assertEqual(server.request("DELETE", f"/api/tokens/{made['id']}", headers=first)[0], 200)
        self.assertIsNone(listener.next())
        server.post("/v1/track", {"userId": "ann", "event": "rest"}, {"Authorization": "Bearer wk"})
        self.assertEqual(other.next()[1], "entered")

    def test_it_is_the_last_answer_of_its_connection(self):
        server = self.serve()
        with server.raw() as connection:
            connection.sendall(HEAD.format("", "").encode() * 2)
            answer = connection.recv(65536)
            self.assertTrue(answer.startswith(b"HTTP/1.1 200 "), answer)
            self.assertEqual(answer.count(b"HTTP/1.1"), 1)
        with server.raw() as connection:
            connection.sendall(b"GET /api/status HTTP/1.1\r\nHost: localhost\r\n\r\n" + HEAD.format("", "").encode())
            answer = b""
            while answer.count(b"HTTP/1.1 ") < 2:
                answer += connection.recv(65536)
            self.assertIn(b"HTTP/1.1 409 ", answer)
        status, headers, body = server.request("HEAD", "/api/stream")
        self.assertEqual((status, headers["content-type"], body), (200, "text/event-stream", b""))

    def test_who_does_not_read_is_held_no_more_than_so_much_for(self):
        """Twice what may be held is told. A reader beside it hears all, so that nothing else can have ended the other."""
        pathlib.Path(self.directory, "workspace", "main.journey").write_text(LONG, encoding="utf-8")
        server = self.serve()
        reader, sleeper = self.listen(server), self.listen(server)
        sleeper.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
        user, told, number = "u" * 250, 0, 0
        while told < 2 * (QUEUED + sent_by_the_kernel()):
            events = [{"type": "track", "userId": user, "event": "begin"}] * 10
            self.assertEqual(server.post("/v1/batch", {"batch": events})[0], 200)
            left = 0
            while left < len(events):  # only so much is on its way to it at a time
                number, kind, data = reader.next()
                left += kind == "left"
                told += len(json.dumps(data))
        heard = 0
        sleeper.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)  # awake, it reads in large pieces
        try:
            while heard < number and (event := sleeper.next()) is not None:
                heard = event[0]
        except ConnectionResetError:
            pass
        self.assertGreater(heard, 0)
        self.assertLess(heard, number)
        self.assertEqual(self.listen(server).status, 200)

    def test_who_listens_keeps_nothing_from_ending(self):
        server = self.serve()
        listener = self.listen(server)
        self.assertEqual(server.terminate(), 0)
        self.assertIsNone(listener.next())


if __name__ == "__main__":
    unittest.main()
