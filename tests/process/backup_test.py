"""Copies of a running server's store, and stores that are made of them."""
import json
import os
import shutil
import sqlite3
import subprocess
import threading
import unittest

from journey_process import JOURNEY, Case


class Backup(Case):
    def setUp(self):
        super().setUp()
        self.state = os.path.join(self.directory, "state")
        self.copy = os.path.join(self.directory, "copy.db")
        self.master = os.path.join(self.directory, "master.key")  # the workspace has personal attributes
        with open(os.open(self.master, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as file:
            file.write("5a" * 32)

    def env(self, **more):
        return super().env(JOURNEY_MASTER_KEY_FILE=self.master, **more)

    def restore(self, file=None, store=None):
        """Of any copy: the keys are those beside the first."""
        words = [JOURNEY, "restore", file or self.copy, "--store", "sqlite:" + (store or self.state)]
        done = subprocess.run(words + ["--keys", self.copy + ".keys"], env={**os.environ, **self.env()},
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        return done.returncode, done.stdout, done.stderr

    def lose_the_store(self):
        shutil.rmtree(self.state)

    def sent_for(self, server, user, event_id):
        """The id of the message that this event leads to."""
        server.track(user, "signup", messageId=event_id)
        request = self.receiver.next()
        self.assertEqual(request.json["customer"]["id"], user)
        return request.id

    def copied(self):
        """A server with one customer, whose store was copied."""
        server = self.serve()
        server.identify("ann", email="ann@example.com")
        self.sent_for(server, "ann", "before")
        code, out, errors = self.command(server, "backup", self.copy)
        self.assertEqual((code, errors), (0, ""))
        self.assertIn("1 customers", out)
        return server

    def test_events_that_are_given_again_lead_to_the_same_ids(self):
        """In whatever order: another customer's message never takes an id that a receiver has seen."""
        server = self.copied()
        people = ["bob", "ann", "cleo", "ann", "bob"]
        for user in ("bob", "cleo"):
            server.identify(user, email=f"{user}@example.com")
        first = {n: self.sent_for(server, user, f"event-{n}") for n, user in enumerate(people)}
        self.assertEqual(len(set(first.values())), len(people))
        server.kill()
        self.lose_the_store()
        self.assertEqual(self.restore()[0], 0)
        server = self.serve()
        for user in ("cleo", "bob"):
            server.identify(user, email=f"{user}@example.com")
        again = {n: self.sent_for(server, people[n], f"event-{n}") for n in (4, 2, 1, 3, 0)}
        self.assertEqual(again, first)
        server.track("ann", "signup", messageId="before")
        self.assert_nothing_more(server, "dora")

    def test_what_was_pending_in_the_copy_is_sent_under_its_id(self):
        server = self.serve()
        server.identify("ann", email="ann@example.com")
        self.receiver.answer(503)
        server.track("ann", "signup")
        tried = self.receiver.next()
        self.assertEqual(self.command(server, "backup", self.copy)[0], 0)
        server.kill()
        self.lose_the_store()
        self.assertEqual(self.restore()[0], 0)
        self.serve()
        again = self.receiver.next()
        self.assertEqual((again.id, again.body), (tried.id, tried.body))

    def test_each_restore_is_a_generation(self):
        server = self.copied()
        self.assertEqual(server.get("/api/status")["generation"], 0)
        server.terminate()
        for generation in (1, 2):
            self.lose_the_store()
            self.assertEqual(self.restore()[0], 0)
            server = self.serve()
            self.assertEqual(server.get("/api/status")["generation"], generation)
            os.remove(self.copy)
            os.remove(self.copy + ".keys")
            self.assertEqual(self.command(server, "backup", self.copy)[0], 0)
            server.terminate()

    def test_a_copy_is_private_and_holds_nothing_that_was_deleted(self):
        self.copied()
        for file in (self.copy, self.copy + ".keys"):
            self.assertEqual(os.stat(file).st_mode & 0o777, 0o600)
        self.assertEqual(sorted(os.listdir(self.directory)),
                         ["copy.db", "copy.db.keys", "log", "master.key", "state", "workspace"])
        self.assertEqual(sqlite3.connect(self.copy).execute("pragma freelist_count").fetchone(), (0,))

    def test_nothing_is_written_over(self):
        server = self.copied()
        code, _, errors = self.command(server, "backup", self.copy)
        self.assertEqual(code, 1)
        self.assertIn("is there already", errors)
        status, _, body = server.post("/api/backup", {"file": self.copy})
        self.assertEqual(status, 409, body)
        server.terminate()
        code, _, errors = self.restore()
        self.assertEqual(code, 1)
        self.assertIn("is there already", errors)

    def test_bad_requests(self):
        server = self.serve()
        for body in ({}, {"file": "copy.db"}, {"file": 1}, []):
            self.assertEqual(server.post("/api/backup", body)[0], 422, body)
        self.assertEqual(server.request("POST", "/api/backup", "no json")[0], 400)
        self.assertEqual(server.post("/api/backup", {"file": "/nowhere/at/all/copy.db"})[0], 404)
        self.assertEqual(self.command(server, "backup")[0], 64)

    def test_a_store_in_use_is_not_restored_over(self):
        server = self.copied()
        os.rename(os.path.join(self.state, "journey.db"), os.path.join(self.directory, "moved.db"))
        code, _, errors = self.restore()
        self.assertEqual(code, 73)
        self.assertIn("in use", errors)
        server.kill()

    def test_a_copy_is_checked_before_it_is_trusted(self):
        server = self.copied()
        server.terminate()
        other = os.path.join(self.directory, "other")

        def refused(change, status, says):
            file = os.path.join(self.directory, "bad.db")
            shutil.copy(self.copy, file)
            change(file)
            code, _, errors = self.restore(file, other)
            self.assertEqual((code, says in errors), (status, True), errors)
            self.assertFalse(os.path.exists(os.path.join(other, "journey.db")))

        def scribble(file):
            with open(file, "r+b") as bytes_of:
                bytes_of.seek(4096 * 2)
                bytes_of.write(b"\xff" * 4096)

        def sql(statement):
            def change(file):
                connection = sqlite3.connect(file)
                connection.execute(statement)
                connection.commit()
                connection.close()
            return change

        refused(scribble, 65, "damaged")
        refused(lambda file: os.truncate(file, 4096), 65, "")
        refused(lambda file: os.truncate(file, 0), 65, "empty")
        refused(sql("pragma application_id = 7"), 65, "another program")
        refused(sql("pragma user_version = 99"), 78, "newer")
        self.assertEqual(self.restore(os.path.join(self.directory, "nowhere.db"), other)[0], 1)
        self.assertEqual(self.restore(store=other)[0], 0)

    def test_a_database_with_its_log_is_no_copy(self):
        server = self.copied()
        server.kill()
        code, _, errors = self.restore(os.path.join(self.state, "journey.db"), os.path.join(self.directory, "other"))
        self.assertEqual(code, 1)
        self.assertIn("log beside it", errors)

    def test_a_kill_leaves_a_whole_copy_or_none(self):
        for n in range(6):
            server = self.serve()
            server.identify(f"ann-{n}", email="ann@example.com")
            asked = threading.Thread(target=self.ask_and_be_left, args=(server,))
            asked.start()
            if n % 2 == 0:
                asked.join()
            server.kill()
            asked.join()
            if os.path.exists(self.copy):
                other = os.path.join(self.directory, f"other-{n}")
                self.assertEqual(self.restore(store=other)[0], 0)
                os.remove(self.copy)
            for left in ("copy.db.part", "copy.db.part-journal", "copy.db.keys", "copy.db.keys.new"):
                if os.path.exists(os.path.join(self.directory, left)):
                    os.remove(os.path.join(self.directory, left))

    def ask_and_be_left(self, server):
        try:
            server.post("/api/backup", {"file": self.copy})
        except OSError:
            pass

    def test_events_go_on_while_it_is_copied(self):
        server = self.serve()
        server.identify("ann", email="ann@example.com")
        done = threading.Event()

        def copy_again_and_again():
            for n in range(5):
                self.assertEqual(server.post("/api/backup", {"file": f"{self.copy}.{n}"})[0], 200)
            done.set()

        copying = threading.Thread(target=copy_again_and_again)
        copying.start()
        n = 0
        while not done.is_set() or n == 0:
            server.track("ann", "signup", messageId=f"event-{n}")
            self.receiver.next()
            n += 1
        copying.join()
        counts = [json.loads(server.request("GET", "/api/status")[2])["deliveries"]["sent"]]
        self.assertLessEqual(counts[0], n)


if __name__ == "__main__":
    unittest.main()
