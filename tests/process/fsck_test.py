"""`journey fsck`: what is wrong in a store is found, and only that."""
import json
import os
import sqlite3
import subprocess
import unittest

from journey_process import JOURNEY, Case


class Fsck(Case):
    def setUp(self):
        super().setUp()
        self.state = os.path.join(self.directory, "state")

    def fsck(self, *more):
        done = subprocess.run([JOURNEY, "fsck", self.state, *more], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        return done.returncode, done.stdout, done.stderr

    def findings(self):
        code, out, errors = self.fsck("--format", "json")
        self.assertEqual(errors, "")
        lines = [json.loads(line) for line in out.splitlines()]
        self.assertEqual(code, 0 if lines[-1]["sound"] else 1)
        self.assertEqual(lines[-1]["findings"], len(lines) - 1)
        return [line["finding"] for line in lines[:-1]], lines[-1]

    def filled(self):
        """A server with people who wait, messages that are pending and dead, and one customer who had two ids."""
        server = self.serve()
        self.receiver.answer(400)
        server.identify("ann", email="ann@example.com")
        server.track("ann", "signup")
        self.receiver.next()
        server.identify("bob", email="bob@example.com")
        server.track("bob", "rest")
        server.post("/v1/track", {"anonymousId": "device", "event": "rest"})
        server.post("/v1/identify", {"anonymousId": "device", "userId": "cleo"})
        return server

    def change(self, *statements):
        connection = sqlite3.connect(os.path.join(self.state, "journey.db"))
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        connection.close()

    def test_a_store_in_use_is_sound(self):
        server = self.filled()
        found, sum_up = self.findings()
        self.assertEqual((found, sum_up["stray_bytes"]), ([], 0))
        self.assertGreaterEqual(sum_up["customers"], 3)
        self.assertGreaterEqual(sum_up["timers"], 1)
        server.kill()
        self.assertEqual(self.findings()[0], [])

    def test_who_was_erased_or_put_right_is_no_damage(self):
        server = self.filled()
        self.assertEqual(server.request("DELETE", "/api/customers/bob")[0], 200)
        for _ in range(100000):
            dead = server.get("/api/deliveries?state=dead")["items"]
            if dead:
                break
        self.assertEqual(server.request("POST", f"/api/deliveries/{dead[0]['id']}/retry")[0], 200)
        self.receiver.next()
        self.assertEqual(server.request("POST", "/api/journeys/resting/pause", "{}")[0], 200)
        self.assertEqual(self.findings()[0], [])
        self.assertEqual(server.request("POST", "/api/journeys/resting/stop", "{}")[0], 200)
        server.terminate()
        self.assertEqual(self.findings()[0], [])

    def test_nothing_is_written(self):
        self.filled().terminate()
        path = os.path.join(self.state, "journey.db")
        with open(path, "rb") as file:
            before = file.read()
        self.fsck()
        with open(path, "rb") as file:
            self.assertEqual(file.read(), before)

    def test_each_damage_is_found(self):
        damages = {
            "timer_missing": ["delete from timer"],
            "timer_stray": ["insert into timer values (99999999999999, 4711, 1)"],
            "run_unreadable": ["update customer set body = x'00' where part = (select max(part) from customer)"],
            "customer_unreadable": ["update customer set body = x'00' where customer = 1 and part = 0"],
            "delivery_unreadable": ["update delivery set body = x'00'"],
            "delivery_stray": ["update delivery set customer = 4711"],
        }
        for word, statements in damages.items():
            with self.subTest(word):
                server = self.filled()
                for _ in range(100000):
                    if server.get("/api/deliveries?state=dead")["items"]:
                        break
                server.kill()
                self.change(*statements)
                self.assertIn(word, self.findings()[0])
                code, out, _ = self.fsck()
                self.assertEqual((code, "not sound" in out), (1, True))
                for file in os.listdir(self.state):
                    os.remove(os.path.join(self.state, file))

    def test_a_figure_that_is_wrong_is_told(self):
        self.filled().kill()
        self.change("delete from customer where part = (select max(part) from customer)", "delete from timer")
        found, _ = self.findings()
        self.assertIn("count_wrong", found)

    def test_a_damaged_database(self):
        self.filled().terminate()
        path = os.path.join(self.state, "journey.db")
        with open(path, "r+b") as file:
            file.seek(4096 * 3)
            file.write(b"\xff" * 4096 * 4)
        code, _, errors = self.fsck()
        self.assertEqual(code, 65, errors)

    def test_bytes_behind_the_last_page_are_told_and_harm_nothing(self):
        """A part of a page, and some pages; with a log that is not written back, and without one."""
        path = os.path.join(self.state, "journey.db")
        server, stray = self.filled(), 0
        for end, appended in (("terminate", 10), ("kill", 3 * 4096 + 17)):
            with self.subTest(appended):
                getattr(server, end)()
                with open(path, "ab") as file:
                    file.write(b"\xff" * appended)
                stray += appended
                found, sum_up = self.findings()
                self.assertEqual((found, sum_up["sound"], sum_up["stray_bytes"]), ([], True, stray))
                code, out, _ = self.fsck()
                self.assertEqual(code, 0)
                self.assertIn(f"warning: {stray} bytes stand behind the database's last page", out)
                server = self.serve()
                server.track("bob", "rest")
        for number in range(50):
            server.identify(f"user-{number}", email="x" * 4000)
        server.terminate()
        found, sum_up = self.findings()
        self.assertEqual((found, sum_up["stray_bytes"]), ([], 0))
        self.assertNotIn("warning", self.fsck()[1])

    def test_usage(self):
        self.assertEqual(subprocess.run([JOURNEY, "fsck"], stderr=subprocess.DEVNULL).returncode, 64)
        code, _, errors = self.fsck()
        self.assertEqual((code, "there is no store" in errors), (1, True))


if __name__ == "__main__":
    unittest.main()
