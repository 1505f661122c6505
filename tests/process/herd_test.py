"""Many who fall due together, and processes that stand still or come too late."""
import os
import signal
import sqlite3
import threading
import time
import unittest

from journey_process import Case

HERD = int(os.environ.get("JOURNEY_HERD", "1500"))
BATCH = 100
AT_A_TIME = 8  # --per-destination
WAIT_S, CLOCK_S = 3, 0.01  # of the journey; engine time counts milliseconds


class Herd(Case):
    def setUp(self):
        super().setUp()
        self.flying, self.most, self.lock = 0, 0, threading.Lock()

    def count(self, request):
        with self.lock:
            self.flying -= 1
        return 200, {}

    def check(self, headers, body):
        with self.lock:
            self.flying += 1
            self.most = max(self.most, self.flying)

    def gauge(self, server, name):
        return float(server.request("GET", "/metrics")[2].decode().split(f"\n{name} ")[1].split("\n")[0])

    def test_who_falls_due_together(self):
        self.receiver.check, self.receiver.answer_to = self.check, self.count
        self.receiver.hold()
        server = self.serve()
        asked = {}
        for first in range(0, HERD, BATCH):
            people = [f"h{n}" for n in range(first, min(first + BATCH, HERD))]
            asked.update({user: time.monotonic() for user in people})
            batch = [item for user in people for item in (
                {"type": "identify", "userId": user, "traits": {"email": f"{user}@example.com"}},
                {"type": "track", "userId": user, "event": "pause_first", "messageId": f"t-{user}"})]
            self.assertEqual(server.post("/v1/batch", {"batch": batch})[0], 200)
        while self.most < AT_A_TIME:
            pass
        self.assertEqual(self.gauge(server, "journey_delivery_in_flight"), AT_A_TIME)
        self.receiver.go_on()
        got = {}
        while len(got) < HERD:
            webhook = self.receiver.next()
            user = webhook.json["customer"]["id"]
            self.assertNotIn(user, got)
            got[user] = webhook.at - asked[user]
            if len(got) % 250 == 1:  # meanwhile it takes events and answers
                server.track(f"meanwhile-{len(got)}", "go_on")
                self.assertEqual(server.request("GET", "/healthz")[0], 200)
        self.assertGreater(min(got.values()), WAIT_S - CLOCK_S, "somebody was early")
        self.assertLessEqual(self.most, AT_A_TIME)
        self.assertEqual(server.terminate(), 0)


class Stale(Case):
    def state(self, name):
        return os.path.join(self.directory, "state", name)

    def seen(self):
        database = sqlite3.connect(self.state("journey.db"))
        n = database.execute("select count(*) from seen").fetchone()[0]
        database.close()
        return n

    def test_a_process_that_stands_still_keeps_its_store(self):
        first = self.serve()
        first.process.send_signal(signal.SIGSTOP)
        second = self.serve(wait=False)
        self.assertEqual(second.wait(), 73)
        self.assertIn(f"pid {first.process.pid}", second.read_log())
        first.process.send_signal(signal.SIGCONT)
        first.identify("ann", email="ann@example.com")
        first.kill()
        third = self.serve()
        self.assertEqual(third.get("/api/customers/ann")["id"], "ann")
        self.assertEqual(third.terminate(), 0)

    def test_who_was_replaced_writes_nothing(self):
        """Somebody has removed the lock of a process that stands still, and started another."""
        first = self.serve()
        first.identify("ann", email="ann@example.com")
        first.process.send_signal(signal.SIGSTOP)
        os.remove(self.state("lock"))
        second = self.serve()
        second.track("ann", "rest", messageId="second")
        before = self.seen()
        first.process.send_signal(signal.SIGCONT)
        try:
            status, _, _ = first.post("/v1/track", {"userId": "ann", "event": "signup", "messageId": "first"})
        except (OSError, EOFError):
            status = 0  # it ended before it answered
        self.assertNotEqual(status, 200)
        self.assertEqual(first.wait(), 73)
        self.assertIn("has another owner", first.read_log())
        self.assertEqual(self.seen(), before)
        second.track("ann", "go_on", messageId="third")
        self.assertEqual(self.receiver.next().json["message"], "later")
        self.assertEqual(second.terminate(), 0)


if __name__ == "__main__":
    unittest.main()
