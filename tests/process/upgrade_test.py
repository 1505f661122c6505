"""Stores that earlier versions wrote: each is a dump beside the workspace that all were served with, and goes on."""
import json
import os
import shutil
import sqlite3
import subprocess
import unittest

from journey_process import JOURNEY, Case

STORES = os.path.join(os.path.dirname(__file__), "stores")


class Upgrade(Case):
    def put_store(self, name):
        shutil.copy(os.path.join(STORES, "orders.journey"), os.path.join(self.directory, "workspace", "main.journey"))
        os.mkdir(os.path.join(self.directory, "state"), 0o700)
        database = sqlite3.connect(os.path.join(self.directory, "state", "journey.db"))
        with open(os.path.join(STORES, f"{name}.sql"), encoding="utf-8") as file:
            database.executescript(file.read())
        database.close()

    def bytes_of_store(self):
        state = os.path.join(self.directory, "state")
        return b"".join(open(os.path.join(state, name), "rb").read() for name in os.listdir(state))

    def fsck(self):
        done = subprocess.run([JOURNEY, "fsck", os.path.join(self.directory, "state"), "--format", "json"],
                              stdout=subprocess.PIPE, text=True)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def goes_on(self, name, *since):
        """`since`: when the two orders of ann came in, and until when they wait."""
        self.put_store(name)
        server = self.serve()
        ann, cleo = server.get("/api/customers/ann"), server.get("/api/customers/cleo")
        self.assertEqual(ann["attributes"], {"email": "ann@example.com", "visits": 7})
        self.assertEqual([(run["run"], run["key"], run["entered"], run["due"]) for run in ann["runs"]],
                         [(2, "A-1", *since[0]), (3, "A-2", *since[1])])
        self.assertEqual(cleo["aliases"], ["cleo", "device"])

        # They wait for what they waited for, and know what they knew.
        server.track("ann", "shipped", properties={"number": "A-2"})
        sent = self.receiver.next().json
        self.assertEqual((sent["customer"]["id"], sent["content"]["body"]), ("ann", "Order A-2 is on its way."))
        server.post("/v1/track", {"anonymousId": "device", "event": "shipped", "properties": {"number": "C-1"}})
        self.assertEqual(self.receiver.next().json["content"]["body"], "Order C-1 is on its way.")

        # Who was let in once is not let in again; what was given up can be tried anew.
        server.track("ann", "signup", properties={"plan": "pro"})
        (dead,) = server.get("/api/deliveries?state=dead")["items"]
        self.assertEqual(server.request("POST", f"/api/deliveries/{dead['id']}/retry")[0], 200)
        self.assertEqual(self.receiver.next().json["customer"]["id"], "dan")
        server.track("bob", "signup", properties={"plan": "new"})
        self.assertEqual(self.receiver.next().json["customer"]["id"], "bob")

        self.assertEqual([run["key"] for run in server.get("/api/customers/ann")["runs"]], ["A-1"])
        server.terminate()
        *found, sum_up = self.fsck()
        self.assertEqual((found, sum_up["sound"], sum_up["timers"]), ([], True, 1))
        again = self.serve()
        again.track("ann", "shipped", properties={"number": "A-1"})
        self.assertEqual(self.receiver.next().json["content"]["body"], "Order A-1 is on its way.")

    def test_a_store_of_schema_2_goes_on(self):
        self.goes_on("schema_2", ("2026-11-28T14:34:24.148Z", "2037-11-10T14:34:24.148Z"),
                     ("2026-11-28T14:34:24.149Z", "2037-11-10T14:34:24.149Z"))

    def test_a_store_of_schema_5_goes_on(self):
        self.goes_on("schema_5", ("2026-11-29T01:56:40.174Z", "2037-11-11T01:56:40.174Z"),
                     ("2026-11-29T01:56:40.181Z", "2037-11-11T01:56:40.181Z"))

    def test_a_store_of_schema_2_is_sealed(self):
        self.put_store("schema_2")
        path = os.path.join(self.directory, "workspace", "main.journey")
        with open(path, "r+", encoding="utf-8") as file:
            text = file.read()
            file.seek(0)
            file.write(text.replace("email text", "email text, personal", 1))
        server = self.serve()
        while server.get("/api/status")["sealed"] != "whole":
            pass
        self.assertEqual(server.get("/api/customers/ann")["attributes"], {"email": "ann@example.com", "visits": 7})
        server.track("ann", "shipped", properties={"number": "A-2"})
        self.assertEqual(self.receiver.next().json["content"]["body"], "Order A-2 is on its way.")
        server.terminate()
        self.assertNotIn(b"ann@example.com", self.bytes_of_store())
        *found, sum_up = self.fsck()
        self.assertEqual((found, sum_up["sound"], sum_up["sealed"]), ([], True, "whole"))


if __name__ == "__main__":
    unittest.main()
