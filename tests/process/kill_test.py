"""kill -9 at random moments under load: nothing acknowledged is lost, no event has two ids, no id has two bodies.

JOURNEY_KILLS says how often (20 in the everyday run; the promise is tested with 200)."""
import os
import random
import sqlite3
import threading
import time
import unittest

from journey_process import DEADLINE, Case

KILLS = int(os.environ.get("JOURNEY_KILLS", "20"))
WRITERS = 3


class Load:
    """Writers that post signups of ever new customers until the server is gone; remembers what was acknowledged."""

    def __init__(self, server, round_number, kill_after):
        self.server, self.round, self.kill_after = server, round_number, kill_after
        self.acknowledged, self.lock = [], threading.Lock()
        self.enough = threading.Event()

    def write(self, writer):
        for n in range(100000):
            user = f"r{self.round}w{writer}n{n}"
            try:
                status, _, _ = self.server.post("/v1/batch", {"batch": [
                    {"type": "identify", "userId": user, "traits": {"email": f"{user}@example.com"}, "messageId": f"i-{user}"},
                    {"type": "track", "userId": user, "event": "signup", "messageId": f"t-{user}"}]})
            except Exception:  # the server was killed: nothing is known of this one
                return
            if status == 200:
                with self.lock:
                    self.acknowledged.append(user)
                    if len(self.acknowledged) >= self.kill_after:
                        self.enough.set()

    def run(self):
        threads = [threading.Thread(target=self.write, args=(writer,)) for writer in range(WRITERS)]
        for thread in threads:
            thread.start()
        assert self.enough.wait(DEADLINE)
        self.server.kill()
        for thread in threads:
            thread.join()
        return self.acknowledged


class Kill(Case):
    def test_nothing_acknowledged_is_lost(self):
        chance = random.Random(int(os.environ.get("JOURNEY_SEED", "1")))
        acknowledged, slowest = set(), 0.0
        for round_number in range(KILLS):
            began = time.monotonic()
            server = self.serve()
            slowest = max(slowest, time.monotonic() - began)
            acknowledged.update(Load(server, round_number, chance.randint(1, 60)).run())
        server = self.serve()
        ids, bodies = {}, {}
        # Taken, but killed before the answer: those leave, too. Messages leave in order, so all are on their way once the last is.
        server.identify("last", email="last@example.com")
        server.track("last", "signup")
        while not {"last", *acknowledged} <= ids.keys():
            webhook = self.receiver.next()
            user = webhook.json["customer"]["id"]
            ids.setdefault(user, set()).add(webhook.id)
            bodies.setdefault(webhook.id, set()).add(webhook.body)
        self.assertEqual(server.terminate(), 0)
        self.assertEqual({user: found for user, found in ids.items() if len(found) > 1}, {}, "an event under two ids")
        self.assertEqual({key: found for key, found in bodies.items() if len(found) > 1}, {}, "an id with two bodies")
        database = sqlite3.connect(os.path.join(self.directory, "state", "journey.db"))
        self.assertEqual(database.execute("pragma integrity_check").fetchone(), ("ok",))
        self.assertEqual(database.execute("select count(*) from delivery").fetchone(), (0,))
        database.close()
        print(f"     {KILLS} kills, {len(acknowledged)} acknowledged events, slowest start {slowest:.2f} s")


if __name__ == "__main__":
    unittest.main()
