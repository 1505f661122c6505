"""kill -9, at random moments under load and at every kind of write: nothing acknowledged is lost, no event has two ids, no id two
bodies.

JOURNEY_KILLS and JOURNEY_WRITE_KILLS say how often (20 and 10 in the everyday run; the promise is tested with 1,000 and 2,000)."""
import os
import random
import signal
import time
import unittest

from failing_system import CHANGES, KILL_AFTER, KILL_BEFORE, KILL_TORN, FailingSystem
from journey_process import Case
from ledger import Ledger

KILLS = int(os.environ.get("JOURNEY_KILLS", "20"))
WRITE_KILLS = int(os.environ.get("JOURNEY_WRITE_KILLS", "10"))


class Kill(Case):
    def setUp(self):
        super().setUp()
        self.chance = random.Random(int(os.environ.get("JOURNEY_SEED", "1")))
        self.ledger = Ledger(self)

    def test_nothing_acknowledged_is_lost(self):
        slowest = 0.0
        for _ in range(KILLS):
            began = time.monotonic()
            server = self.serve()
            slowest = max(slowest, time.monotonic() - began)
            self.ledger.load(server, self.chance.randint(1, 60), server.kill)
        self.ledger.settle(self.serve())
        print(f"     {KILLS} kills, {len(self.ledger.acknowledged)} acknowledged events, slowest start {slowest:.2f} s")

    def test_before_after_and_within_a_write(self):
        """Also of those that a start makes: it writes back the log that the crash before has left."""
        system = FailingSystem(self.directory)
        starting = 0
        for _ in range(WRITE_KILLS):
            system.arm(self.chance.choice((KILL_BEFORE, KILL_AFTER, KILL_TORN)), CHANGES, left=self.chance.randint(1, self.chance.choice((40, 300, 600))))
            server = self.serve(self.env(**system.env), wait=False)
            try:
                server.wait_ready()
            except AssertionError:
                self.assertEqual(server.wait(), -signal.SIGKILL, server.read_log())
                starting += 1
                continue
            self.ledger.load(server, 10000, server.kill)  # it ends before that
        self.ledger.settle(self.serve())
        print(f"     {WRITE_KILLS} kills at a write, {starting} of them in the start, {len(self.ledger.acknowledged)} acknowledged events")


if __name__ == "__main__":
    unittest.main()
