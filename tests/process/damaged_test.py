"""Stores, copies and images that are damaged in every way: what is done with them is refused with a sentence, or goes on as it should;
nothing crashes, and what `fsck` calls sound serves. JOURNEY_DAMAGES says how many are made (6 in the everyday run; thousands in one
process: `simulation --mutants`)."""
import os
import random
import shutil
import sqlite3
import subprocess
import unittest

from journey_process import JOURNEY, Case

DAMAGES = int(os.environ.get("JOURNEY_DAMAGES", "6"))
PAGE, HEADER = 2048, 100
TOLD = {1, 65, 69, 73, 74, 78}  # include/journey/tbl/errors.def


def flip_bits(chance, data):
    for _ in range(chance.randint(1, 20)):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def change_header(chance, data):
    data[chance.randrange(min(HEADER, len(data)))] = chance.randrange(256)


def change_heads_of_pages(chance, data):
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(data)) // PAGE * PAGE + chance.randrange(64)
        if at < len(data):
            data[at] = chance.randrange(256)


def cut_off(chance, data):
    del data[chance.randrange(len(data)):]


def swap_pages(chance, data):
    if len(data) < 2 * PAGE:
        return
    one, other = (PAGE * chance.randrange(len(data) // PAGE) for _ in range(2))
    data[one:one + PAGE], data[other:other + PAGE] = data[other:other + PAGE], data[one:one + PAGE]


def empty_page(chance, data):
    at = chance.randrange(len(data)) // PAGE * PAGE
    data[at:at + PAGE] = bytes(len(data[at:at + PAGE]))


def append(chance, data):
    data.extend(chance.randbytes(chance.randint(1, 3 * PAGE)))


DAMAGE = (flip_bits, change_header, change_heads_of_pages, cut_off, swap_pages, empty_page, append)


class Damaged(Case):
    def setUp(self):
        super().setUp()
        self.chance = random.Random(int(os.environ.get("JOURNEY_SEED", "1")))
        self.whole = os.path.join(self.directory, "whole")
        self.copy = os.path.join(self.directory, "copy.db")

    def make(self):
        """A store with people who wait and messages that are pending, and a copy of it."""
        server = self.serve()
        self.receiver.hold()
        for n in range(20):
            server.identify(f"u{n}", email=f"u{n}@example.com")
            server.track(f"u{n}", "rest" if n % 2 == 0 else "signup")
        self.assertEqual(server.post("/api/backup", {"file": self.copy})[0], 200)
        server.kill()
        self.receiver.go_on()
        self.assertEqual(self.run_on(os.path.join(self.directory, "state"), "fsck")[0], 0)
        shutil.move(os.path.join(self.directory, "state"), self.whole)

    def run_on(self, *words, command=None):
        place, name, *more = words
        done = subprocess.run([JOURNEY, name, place, *more], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace",
                              env={**os.environ, "NO_COLOR": "1"})
        self.assertTrue(done.returncode == 0 or (done.returncode in TOLD and (done.stderr or done.stdout).strip()),
                        f"{name} ended with {done.returncode}: {done.stderr[-3000:]}")
        return done.returncode, done.stdout

    def serve_on(self, state):
        """The exit status of a server that is started and, once it is ready, ended."""
        server = self.serve(wait=False)
        try:
            server.wait_ready()
        except AssertionError:
            status = server.wait()
            self.assertIn(status, TOLD, server.read_log()[-3000:])
            return status
        status = server.terminate()
        self.assertIn(status, {0, *TOLD}, server.read_log()[-3000:])
        return status

    def damage(self, path, number):
        """In one way, and sometimes in a second."""
        with open(path, "rb") as file:
            data = bytearray(file.read())
        ways = [DAMAGE[number % len(DAMAGE)], *self.chance.sample(DAMAGE, self.chance.randint(0, 1))]
        for way in ways:
            if data:
                way(self.chance, data)
        with open(path, "wb") as file:
            file.write(data)
        return " and ".join(way.__name__ for way in ways)

    def test_stores(self):
        self.make()
        state, sound = os.path.join(self.directory, "state"), 0
        files = sorted(name for name in os.listdir(self.whole) if name not in ("lock", "journey.db-shm"))
        for number in range(DAMAGES):
            shutil.copytree(self.whole, state)
            name = self.chance.choice([*files, "journey.db", "journey.db-wal"])
            name = name if name in files else "journey.db"
            how = self.damage(os.path.join(state, name), number)
            with self.subTest(number=number, file=name, how=how):
                found, _ = self.run_on(state, "fsck")
                served = self.serve_on(state)
                if found == 0:
                    self.assertEqual(served, 0, f"fsck calls it sound: {self.servers[-1].read_log()[-2000:]}")
                    self.assertEqual(self.run_on(state, "fsck")[0], 0)
                    sound += 1
            shutil.rmtree(state)
        print(f"     {DAMAGES} damaged stores, {sound} of them not so that it mattered")

    def test_copies(self):
        self.make()
        with open(self.copy, "rb") as file:
            whole = file.read()
        restored = 0
        for number in range(DAMAGES):
            path, state = os.path.join(self.directory, "damaged.db"), os.path.join(self.directory, "state")
            with open(path, "wb") as file:
                file.write(whole)
            how = self.damage(path, number)
            for name in ("journey.keys", "master.key"):
                os.makedirs(state, exist_ok=True)
                shutil.copy(os.path.join(self.whole, name), state)
            with self.subTest(number=number, how=how):
                status, _ = self.run_on(path, "restore", "--store", "sqlite:" + state)
                if status == 0:
                    restored += 1
                    found, _ = self.run_on(state, "fsck")  # what is wrong within a row is no damage to the database
                    self.assertTrue(found != 0 or self.serve_on(state) == 0, "fsck calls it sound")
            shutil.rmtree(state, ignore_errors=True)
            os.remove(path)
        print(f"     {DAMAGES} damaged copies, {restored} restored")

    def test_images(self):
        image, path = os.path.join(self.directory, "whole.jbc"), os.path.join(self.directory, "damaged.jbc")
        self.assertEqual(self.run_on(os.path.join(self.directory, "workspace"), "build", "-o", image)[0], 0)
        for number in range(DAMAGES):
            shutil.copy(image, path)
            how = self.damage(path, number)
            with open(image, "rb") as one, open(path, "rb") as other:
                same = one.read() == other.read()
            with self.subTest(number=number, how=how):
                self.assertEqual(self.run_on(path, "verify")[0] == 0, same)

    def test_databases_of_others(self):
        """Also such as have the tables of a store."""
        self.make()
        state = os.path.join(self.directory, "state")
        ours = sqlite3.connect(os.path.join(self.whole, "journey.db"))
        tables = [row[0] for row in ours.execute("select sql from sqlite_schema where sql is not null")]
        version, application = (ours.execute(f"pragma {name}").fetchone()[0] for name in ("user_version", "application_id"))
        ours.close()
        others = {"empty tables of another program": (tables, version, 0), "empty tables": (tables, version, application),
                  "half the tables": (tables[:len(tables) // 2], version, application), "no tables": ([], version, application),
                  "other tables": (["create table customer (x)"], version, application), "of the future": (tables, version + 1, application)}
        for name, (statements, its_version, its_application) in others.items():
            os.makedirs(state)
            database = sqlite3.connect(os.path.join(state, "journey.db"))
            for statement in statements:
                database.execute(statement)
            database.execute(f"pragma user_version = {its_version}")
            database.execute(f"pragma application_id = {its_application}")
            database.commit()
            database.close()
            with self.subTest(name):
                found, _ = self.run_on(state, "fsck")
                served = self.serve_on(state)
                self.assertTrue(found != 0 or served == 0, f"fsck calls it sound; serving ended with {served}")
            shutil.rmtree(state)


if __name__ == "__main__":
    unittest.main()
