"""Calls of the disk that fail, once and for ever, are slow, or do half of what they were asked to."""
import errno
import os
import shutil
import signal
import sqlite3
import threading
import time
import unittest

from failing_system import FAIL, HOLD, OPEN, READ, REMOVE, SHORT, SYNC, SYNC_FOLDER, TRUNCATE, WRITE, FailingCase

RETRY_S = 0.25  # as the lane waits between tries
LOG_BYTES = 16 << 20  # after which it is written back
LIMIT_BYTES = 64 << 20  # to which it is cut when it begins anew
READER_BYTES = int(os.environ.get("JOURNEY_LOG_MIB", "18")) << 20
MUCH, EVENTS, EVENT_BYTES = 40 << 20, 60, 20000
READS = (0, 300, 900, 950, 980)  # of a thousand that a start makes: the one that fails


class FailingDisk(FailingCase):
    def try_start(self):
        """(exit, log) of a server that does not get ready, or is not for long; None: all is well."""
        server = self.serve_on_it(wait=False)
        try:
            server.wait_ready()
        except AssertionError:
            return server.wait(), server.read_log()
        status = server.terminate()
        return None if status == 0 else (status, server.read_log())

    def test_the_folder_of_a_new_store_has_its_name_on_the_disk(self):
        self.system.arm(FAIL, SYNC_FOLDER, times=1, code=errno.EIO)
        status, log = self.try_start()
        self.assertEqual((status, "cannot keep the name of the folder" in log), (74, True), log)
        self.assertFalse(os.path.exists(os.path.join(self.directory, "state")))
        self.system.rest()
        self.assertIsNone(self.try_start())

    def test_after_a_failed_sync_it_ends_and_syncs_no_more(self):
        for nth in range(1, 6):
            with self.subTest(nth=nth):
                server = self.serve_on_it()
                self.system.arm(FAIL, SYNC, left=nth, code=errno.EIO, times=1)
                done = self.system.done(SYNC)
                self.ledger.load(server, 10000, server.wait)
                self.assertEqual(server.process.returncode, 74, server.read_log())
                self.assertEqual(self.system.done(SYNC), done + nth)
                self.system.rest()
        self.ledger.settle(self.serve())

    def test_a_disk_that_refuses_is_lived_with(self):
        """Writes that fail, once and for ever: 503 and no acknowledgement, reads go on, and it comes back by itself."""
        for code in (errno.EIO, errno.ENOSPC, errno.EDQUOT, errno.EAGAIN):
            with self.subTest(errno.errorcode[code]):
                server = self.serve_on_it()
                self.system.arm(FAIL, WRITE, times=1, code=code)
                while self.system.get("struck") == 0:  # an event's commit, or one of the upkeep
                    self.ledger.sign_up(server, self.ledger.person())
                self.wait_until_ready(server)
                self.assertTrue(self.ledger.sign_up(server, self.ledger.person()))
                self.system.arm(FAIL, WRITE, code=code)
                status, headers, _ = server.post("/v1/track", {"userId": "x", "event": "signup", "messageId": "x"})
                self.assertEqual((status, headers["Retry-After"]), (503, "1"))
                self.assertEqual(server.request("GET", "/healthz")[0], 200)
                self.assertEqual(server.request("GET", "/readyz")[0], 503)
                self.assertEqual(server.request("GET", "/api/status")[0], 200)
                self.system.rest()
                self.wait_until_ready(server)
                self.ledger.settle(server)

    def wait_until_ready(self, server):
        while server.request("GET", "/readyz")[0] != 200:
            pass  # each question is an answer's time; the lane tries anew every quarter of a second

    def wait_until_quiet(self, server):
        """The upkeep of the start is over, as far as can be seen: it syncs nothing for a while."""
        quiet = 0
        while quiet < 50:
            before = self.system.done(SYNC)
            self.assertEqual(server.request("GET", "/healthz")[0], 200)
            quiet = quiet + 1 if self.system.done(SYNC) == before else 0

    def test_it_does_not_spin_while_the_disk_fails(self):
        server = self.serve_on_it()
        self.system.arm(FAIL, WRITE, code=errno.EIO)
        self.assertFalse(self.ledger.sign_up(server, self.ledger.person()))
        began, first = time.monotonic(), self.system.get("struck")
        while self.system.get("struck") < first + 4:  # without anybody's asking
            self.assertEqual(server.request("GET", "/readyz")[0], 503)
        self.assertGreater(time.monotonic() - began, 2 * RETRY_S)
        self.system.rest()
        self.wait_until_ready(server)
        self.ledger.settle(server)

    def test_half_of_what_was_asked(self):
        """Short reads and writes are gone on with, or the commit fails; either way nothing acknowledged is lost."""
        for calls in (WRITE, READ):
            server = self.serve_on_it()
            for left in range(1, 8):
                self.system.arm(SHORT, calls, left=left, times=1)
                self.ledger.sign_up(server, self.ledger.person())
            self.system.rest()
            self.wait_until_ready(server)
            server.kill()
        self.ledger.settle(self.serve_on_it())

    def test_a_slow_disk_stops_nothing_but_commits(self):
        server = self.serve_on_it()
        self.wait_until_quiet(server)
        self.system.arm(HOLD, SYNC)
        answers = []
        waiting = [threading.Thread(target=lambda user=user: answers.append(self.ledger.sign_up(server, user))) for user in ("slow", "behind")]
        waiting[0].start()
        while self.system.get("held") == 0:
            pass
        waiting[1].start()
        while b"\njourney_lane_queue 0\n" in server.request("GET", "/metrics")[2]:
            pass
        for _ in range(20):
            self.assertEqual(server.request("GET", "/healthz")[0], 200)
            self.assertEqual(server.request("GET", "/metrics")[0], 200)
        self.assertEqual(answers, [])  # durable before acknowledged
        self.assertTrue(self.receiver.requests.empty())  # and before anything leaves
        self.system.rest()
        for thread in waiting:
            thread.join()
        self.assertEqual(answers, [True, True])
        self.ledger.settle(server)

    def test_who_is_told_twice_to_end_while_it_closes_ends_well(self):
        """Its log is removed last, when it hears nothing any more: it must not end as the system does by default."""
        server = self.serve_on_it()
        self.assertTrue(self.ledger.sign_up(server, self.ledger.person()))
        self.system.arm(HOLD, REMOVE)
        server.process.send_signal(signal.SIGTERM)
        while self.system.get("held") == 0:
            pass
        server.process.send_signal(signal.SIGTERM)
        self.system.rest()
        self.assertEqual(server.wait(), 0, server.read_log())

    def write_much(self, server, batch):
        """How large the log is then."""
        self.assertEqual(server.post("/v1/batch", {"batch": [
            {"type": "track", "userId": f"u{n}", "event": "signup", "messageId": f"{batch}-{n}",
             "properties": {"plan": "x" * EVENT_BYTES}} for n in range(EVENTS)]})[0], 200)
        return os.path.getsize(os.path.join(self.directory, "state", "journey.db-wal"))

    def test_the_log_is_bounded(self):
        """It is written back on the way, however much comes."""
        server = self.serve()
        most = max(self.write_much(server, batch) for batch in range(MUCH // (EVENTS * EVENT_BYTES)))
        self.assertGreater(most, LOG_BYTES // 2)
        self.assertLess(most, 2 * LOG_BYTES)

    def test_somebody_who_reads_for_long(self):
        """While another program holds a snapshot of the database nothing behind it can be written back. The log grows, the metric
        says so, and work goes on; once the reader has gone it grows no more, and is cut to its limit."""
        server, batch, before, grown = self.serve(), 0, 0, 0
        self.assertTrue(self.ledger.sign_up(server, self.ledger.person()))
        reader = sqlite3.connect(os.path.join(self.directory, "state", "journey.db"), isolation_level=None)
        reader.execute("begin")
        seen = reader.execute("select count(*) from seen").fetchone()
        while grown < READER_BYTES:
            grown, batch = self.write_much(server, batch), batch + 1
            self.assertGreaterEqual(grown, before)
            before = grown
        self.assertEqual(reader.execute("select count(*) from seen").fetchone(), seen)
        while float(server.request("GET", "/metrics")[2].split(b"\njourney_wal_bytes ")[1].split()[0]) < grown:
            pass  # it is looked at each second
        self.assertEqual(server.request("GET", "/readyz")[0], 200)
        reader.close()
        for more in range(batch):
            last = self.write_much(server, batch + more)
            self.assertLess(last, grown + LOG_BYTES // 2)
        if grown > LIMIT_BYTES:
            self.assertLessEqual(last, LIMIT_BYTES)
        self.ledger.settle(server)

    def test_a_start_on_a_failing_disk(self):
        """It starts, or says what failed and ends with 74; the next start finds everything."""
        server = self.serve()
        self.ledger.load(server, 30, server.kill)
        for calls in (OPEN, WRITE, SYNC, TRUNCATE):
            for left in (1, 4):
                with self.subTest(calls=calls, left=left):
                    self.system.arm(FAIL, calls, left=left, times=1, code=errno.EIO)
                    ended = self.try_start()
                    if ended is not None:
                        self.assertEqual(ended[0], 74, ended[1])
                        self.assertIn("cannot", ended[1])
        self.system.rest()
        self.ledger.settle(self.serve())

    def test_what_a_disk_does_not_give_is_not_damage(self):
        """SQLite takes a page that cannot be read for a damaged one, in the log, in the database, and while it looks it through."""
        server = self.serve()
        self.ledger.load(server, 60, server.kill)
        state, kept = os.path.join(self.directory, "state"), os.path.join(self.directory, "kept")
        shutil.copytree(state, kept)
        self.system.arm(FAIL, READ, left=1 << 60)
        self.assertIsNone(self.try_start())
        reads = (1 << 60) - self.system.get("left")
        failed = 0
        for part in READS:
            left = 1 + reads * part // 1000
            with self.subTest(left=left, of=reads):
                shutil.rmtree(state)
                shutil.copytree(kept, state)
                self.system.arm(FAIL, READ, left=left, times=1, code=errno.EIO)
                ended = self.try_start()
                if ended is not None:
                    failed += 1
                    self.assertEqual(ended[0], 74, ended[1])
                    self.assertIn("disk I/O error", ended[1])
        self.assertGreaterEqual(failed, len(READS) // 2)  # the last ones may be of one that serves
        self.system.rest()
        self.ledger.settle(self.serve())


if __name__ == "__main__":
    unittest.main()
