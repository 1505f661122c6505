"""Workspaces with personal attributes: what rests of a customer is sealed under a key that goes when they are erased."""
import json
import os
import shutil
import sqlite3
import subprocess
import unittest

from journey_process import DEADLINE, JOURNEY, Case

ID, EMAIL, PLAN, ORDER, DEVICE = ("ann-4711@shop.example", "ann.zweig@example.org", "plan-quokka", "wombat-1",
                                  "device-okapi")
WORDS = (ID, EMAIL, PLAN, ORDER, DEVICE)


class Sealed(Case):
    def setUp(self):
        super().setUp()
        self.state = os.path.join(self.directory, "state")
        self.copy = os.path.join(self.directory, "copy.db")
        self.workspace("  email text, personal, identity\n")

    def workspace(self, attributes):
        path = os.path.join(self.directory, "workspace", "main.journey")
        with open(path, encoding="utf-8") as file:
            lines = file.read().split("customer\n", 1)
        with open(path, "w", encoding="utf-8") as file:
            rest = lines[1].split("end\n", 1)[1].replace("wait 3 seconds", "wait 3 days")
            file.write(lines[0] + "customer\n" + attributes + "end\n" + rest)

    def fill(self, server):
        """Ann has everything that can be had: a device that became her, a dead letter, a run that waits, an order set
        aside. Bo has little."""
        self.receiver.answer(400)
        server.identify(ID, email=EMAIL)
        server.post("/v1/track", {"anonymousId": DEVICE, "event": "pause_first"})
        server.post("/v1/identify", {"userId": ID, "anonymousId": DEVICE, "traits": {}})
        server.identify("bo", email="bo@example.com")
        server.track(ID, "signup", properties={"plan": PLAN})
        self.receiver.next()
        while not server.get("/api/deliveries?state=dead")["items"]:
            pass
        server.track(ID, "pause_first")
        server.track(ID, "purchase", properties={"order_id": ORDER})  # no amount: set aside
        server.track("bo", "pause_first")

    def files(self, *more):
        """All bytes of the store, and of other files."""
        names = [os.path.join(self.state, name) for name in os.listdir(self.state)] + list(more)
        return b"".join(open(name, "rb").read() for name in names)

    def assert_nothing_clear(self, *more):
        everything = self.files(*more)
        self.assertEqual([word for word in WORDS if word.encode() in everything], [])

    def export(self, server, user=ID):
        return server.get(f"/api/customers/{user}/export")

    def assert_held(self, server):
        held = self.export(server)
        self.assertEqual((held["id"], held["attributes"]["email"]), (ID, EMAIL))
        self.assertEqual(sorted(event["event"] for event in held["events"]), ["pause_first", "pause_first", "signup"])
        self.assertEqual([(m["state"], m["document"]["to"]) for m in held["messages"]], [("dead", EMAIL)])
        self.assertIn(ORDER, held["quarantined"][0]["text"])
        self.assertEqual(server.get(f"/api/customers/{EMAIL}")["id"], ID)

    def fsck(self, status=0):
        done = subprocess.run([JOURNEY, "fsck", self.state, "--format", "json"], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout or done.stderr

    def restore(self, *words, status=0):
        done = subprocess.run([JOURNEY, "restore", *words, "--store", "sqlite:" + self.state], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def lose_the_database(self):
        for name in os.listdir(self.state):
            if name.startswith("journey.db"):
                os.remove(os.path.join(self.state, name))

    def refused_start(self, status=78):
        """The log of a server that does not start, and changes no byte of what it would not open."""
        before = {name: open(os.path.join(self.state, name), "rb").read() for name in sorted(os.listdir(self.state))}
        server = self.serve(wait=False)
        self.assertEqual(server.process.wait(DEADLINE), status)
        server.process.stdout.close()
        text = server.read_log()
        server.log.close()
        after = {name: open(os.path.join(self.state, name), "rb").read() for name in sorted(os.listdir(self.state))}
        for name in ("lock", "journey.db-shm"):
            before.pop(name, None), after.pop(name, None)
        self.assertEqual({name: text for name, text in after.items() if text}, before)
        return text


class AtRest(Sealed):
    def test_no_value_rests_in_the_clear(self):
        server = self.serve()
        self.fill(server)
        self.assert_held(server)
        self.assertEqual(self.command(server, "backup", self.copy)[0], 0)
        self.assert_nothing_clear(self.copy, self.copy + ".keys")
        self.assertEqual(server.get("/api/status")["sealed"], "whole")
        server.kill()
        self.assert_nothing_clear()
        server = self.serve()
        self.assert_held(server)
        self.assert_nothing_clear()
        server.terminate()
        self.assert_nothing_clear()
        self.assertIn('"sound":true', self.fsck())
        self.assertIn('"sealed":"whole"', self.fsck())

    def test_the_log_of_the_server_has_no_value(self):
        server = self.serve()
        self.fill(server)
        server.identify(ID, email=7)
        server.get("/api/status")
        text = server.read_log() + server.request("GET", "/metrics")[2].decode()
        for word in (EMAIL, PLAN, ORDER):
            self.assertNotIn(word, text)

    def test_a_workspace_without_personal_attributes_is_not_sealed(self):
        self.workspace("  email text\n")
        server = self.serve()
        self.fill(server)
        self.assertEqual(server.get("/api/status")["sealed"], "no")
        self.assertIn(EMAIL.encode(), self.files())
        self.assertFalse(os.path.exists(os.path.join(self.state, "journey.keys")))
        self.assertFalse(os.path.exists(os.path.join(self.state, "master.key")))

    def test_the_master_key_may_come_by_the_environment(self):
        server = self.serve(self.env(JOURNEY_MASTER_KEY="0f" * 32))
        self.fill(server)
        with open(f"/proc/{server.process.pid}/environ", "rb") as file:
            self.assertNotIn(b"0f0f", file.read())
        server.kill()
        self.assertFalse(os.path.exists(os.path.join(self.state, "master.key")))
        self.assertIn("master key is not there", self.refused_start())
        self.assert_held(self.serve(self.env(JOURNEY_MASTER_KEY="0f" * 32)))


class Begins(Sealed):
    def test_a_store_of_before_is_sealed_beside_the_work(self):
        self.workspace("  email text, identity\n")
        server = self.serve()
        self.fill(server)
        for n in range(30):
            server.identify(f"customer-{n}", email=f"customer-{n}@example.com")
        server.terminate()
        self.assertIn(EMAIL.encode(), self.files())
        self.workspace("  email text, personal, identity\n")
        server = self.serve()
        while server.get("/api/status")["sealed"] != "whole":
            pass
        self.assert_held(server)
        self.assert_nothing_clear()
        self.assertNotIn(b"customer-7@example.com", self.files())
        self.assertEqual(server.get("/api/customers/customer-7@example.com")["id"], "customer-7")
        server.terminate()
        self.assert_nothing_clear()
        self.assertIn('"sound":true', self.fsck())

    def test_a_kill_while_it_is_sealed(self):
        self.workspace("  email text, identity\n")
        server = self.serve()
        self.fill(server)
        server.kill()
        self.workspace("  email text, personal, identity\n")
        for _ in range(2):
            server = self.serve()
            server.track(ID, "pause_first")
            server.kill()
        server = self.serve()
        while server.get("/api/status")["sealed"] != "whole":
            pass
        self.assertEqual(len(self.export(server)["events"]), 5)
        self.assert_nothing_clear()
        server.terminate()
        self.assertIn('"sound":true', self.fsck())


class Keys(Sealed):
    def filled(self):
        server = self.serve()
        self.fill(server)
        server.kill()

    def at(self, name):
        return os.path.join(self.state, name)

    def test_other_and_missing_keys_are_refused_and_nothing_is_changed(self):
        self.filled()
        for name in ("master.key", "journey.keys"):
            shutil.copy(self.at(name), os.path.join(self.directory, name))

        def refused(name, content, says, mode=0o600, status=78):
            os.remove(self.at(name))
            if content is not None:
                with open(self.at(name), "wb") as file:
                    file.write(content)
                os.chmod(self.at(name), mode)
            self.assertIn(says, self.refused_start(status))
            shutil.copy(os.path.join(self.directory, name), self.at(name))

        refused("master.key", b"0f" * 32 + b"\n", "the master key is another one than the store")
        refused("master.key", None, "master key is not there")
        os.rename(self.at("master.key"), self.at("away"))
        self.assertIn("master key is not there", self.fsck(78))
        os.rename(self.at("away"), self.at("master.key"))
        refused("master.key", b"secret", "holds no master key")
        refused("master.key", b"0f" * 32, "can be read or written by others (mode 0644); `chmod 600` it", 0o644)
        with open(self.at("journey.keys"), "rb") as file:
            keys = file.read()
        refused("journey.keys", keys[:16] + b"\x07" * 8 + keys[24:], "customers' keys of another store")
        refused("journey.keys", None, "customers' keys are not there")
        refused("journey.keys", b"JRNYKEY2" + keys[8:], "is no file of customers' keys: put the store's newest one",
                status=65)
        refused("journey.keys", keys[:64 + 16 * 2], "is cut off, or older than the store")
        refused("journey.keys", keys + os.urandom(16 * 4096 * 5), "is newer than the store, or something was added")
        self.assert_held(self.serve())

    def test_a_damaged_key_loses_its_customer_and_no_other(self):
        self.filled()
        with open(self.at("journey.keys"), "r+b") as file:
            file.seek(64 + 16)
            file.write(b"damaged")
        self.assertIn('"customer_unreadable"', self.fsck(1))
        server = self.serve()
        self.assertEqual(self.export(server, "bo")["attributes"]["email"], "bo@example.com")
        status, headers, body = server.request("GET", f"/api/customers/{ID}", headers={"Request-Id": "mine-1"})
        self.assertEqual((status, json.loads(body)["code"], headers["request-id"]), (500, "CORRUPT", "mine-1"))
        self.assertIn("the stored customer 1 cannot be read", json.loads(body)["detail"])
        line = next(line for line in server.read_log().splitlines() if '"REQUEST_FAILED"' in line)
        self.assertEqual({name: json.loads(line)[name] for name in ("code", "request_id", "route")},
                         {"code": "CORRUPT", "request_id": "mine-1", "route": "/api/customers/:id"})
        self.assertNotIn(ID, line)

    def test_the_master_key_may_come_by_a_file(self):
        path = os.path.join(self.directory, "the.key")
        with open(path, "w", encoding="ascii") as file:
            file.write("0f" * 32 + "\n")
        os.chmod(path, 0o600)
        server = self.serve(self.env(JOURNEY_MASTER_KEY_FILE=path))
        self.fill(server)
        server.kill()
        self.assertEqual(sorted(name for name in os.listdir(self.state) if not name.startswith("journey.db")),
                         ["journey.keys", "lock"])
        self.assert_held(self.serve(self.env(JOURNEY_MASTER_KEY="0f" * 32)))

    def test_a_lost_database_is_not_begun_anew_over_the_keys(self):
        server = self.serve()
        self.fill(server)
        self.assertEqual(self.command(server, "backup", self.copy)[0], 0)
        server.kill()
        self.lose_the_database()
        server = self.serve(wait=False)
        self.assertEqual(server.process.wait(DEADLINE), 78)
        server.process.stdout.close()
        self.assertIn("no store that they belong to", server.read_log())
        server.log.close()
        self.lose_the_database()
        self.restore(self.copy)
        self.assert_held(self.serve())


class Erased(Sealed):
    def erased(self):
        server = self.serve()
        self.fill(server)
        self.assertEqual(self.command(server, "backup", self.copy)[0], 0)
        status, _, body = server.request("DELETE", f"/api/customers/{ID}")
        self.assertEqual(status, 200, body)
        return server

    def secrets(self):
        with open(os.path.join(self.state, "journey.keys"), "rb") as file:
            text = file.read()[64:]
        return [text[16 * n:16 * n + 16] for n in range(4)]

    def test_the_key_goes_and_nothing_is_rewritten(self):
        server = self.serve(self.env(JOURNEY_REWRITE_MAX="0"))
        self.fill(server)
        before = self.secrets()
        self.assertEqual(server.request("DELETE", f"/api/customers/{ID}")[0], 200)
        while server.get("/api/status")["rewrite_due"]:  # with nothing to rewrite, any store is small enough
            pass
        after = self.secrets()
        gone = [n for n in range(1, 4) if after[n] == b"\xff" * 16]
        self.assertEqual(len(gone), 2)  # hers, and that of the device that became her
        self.assertTrue(all(after[n] == before[n] for n in range(4) if n not in gone))
        self.assert_nothing_clear()
        self.assertEqual(server.request("GET", f"/api/customers/{ID}")[0], 404)
        self.assertEqual(server.request("GET", f"/api/customers/{EMAIL}")[0], 404)
        self.assertEqual(self.export(server, "bo")["attributes"]["email"], "bo@example.com")
        server.track(ID, "signup")  # comes back as another
        self.assertNotIn("email", server.get(f"/api/customers/{ID}")["attributes"])
        server.terminate()
        self.assertIn('"sound":true', self.fsck())

    def test_an_erasure_survives_kill(self):
        """Also one that comes before the key is overwritten: the database says whose is to go."""
        server = self.serve()
        self.fill(server)
        kept = os.path.join(self.directory, "kept")
        shutil.copy(os.path.join(self.state, "journey.keys"), kept)
        self.assertEqual(server.request("DELETE", f"/api/customers/{ID}")[0], 200)
        gone = self.secrets()
        server.kill()
        shutil.copy(kept, os.path.join(self.state, "journey.keys"))
        database = sqlite3.connect(os.path.join(self.state, "journey.db"))
        for n in range(1, 4):
            if gone[n] == b"\xff" * 16:
                database.execute("insert into forgotten values (?)", (n,))
        database.commit()
        database.close()
        server = self.serve()
        self.assertEqual(self.secrets(), gone)
        self.assertEqual(server.request("DELETE", f"/api/customers/{ID}")[0], 404)
        self.assert_nothing_clear()

    def test_a_copy_of_before_does_not_bring_back_who_was_erased(self):
        server = self.erased()
        server.terminate()
        self.lose_the_database()
        self.assertIn("1 customers who were erased after the copy was made", self.restore(self.copy))
        self.assertIn('"sound":true', self.fsck())
        server = self.serve()
        self.assertEqual(server.request("GET", f"/api/customers/{ID}")[0], 404)
        self.assertEqual(server.get("/api/quarantine")["items"], [])
        self.assertEqual(server.get("/api/status")["quarantine"]["events"], 0)
        self.assertEqual(self.export(server, "bo")["attributes"]["email"], "bo@example.com")
        server.track(ID, "signup")
        self.assertNotIn("email", server.get(f"/api/customers/{ID}")["attributes"])
        self.assert_nothing_clear()

    def test_a_database_of_before_beside_the_newest_keys_says_nothing_of_them(self):
        server = self.serve()
        self.fill(server)
        server.terminate()
        kept = os.path.join(self.directory, "kept.db")
        shutil.copy(os.path.join(self.state, "journey.db"), kept)
        server = self.serve()
        self.assertEqual(server.request("DELETE", f"/api/customers/{ID}")[0], 200)
        server.terminate()
        self.lose_the_database()
        shutil.copy(kept, os.path.join(self.state, "journey.db"))
        server = self.serve()
        for path in (f"/api/customers/{ID}", f"/api/customers/{ID}/export", f"/api/customers/{EMAIL}/timeline",
                     "/api/quarantine", "/api/deliveries?state=dead"):
            text = server.request("GET", path)[2].decode()
            self.assertEqual([word for word in WORDS if word in text], [], path)

    def test_neither_the_audit_log_nor_the_log_says_who_was_erased(self):
        server = self.erased()
        self.assertEqual(server.request("GET", f"/api/customers/{ID}/export")[0], 404)
        entries = json.dumps(server.get("/api/audit"))
        self.assertIn("/api/customers", entries)
        for word in WORDS:
            self.assertNotIn(word, entries)
            self.assertNotIn(word, server.read_log())

    def test_a_copy_needs_its_keys(self):
        self.erased().terminate()
        self.lose_the_database()
        os.remove(os.path.join(self.state, "journey.keys"))
        os.rename(self.copy + ".keys", self.copy + ".kept")
        self.assertIn("copy.db.keys", self.restore(self.copy, status=78))
        self.assertFalse(os.path.exists(os.path.join(self.state, "journey.db")))
        self.restore(self.copy, "--keys", self.copy + ".kept")  # those that are as old as the copy bring everybody back
        self.assert_held(self.serve())


if __name__ == "__main__":
    unittest.main()
