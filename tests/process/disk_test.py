"""A disk that is full: nothing is acknowledged, reads go on, and work resumes by itself. Needs root, for a small file system."""
import os
import sqlite3
import subprocess
import unittest

from journey_process import Case


@unittest.skipUnless(os.geteuid() == 0, "mounting a small file system needs root")
class Disk(Case):
    def mount(self, options):
        return subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", self.state], stderr=subprocess.DEVNULL).returncode == 0

    def setUp(self):
        super().setUp()
        self.state = os.path.join(self.directory, "state")
        os.mkdir(self.state)
        if not self.mount("size=3m"):
            self.skipTest("no file system can be mounted here")
        self.addCleanup(subprocess.run, ["umount", "-l", self.state], stderr=subprocess.DEVNULL)

    def purchase(self, server, n):
        return server.post("/v1/track", {"userId": f"u{n}", "event": "purchase", "messageId": f"m-{n}",
                                         "properties": {"order_id": "x", "amount": 1, "note": "y" * 20000}})

    def test_a_full_disk_refuses_and_recovers(self):
        server = self.serve()
        accepted, refused = [], None
        for n in range(1000):
            status, headers, _ = self.purchase(server, n)
            if status != 200:
                refused = (status, headers["Retry-After"])
                break
            accepted.append(n)
        self.assertEqual(refused, (503, "1"))
        self.assertEqual(server.request("GET", "/healthz")[0], 200)
        self.assertEqual(server.request("GET", "/readyz")[0], 503)
        self.assertEqual(server.get("/api/customers/u0")["id"], "u0")
        self.assertTrue(self.mount("remount,size=64m"))
        again = len(accepted)
        status = 503
        while status != 200:  # each try finds out anew; the suite's own deadline is the only one
            status, _, _ = self.purchase(server, again)
        self.assertEqual(server.request("GET", "/readyz")[0], 200)
        self.assertEqual(server.terminate(), 0)
        database = sqlite3.connect(os.path.join(self.state, "journey.db"))
        self.assertEqual(database.execute("pragma integrity_check").fetchone(), ("ok",))
        self.assertEqual(database.execute("select count(*) from seen").fetchone(), (len(accepted) + 1,))
        database.close()


if __name__ == "__main__":
    unittest.main()
