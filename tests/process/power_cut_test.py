"""The power is cut at any moment: what was not synced is lost, kept in part, out of order, or torn; what was acknowledged is not.

Everything that a server writes is recorded, with the moments of its answers. Then the disk is rebuilt as a cut would have left
it, and a server goes on from there. JOURNEY_CUTS says how many (6 in the everyday run; the promise is tested with 500)."""
import os
import random
import shutil
import signal
import sqlite3
import struct
import unittest

from failing_system import CHANGES, KILL_AFTER, REMOVE, SYNC, TRUNCATE, WRITE, FailingSystem
from journey_process import Case, Server
from ledger import Ledger

CUTS = int(os.environ.get("JOURNEY_CUTS", "6"))
ENTRY = struct.Struct("=IIQQ")  # as in failing_system.c
NAMES = {1: "journey.db", 2: "journey.db-wal"}
SECTOR = 512
PAGE = 4096
KEYS = ("master.key", "journey.keys")
LOSSES = ("all", "the end", "some", "torn")


class File:
    """Its bytes as they are certain to be there, and what was written since the last sync."""

    def __init__(self):
        self.kept, self.pending = bytearray(), []

    def apply(self, to, change, n=None):
        op, at, data = change
        if op == TRUNCATE:
            del to[at:]
            to.extend(bytes(at - len(to)))
        elif op == REMOVE:
            del to[:]
        else:
            data = data if n is None else data[:n]
            to.extend(bytes(max(0, at + len(data) - len(to))))
            to[at:at + len(data)] = data

    def note(self, op, at, data):
        if op == SYNC:
            for change in self.pending:
                self.apply(self.kept, change)
            self.pending = []
        elif op == WRITE:  # a large one reaches the disk page by page, in any order
            self.pending += [(op, at + i, data[i:i + PAGE]) for i in range(0, len(data), PAGE)]
        else:
            self.pending.append((op, at, data))

    def cut(self, loss, chance):
        left = bytearray(self.kept)
        first = chance.randint(0, len(self.pending))
        for i, change in enumerate(self.pending):
            if (loss == "some" and chance.random() < 0.5) or (loss in ("the end", "torn") and i < first):
                self.apply(left, change)
            elif loss == "torn" and i == first and change[0] == WRITE:
                self.apply(left, change, chance.randint(0, len(change[2]) // SECTOR) * SECTOR)
        return left


class Witness(Ledger):
    """Also knows how much had been written when it learned what it knows."""

    def __init__(self, case, log):
        super().__init__(case)
        self.log, self.answered, self.received = log, {}, {}

    def sign_up(self, server, user):
        acknowledged = super().sign_up(server, user)
        if acknowledged:
            self.answered[user] = os.path.getsize(self.log)
        return acknowledged

    def look(self, webhook):
        self.take(webhook)
        self.received.setdefault(webhook.json["customer"]["id"], os.path.getsize(self.log))
        return 200, {}


class PowerCut(Case):
    def kill(self, server):
        """At a change of its files: killed from outside it could be between a write and its entry in the log."""
        self.system.arm(KILL_AFTER, CHANGES)
        self.assertEqual(server.wait(), -signal.SIGKILL)
        self.system.rest()

    def record(self):
        """Servers that are killed, and end in good order, with what a start after each of them writes."""
        self.receiver.answer_to = self.witness.look
        for end in (self.kill, Server.terminate, self.kill, Server.terminate):
            server = self.serve(self.env(**self.system.env))
            self.witness.load(server, 40, lambda: end(server))
        self.receiver.answer_to = lambda request: (200, {})

    def entries(self):
        """(where it ends, what it was, of which file, at, data) of each."""
        with open(self.log, "rb") as file:
            log = file.read()
        at = 0
        while at < len(log):
            op, which, offset, n = ENTRY.unpack_from(log, at)
            at += ENTRY.size
            data = log[at:at + n] if op == WRITE else b""
            at += len(data)
            yield at, op, which, offset, data

    def go_on(self, number, moment, files, loss):
        """A server on what this cut has left."""
        place = os.path.join(self.directory, f"cut-{number}")
        state = os.path.join(place, "state")
        os.makedirs(state)
        for name in KEYS:  # written once, and synced before anything is sealed by them
            shutil.copy(os.path.join(self.directory, "state", name), state)
        shutil.copytree(os.path.join(self.directory, "workspace"), os.path.join(place, "workspace"))
        for which, name in NAMES.items():
            left = files[which].cut(loss, self.chance)
            if left:
                with open(os.path.join(state, name), "wb") as file:
                    file.write(left)
        due = {user for user, at in self.witness.answered.items() if at <= moment < self.witness.received.get(user, 1 << 62)}
        url = f"{self.receiver.url}/{number}"
        server = Server(place, self.env(HOOK_URL=url))
        self.servers.append(server)
        after = f"after-{number}"
        self.assertTrue(Ledger.sign_up(self.witness, server, after))
        due.add(after)
        while due:
            webhook = self.receiver.next()
            if webhook.path.endswith(f"/{number}"):
                self.witness.take(webhook)
                due.discard(webhook.json["customer"]["id"])
        known = [user for user, at in self.witness.answered.items() if at <= moment]
        for user in self.chance.sample(known, min(len(known), 10)):
            self.assertEqual(server.get(f"/api/customers/{user}")["id"], user)
        self.assertEqual(server.terminate(), 0)
        database = sqlite3.connect(os.path.join(state, "journey.db"))
        self.assertEqual(database.execute("pragma integrity_check").fetchone(), ("ok",))
        database.close()

    def test_what_was_acknowledged_is_there(self):
        self.chance = random.Random(int(os.environ.get("JOURNEY_SEED", "1")))
        self.log = os.path.join(self.directory, "written")
        self.system = FailingSystem(self.directory, log=self.log)
        self.witness = Witness(self, self.log)
        self.record()
        entries = list(self.entries())
        promised = min(self.witness.answered.values())  # before that nobody was told anything
        first = next(n for n, entry in enumerate(entries, 1) if entry[0] >= promised)
        cuts = sorted(self.chance.choices(range(first, len(entries) + 1), k=CUTS))
        files, done = {which: File() for which in NAMES}, 0
        for number, cut in enumerate(cuts):
            for _, op, which, at, data in entries[done:cut]:
                files[which].note(op, at, data)
            done = cut
            loss = LOSSES[number % len(LOSSES)]
            with self.subTest(cut=cut, loss=loss):
                self.go_on(number, entries[cut - 1][0], files, loss)
        self.assertEqual([ids for ids in self.witness.ids.values() if len(ids) > 1], [], "an event under two ids")
        self.assertEqual([bodies for bodies in self.witness.bodies.values() if len(bodies) > 1], [], "an id with two bodies")
        print(f"     {CUTS} cuts within {len(entries)} writes, {len(self.witness.answered)} acknowledged events")


if __name__ == "__main__":
    unittest.main()
