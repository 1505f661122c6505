"""More than can be taken: senders are told to wait, memory stays bounded, and what was acknowledged is stored."""
import base64
import hashlib
import hmac
import json
import os
import re
import sqlite3
import threading
import unittest

from journey_process import SHOP_SECRET, Case, read_answer

SENDERS, REQUESTS, EVENTS = 16, 40, 100  # connections, requests of each, events of a request


class Overload(Case):
    def batch(self, sender, number):
        events = [{"type": "track", "userId": f"u{sender}", "event": "signup", "messageId": f"{sender}-{number}-{i}"} for i in range(EVENTS)]
        body = json.dumps({"batch": events}).encode()
        return b"POST /v1/batch HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n" % len(body) + body

    def send_all(self, server, requests):
        """Each list on a connection of its own, without waiting for answers: an open loop. Gives all answers."""
        answers = []

        def send(data, count):
            with server.raw() as connection:
                writer = threading.Thread(target=connection.sendall, args=(data,))
                writer.start()
                answers.extend(read_answer(connection) for _ in range(count))
                writer.join()

        senders = [threading.Thread(target=send, args=(b"".join(each), len(each))) for each in requests]
        for thread in senders:
            thread.start()
        self.assertEqual(server.request("GET", "/healthz")[0], 200)
        for thread in senders:
            thread.join()
        return answers

    def stored(self):
        database = sqlite3.connect(os.path.join(self.directory, "state", "journey.db"))
        count = database.execute("select count(*) from seen").fetchone()[0]
        database.close()
        return count

    def test_a_full_queue_answers_503_and_loses_nothing(self):
        server = self.serve(self.env(JOURNEY_QUEUE="1000"))
        answers = self.send_all(server, [[self.batch(sender, number) for number in range(REQUESTS)] for sender in range(SENDERS)])
        taken = [answer for answer in answers if answer[0] == 200]
        refused = [answer for answer in answers if answer[0] == 503]
        self.assertEqual(len(taken) + len(refused), SENDERS * REQUESTS)
        self.assertGreater(len(taken), 0)
        self.assertGreater(len(refused), 0)
        self.assertEqual({answer[1]["retry-after"] for answer in refused}, {"1"})
        metrics = server.request("GET", "/metrics")[2].decode()
        self.assertEqual(int(re.search(r'journey_ingest_refused_total\{why="queue"\} (\d+)', metrics).group(1)), len(refused))
        server.track("somebody", "signup", messageId="afterwards")
        self.assertEqual(server.terminate(), 0)
        self.assertEqual(self.stored(), len(taken) * EVENTS + 1)

    def resident(self, server):
        with open(f"/proc/{server.process.pid}/status", encoding="ascii") as file:
            return int(re.search(r"VmRSS:\s+(\d+) kB", file.read()).group(1)) << 10

    def test_documents_that_wait_are_bounded_by_their_memory(self):
        """Little text that is much memory: 45 MB for 1 MB, 48 of them at a time."""
        server = self.serve(self.env(ASAN_OPTIONS="quarantine_size_mb=1"))
        with open(f"/proc/{server.process.pid}/maps", encoding="utf-8") as file:
            most = (1024 if re.search("lib[at]san", file.read()) else 320) << 20  # a sanitizer keeps notes of its own
        body = b'{"userId":"u","event":"signup","properties":{"x":[' + b"[]," * 400000 + b"[]]}}"
        request = b"POST /v1/track HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        before = self.resident(server)
        statuses = {answer[0] for answer in self.send_all(server, [[request] * 6] * 8)}
        self.assertLessEqual(statuses, {200, 503})
        self.assertIn(200, statuses)
        self.assertLess(self.resident(server), before + most)


class Rates(Case):
    def test_a_write_key_over_its_rate(self):
        server = self.serve(self.env(JOURNEY_WRITE_KEY="a,b", JOURNEY_KEY_RATE="5"))
        event = json.dumps({"userId": "u", "event": "signup"})
        batch = json.dumps({"batch": [{"type": "track", "userId": "u", "event": "signup"}] * 50})
        key = lambda name: {"Authorization": "Basic " + base64.b64encode(name + b":").decode()}
        self.assertEqual(server.request("POST", "/v1/batch", batch, key(b"a"))[0], 200)
        status, headers, body = server.request("POST", "/v1/track", event, key(b"a"))
        self.assertEqual(status, 429)
        self.assertIn(int(headers["Retry-After"]), range(1, 11))
        problem = json.loads(body)
        self.assertIn("5 events a second", problem["detail"])
        self.assertEqual((problem["code"], problem["retry_after"]), ("LIMITED", int(headers["Retry-After"])))
        self.assertEqual(headers["access-control-allow-origin"], "*")  # a browser may read it
        self.assertEqual(server.request("POST", "/v1/track", event, key(b"b"))[0], 200)
        self.assertIn('journey_ingest_refused_total{why="key_rate"} 1\n', server.request("GET", "/metrics")[2].decode())

    def hook(self, server, number, signature=None):
        body = json.dumps({"type": "order.paid", "id": number, "customer": {"id": "ann"}, "order": {"number": "o", "total": "1"}}).encode()
        right = hmac.new(SHOP_SECRET.encode(), body, hashlib.sha256).hexdigest()
        return server.request("POST", "/hooks/shop", body, {"X-Shop-Signature": signature or right})

    def test_a_source_over_its_rate(self):
        server = self.serve(self.env(JOURNEY_SOURCE_RATE="1"))
        for number in range(20):  # who cannot sign uses nothing up
            self.assertEqual(self.hook(server, f"x-{number}", "00")[0], 401)
        statuses = [self.hook(server, f"e-{number}") for number in range(20)]
        self.assertEqual(statuses[0][0], 200)
        limited = [headers for status, headers, _ in statuses if status == 429]
        self.assertGreater(len(limited), 0)
        self.assertTrue(all(int(headers["Retry-After"]) >= 1 for headers in limited))


if __name__ == "__main__":
    unittest.main()
