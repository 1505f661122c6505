"""Memory, descriptors and threads that run out: an orderly end or an error that is told, never a crash, and nothing acknowledged
is lost. JOURNEY_POINTS says how many allocations are failed (30 in the everyday run)."""
import errno
import os
import random
import resource
import signal
import unittest

from failing_system import ACCEPT, FAIL, MEMORY, THREAD, FailingCase
from journey_process import GRACE, read_answer

POINTS = int(os.environ.get("JOURNEY_POINTS", "30"))
BEFORE = 100  # allocations of libraries before main, which end the process as they like
ORDERLY = {1, 64, 65, 69, 70, 73, 74, 78}  # include/journey/tbl/errors.def
if GRACE > 0:
    ORDERLY.add(-signal.SIGSEGV)  # of what writes the counters of coverage, and asks for memory to do so


class Scarce(FailingCase):
    def ready(self, server):
        try:
            server.wait_ready()
            return True
        except AssertionError:
            self.assertIn(server.wait(), ORDERLY, server.read_log())
            return False

    def allocations(self):
        """How many a start and some work make."""
        server = self.serve_on_it()
        self.ledger.load(server, 3, lambda: None)
        self.assertEqual(server.terminate(), 0)
        return self.system.done(MEMORY)

    def test_an_allocation_that_fails(self):
        chance = random.Random(int(os.environ.get("JOURNEY_SEED", "1")))
        n = self.allocations()
        self.assertGreater(n, 10 * BEFORE)
        for point in range(POINTS):
            nth, times = chance.randint(BEFORE, n), point % 2  # once, or that one and all after it
            with self.subTest(nth=nth, times=times):
                self.system.arm(FAIL, MEMORY, left=nth, times=times, code=errno.ENOMEM)
                server = self.serve_on_it(wait=False)
                if self.ready(server):
                    self.ledger.load(server, 3, lambda: None)
                    self.system.rest()
                    if server.process.poll() is None:
                        server.terminate()
                    self.assertIn(server.wait(), {0, *ORDERLY}, server.read_log())
                self.system.rest()
        self.ledger.settle(self.serve(), may_wait=True)  # for the attempt that failed for want of memory
        print(f"     {POINTS} of {n} allocations failed")

    def talk(self, connection):
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        return read_answer(connection)

    def test_no_descriptors_are_left(self):
        server = self.serve_on_it()
        self.ledger.load(server, 3, lambda: None)
        held = server.raw()
        self.assertEqual(self.talk(held)[0], 200)
        n = len(os.listdir(f"/proc/{server.process.pid}/fd"))
        _, most = resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (n + 4, most))
        taken, refused = [], 0
        while refused < 5:
            connection = server.raw()
            try:
                answer = self.talk(connection)
            except OSError:
                answer = None
            if answer is None:
                refused += 1
                connection.close()
            else:
                taken.append(connection)
        before = self.system.done(ACCEPT)
        for _ in range(50):
            self.assertEqual(self.talk(held)[0], 200)  # those who are there are served
        self.assertLess(self.system.done(ACCEPT) - before, 25)  # and it does not try again and again
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (n + 64, most))
        for connection in taken:
            connection.close()
        self.ledger.settle(server)
        held.close()

    def test_few_descriptors_from_the_start(self):
        for n in (4, 8, 12, 16, 24):
            with self.subTest(n=n):
                server = self.serve_on_it(wait=False, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (n, n)))
                if self.ready(server):
                    self.assertEqual(server.terminate(), 0)
        self.ledger.settle(self.serve())

    def test_no_thread_can_be_had(self):
        self.system.arm(FAIL, THREAD, code=errno.EAGAIN)
        self.assertFalse(self.ready(self.serve_on_it(wait=False)))
        self.system.rest()
        server = self.serve_on_it()
        self.system.arm(FAIL, THREAD, code=errno.EAGAIN)
        status, _, body = server.post("/api/backup", {"file": os.path.join(self.directory, "copy.db")})
        self.assertEqual(status, 503, body)
        self.assertIn(b"thread", body)
        self.system.rest()
        self.assertEqual(server.post("/api/backup", {"file": os.path.join(self.directory, "copy.db")})[0], 200)
        self.ledger.settle(server)


if __name__ == "__main__":
    unittest.main()
