"""The HTTP server over real sockets: abuse, pipelining, slow clients."""

import json
import signal
import socket
import threading
import unittest

from journey_process import Case, read_answer

HOST = b"Host: h\r\n"
GET = b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"
POST = b"POST /v1/track HTTP/1.1\r\n" + HOST


class Abuse(Case):
    def test_one_answer_then_the_end(self):
        server = self.serve()
        for what, data, status in (
            ("bare LF", b"GET / HTTP/1.1\nHost: h\n\n", 400),
            ("folded line", b"GET / HTTP/1.1\r\nHost: h\r\nX: a\r\n b\r\n\r\n", 400),
            ("no Host", b"GET / HTTP/1.1\r\n\r\n", 400),
            ("two Hosts", b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
            ("TE and CL", POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + GET, 400),
            ("CL twice", POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\naa" + GET, 400),
            ("TE twice", POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n" + GET, 400),
            ("chunk too long", POST + b"Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n" + GET, 400),
            ("TLS hello", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
            ("unknown method", b"BREW / HTTP/1.1\r\n" + HOST + b"\r\n", 501),
            ("HTTP/2", b"GET / HTTP/2.0\r\n" + HOST + b"\r\n", 505),
            ("long target", b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414),
            ("long field", b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 20000 + b"\r\n\r\n", 431),
            ("many fields", b"GET / HTTP/1.1\r\n" + HOST + b"X: a\r\n" * 100 + b"\r\n", 431),
            ("announced too large", POST + b"Content-Length: 999999999\r\n\r\n", 413),
            ("Expect", POST + b"Expect: wonders\r\nContent-Length: 1\r\n\r\na", 417),
            ("body for nobody", b"POST /nowhere HTTP/1.1\r\n" + HOST + b"Content-Length: 100\r\n\r\n", 404),
        ):
            with self.subTest(what), server.raw() as connection:
                connection.sendall(data)
                answer = read_answer(connection)
                self.assertIsNotNone(answer)
                self.assertEqual(answer[0], status)
                self.assertEqual(answer[1]["connection"], "close")
                self.assertEqual(json.loads(answer[2])["request_id"], answer[1]["request-id"])
                self.assertIsNone(read_answer(connection))
        self.assertEqual(server.request("GET", "/healthz")[0], 200)

    def test_refusals_that_keep_the_connection(self):
        server = self.serve()
        with server.raw() as connection:
            connection.sendall(b"GET /nowhere HTTP/1.1\r\n" + HOST + b"\r\n")
            self.assertEqual(read_answer(connection)[0], 404)
            connection.sendall(b"DELETE /healthz HTTP/1.1\r\n" + HOST + b"\r\n")
            status, headers, _ = read_answer(connection)
            self.assertEqual((status, headers["allow"]), (405, "GET"))
            connection.sendall(GET)
            self.assertEqual(read_answer(connection)[0], 200)

    def test_a_refusal_says_which_request_it_was(self):
        server = self.serve()
        for what, path, method, body in (("nowhere", "/nowhere", "GET", None), ("of a handler", "/v1/track", "POST", "{"),
                                         ("no such method", "/healthz", "DELETE", None), ("too large", "/api/journeys/greet/pause", "POST", "x" * 5000)):
            with self.subTest(what):
                _, headers, text = server.request(method, path, body, {"Request-Id": "order-17/1"})
                self.assertEqual((headers["request-id"], json.loads(text)["request_id"]), ("order-17/1", "order-17/1"))
                _, headers, text = server.request(method, path, body, {"Request-Id": "two words"})
                self.assertRegex(json.loads(text)["request_id"], "^[0-9a-f]{32}$")
        _, headers, _ = server.request("GET", "/healthz", headers={"Request-Id": "order-17/1"})
        self.assertNotIn("request-id", headers)

    def test_pipelined_requests_are_answered_in_order(self):
        server = self.serve()
        event = b'{"userId":"a","event":"signup"}'
        slow = POST + b"Content-Length: %d\r\n\r\n" % len(event) + event
        missing = b"GET /nowhere HTTP/1.1\r\n" + HOST + b"\r\n"
        with server.raw() as connection:
            connection.sendall((slow + missing + GET) * 150)
            for _ in range(150):
                self.assertEqual([read_answer(connection)[0] for _ in range(3)], [200, 404, 200])

    def test_expect_continue(self):
        server = self.serve()
        event = b'{"userId":"a","event":"signup"}'
        with server.raw() as connection:
            connection.sendall(POST + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(event))
            self.assertEqual(read_answer(connection)[0], 100)
            connection.sendall(event)
            self.assertEqual(read_answer(connection)[0], 200)

    def test_head_and_old_clients(self):
        server = self.serve()
        status, headers, body = server.request("HEAD", "/healthz")
        self.assertEqual((status, headers["content-length"], body), (200, "3", b""))
        with server.raw() as connection:
            connection.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
            self.assertEqual(read_answer(connection)[0], 200)
            self.assertIsNone(read_answer(connection))

    def test_a_client_that_leaves_hurts_nobody(self):
        server = self.serve()
        event = b'{"userId":"a","event":"signup"}'
        for _ in range(50):
            connection = server.raw()
            connection.sendall(POST + b"Content-Length: %d\r\n\r\n" % len(event) + event)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
            connection.close()
        self.assertEqual(server.request("GET", "/healthz")[0], 200)

    def test_a_slow_request_is_ended_and_others_are_served_meanwhile(self):
        server = self.serve()
        with server.raw() as slow, server.raw() as silent:
            slow.sendall(b"GET /healthz HTTP/1.1\r\nX-Slow: ")
            self.assertEqual(server.request("GET", "/healthz")[0], 200)
            self.assertEqual(read_answer(slow)[0], 408)
            self.assertIsNone(read_answer(silent))


    def test_while_the_server_stands_still_nobody_is_late(self):
        server = self.serve()
        with server.raw() as connection:
            connection.sendall(b"GET /healthz HT")
            self.assertEqual(server.request("GET", "/healthz")[0], 200)  # the first bytes have been read
            server.process.send_signal(signal.SIGSTOP)
            threading.Event().wait(11)  # longer than a head may take
            connection.sendall(b"TP/1.1\r\nHost: h\r\n\r\n")
            server.process.send_signal(signal.SIGCONT)
            self.assertEqual(read_answer(connection)[0], 200)


class Surface(Case):
    def test_health(self):
        server = self.serve()
        self.assertEqual(server.request("GET", "/healthz")[2], b"ok\n")
        self.assertEqual(server.request("GET", "/readyz")[0], 200)
        self.assertEqual(server.request("GET", "/metrics")[0], 200)

    def test_administration_needs_the_token(self):
        server = self.serve(self.env(JOURNEY_TOKEN="t", JOURNEY_WRITE_KEY="wk"), args=())
        for headers, status in (({}, 401), ({"Authorization": "Bearer x"}, 401), ({"Authorization": "t"}, 401),
                                ({"Authorization": "Bearer t"}, 200)):
            self.assertEqual(server.request("GET", "/api/journeys", headers=headers)[0], status)
        self.assertEqual(server.request("PUT", "/api/program", b"x" * 100)[0], 401)

    def test_without_a_token_only_localhost_administers(self):
        server = self.serve()
        self.assertEqual(server.request("GET", "/api/journeys")[0], 200)
        self.assertEqual(server.request("GET", "/api/journeys", headers={"Host": "evil.example"})[0], 421)

    def test_a_bad_image_is_refused_with_a_sentence(self):
        server = self.serve()
        before = server.get("/api/journeys")
        for image in (b"", b"nonsense", b"\0" * 1000):
            status, headers, body = server.request("PUT", "/api/program", image)
            self.assertEqual((status, headers["content-type"]), (422, "application/problem+json"), body)
        self.assertEqual(server.request("PUT", "/api/program?mode=magic", b"x")[0], 400)
        self.assertEqual(server.get("/api/journeys"), before)

    def test_journeys_and_customers(self):
        server = self.serve()
        server.identify("ann/ä", email="ann@example.com")
        server.track("ann/ä", "rest")
        names = [journey["name"] for journey in server.get("/api/journeys")["items"]]
        self.assertEqual(names, ["bought", "greet", "patient", "resting"])
        resting = server.get("/api/journeys/resting")
        self.assertEqual((resting["entered"], resting["inside"]), (1, 1))
        customer = server.get("/api/customers/ann%2F%C3%A4")
        self.assertEqual(customer["attributes"]["email"], "ann@example.com")
        self.assertEqual(customer["runs"][0]["journey"], "resting")
        self.assertEqual(server.request("GET", "/api/customers/nobody")[0], 404)
        self.assertEqual(server.request("GET", "/api/journeys/nothing")[0], 404)


if __name__ == "__main__":
    unittest.main()
