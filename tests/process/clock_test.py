"""The mark of engine time: what a start knows of how long nobody was there, and what it does about a clock that may be wrong."""
import os
import sqlite3
import time
import unittest

from journey_process import Case

MARK = 8  # its counter, as runtime/engine/engine.h numbers them
DAY_MS = 24 * 3600 * 1000


def wall_ms():
    return int(time.time() * 1000)


class Clock(Case):
    def store(self):
        return sqlite3.connect(os.path.join(self.directory, "state", "journey.db"), isolation_level=None)

    def mark(self):
        store = self.store()
        try:
            return store.execute("select value from counter where counter = ?", (MARK,)).fetchone()[0]
        finally:
            store.close()

    def serve_after(self, days):
        """A server that finds its mark so old."""
        server = self.serve()
        server.track("ann", "rest")
        self.assertEqual(server.terminate(), 0)
        store = self.store()
        self.assertEqual(store.execute("update counter set value = ? where counter = ?", (wall_ms() - days * DAY_MS, MARK)).rowcount, 1)
        store.close()
        return self.serve()

    def test_the_mark_is_kept_without_events(self):
        began = wall_ms()
        server = self.serve_after(6)
        for _ in range(100000):
            server.get("/api/status")  # each is a round of the lane
            if self.mark() >= began:
                return
        self.fail("the mark stayed old")

    def test_a_clock_that_may_be_wrong_is_doubted_and_the_audit_log_says_so(self):
        server = self.serve_after(8)
        page = self.wait_for(server, "/api/audit", lambda page: page["items"])
        entry = page["items"][0]
        self.assertEqual((entry["who"], entry["did"], entry["object"]), ("the server itself", "doubts", "the wall clock"))
        self.assertRegex(entry["why"], r"^it is 691[0-9]{3}\.[0-9] s ahead; until it has gone evenly, nothing is due by it alone$")
        self.assertIn("CLOCK_DOUBTED", server.read_log())
        self.assertLess(self.mark(), wall_ms() - 7 * DAY_MS)


if __name__ == "__main__":
    unittest.main()
