"""What must be true of any server, whatever happened to it: nothing acknowledged is lost, no event has two messages, no id two bodies."""
import os
import sqlite3
import threading

from journey_process import DEADLINE

WRITERS = 3


class Ledger:
    """Of people who sign up, each once: who was acknowledged, and what was received for whom under which id."""

    def __init__(self, case):
        self.case, self.lock = case, threading.Lock()
        self.acknowledged, self.ids, self.bodies, self.n = set(), {}, {}, 0

    def person(self):
        with self.lock:
            self.n += 1
            return f"p{self.n}"

    def sign_up(self, server, user, event="signup"):
        """True: it was acknowledged."""
        status, _, _ = server.post("/v1/batch", {"batch": [
            {"type": "identify", "userId": user, "traits": {"email": f"{user}@example.com"}, "messageId": f"i-{user}"},
            {"type": "track", "userId": user, "event": event, "messageId": f"t-{user}"}]})
        if status == 200:
            with self.lock:
                self.acknowledged.add(user)
        return status == 200

    def write(self, server, until):
        while not until.is_set():
            try:
                self.sign_up(server, self.person())
            except Exception:  # the server has gone: nothing is known of this one
                return

    def load(self, server, enough, end):
        """Writers until `enough` were acknowledged; then `end` ends the server, or something else has."""
        before, stop = len(self.acknowledged), threading.Event()
        threads = [threading.Thread(target=self.write, args=(server, stop)) for _ in range(WRITERS)]
        for thread in threads:
            thread.start()
        while len(self.acknowledged) < before + enough and any(thread.is_alive() for thread in threads):
            threads[0].join(0.002)
        end()
        stop.set()
        for thread in threads:
            thread.join(DEADLINE)

    def take(self, webhook):
        user = webhook.json["customer"]["id"]
        self.ids.setdefault(user, set()).add(webhook.id)
        self.bodies.setdefault(webhook.id, set()).add(webhook.body)

    def waiting(self, server):
        """Whose messages wait for another attempt."""
        people, after = set(), 0
        while after is not None:
            page = server.get(f"/api/deliveries?state=pending&after={after}")
            people.update(item["customer"] for item in page["items"])
            after = page.get("next")
        return people

    def settle(self, server, may_wait=False):
        """Everybody who was acknowledged has got the message; then the server ends in good order. Messages leave in order, so
        those of people who were taken but not answered have left, too, once the last one has."""
        last = self.person()
        while not self.sign_up(server, last):  # what failed comes back by itself
            pass
        while not self.acknowledged <= self.ids.keys() | (self.waiting(server) if may_wait else set()):
            self.take(self.case.receiver.next())
        self.case.assertEqual(server.terminate(), 0)
        self.judge(may_wait)

    def judge(self, may_wait):
        self.case.assertEqual({user: ids for user, ids in self.ids.items() if len(ids) > 1}, {}, "an event under two ids")
        self.case.assertEqual({key: bodies for key, bodies in self.bodies.items() if len(bodies) > 1}, {}, "an id with two bodies")
        database = sqlite3.connect(os.path.join(self.case.directory, "state", "journey.db"))
        self.case.assertEqual(database.execute("pragma integrity_check").fetchone(), ("ok",))
        if not may_wait:
            self.case.assertEqual(database.execute("select count(*) from delivery").fetchone(), (0,))
        database.close()
