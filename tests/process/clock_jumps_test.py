"""The wall clock of a server that works is put forward and back, stands still, is slewed, and so it is while it is started anew:
nothing acknowledged is lost, no event has two ids, no id two bodies, nobody is woken early, nobody sleeps for ever.

JOURNEY_CLOCKS says how often it changes at random (8 in the everyday run), JOURNEY_SEED how."""
import json
import os
import random
import unittest

from failing_system import FailingCase
from journey_process import WORKSPACE
from ledger import Ledger
from wrong_clock import DAY, HOUR, MINUTE, SECOND, YEAR, EngineTime, WrongClock, instant

CHANGES = int(os.environ.get("JOURNEY_CLOCKS", "8"))


class ClockCase(FailingCase):
    def setUp(self):
        super().setUp()
        self.clock = WrongClock(self.system)
        self.time = EngineTime(self, self.clock)
        self.receiver.tolerance = float("inf")  # what is signed says what the wall clock says

    def gauge(self, server, name):
        return float(server.request("GET", "/metrics")[2].decode().split(f"\njourney_{name} ")[1].split("\n")[0])

    def wait_for_gauge(self, server, name, low, high):
        """The lane sets it in a round, and each question is one."""
        for _ in range(100000):
            value = self.gauge(server, name)
            if low <= value <= high:
                return
            server.get("/api/status")
        self.fail(f"{name} stayed {value}")

    def decided(self, server):
        return [(item["did"], item["object"]) for item in server.get("/api/audit")["items"] if item["who"] == "the server itself"]


class ClockJumps(ClockCase):
    def test_a_leap_wakes_nobody_until_it_is_believed(self):
        server = self.serve_on_it()
        server.identify("ann", email="ann@example.com")
        server.track("ann", "rest")
        due = instant(server.get("/api/customers/ann")["runs"][0]["due"])
        for by in (DAY, YEAR, 40 * YEAR):
            self.time.change(server, self.clock.step, by)
            self.wait_for_gauge(server, "clock_ahead_seconds", by - 60, by)
            self.assert_nothing_more(server, f"during-{by}")  # who need not wait is served meanwhile
            self.time.change(server, self.clock.put_right)
            self.wait_for_gauge(server, "clock_ahead_seconds", 0, 0)
        self.assertEqual(self.gauge(server, "clock_jumps_total"), 6)
        self.assertEqual(self.decided(server), 3 * [("doubts", "the wall clock"), ("believes", "the wall clock")])
        self.time.change(server, self.clock.step, DAY)
        self.assertLess(self.time.change(server, self.clock.suspend, 9 * MINUTE), due)
        self.assert_nothing_more(server, "before")
        self.assertGreater(self.time.change(server, self.clock.suspend, 2 * MINUTE), due)
        webhook = self.receiver.next()
        self.assertEqual((webhook.json["customer"]["id"], webhook.json["message"]), ("ann", "later"))
        self.time.change(server, self.clock.put_right)
        self.assert_nothing_more(server, "after")  # nobody is woken twice
        self.assertEqual(server.terminate(), 0)

    def test_put_back_it_goes_on_and_repeats_nothing(self):
        server = self.serve_on_it()
        server.identify("ann", email="ann@example.com")
        server.track("ann", "signup", messageId="once")
        self.assertEqual(self.receiver.next().json["message"], "hello")
        server.track("ann", "rest")
        for by in (-HOUR, -YEAR, -60 * YEAR):  # the last is before 1970
            self.time.change(server, self.clock.step, by)
            self.wait_for_gauge(server, "clock_behind_seconds", -by - 60, -by + 60)
            server.track("ann", "signup", messageId="once")
            self.assert_nothing_more(server, f"during{by}")
            self.time.change(server, self.clock.put_right)
        self.time.change(server, self.clock.slew, 0)
        self.time.change(server, self.clock.suspend, 3 * HOUR)  # half of which counts
        self.assertEqual(self.receiver.next().json["message"], "later")
        self.assert_nothing_more(server, "after")
        self.assertEqual(server.terminate(), 0)

    def test_starts_under_a_wrong_clock(self):
        """Also the first of all, before the time is known."""
        self.clock.set(-DAY)
        server = self.time.start(self.serve_on_it)
        server.identify("ann", email="ann@example.com")
        server.track("ann", "rest")
        self.assert_nothing_more(server, "before-1970")
        self.time.change(server, self.clock.put_right)
        self.assert_nothing_more(server, "doubted")
        self.time.change(server, self.clock.suspend, 11 * MINUTE)
        self.assertEqual(self.receiver.next().json["message"], "later")
        for by in (-YEAR, DAY, 30 * DAY):
            self.wait_for(server, "/api/status", lambda status: status["deliveries"]["pending"] == 0)
            self.time.look(server)
            server.kill()
            self.clock.step(by)
            server = self.time.start(self.serve_on_it)
            self.assert_nothing_more(server, f"started{by}")
            self.clock.put_right()
        self.assertEqual(server.terminate(), 0)

    def test_a_token_that_expires(self):
        server = self.serve(self.env(JOURNEY_TOKEN="first", **self.system.env))
        first = {"Authorization": "Bearer first"}
        status, _, made = server.request("POST", "/api/tokens", '{"name":"ci","role":"viewer","expires":"90 days"}', first)
        self.assertEqual(status, 200, made)
        token = {"Authorization": f"Bearer {json.loads(made)['text']}"}
        for by, status in ((-YEAR, 200), (89 * DAY, 200), (91 * DAY, 401), (0, 200)):
            self.clock.set(self.clock.true() + by)
            self.assertEqual(server.request("GET", "/api/status", headers=token)[0], status, by)
            self.assertEqual(server.request("POST", "/api/journeys/greet/pause", "{}", first)[0], 200)  # a commit, which keeps it
        server.kill()
        server = self.serve(self.env(JOURNEY_TOKEN="first"))
        used = instant(server.get("/api/tokens", **first)["items"][0]["used"])
        self.assertLess(abs(used - self.clock.true()), HOUR)
        self.assertEqual(server.terminate(), 0)


POLICIES = """workspace
  timezone "UTC"
  quiet hours 22:00 to 08:00, hold
end
customer
  email text
end
event begin
channel email
  webhook env HOOK_URL
  secret env HOOK_SECRET
  to customer.email
  cap 1 per 1 day, skip
end
message plain on email
  body "plain"
end
journey plainly
  enter when begin
  re-enter always
  stage only
    send plain
  end
end
"""


class Policies(ClockCase):
    """By engine time, too: a clock that is wrong frees nobody from a cap, and makes no night."""

    def begin(self, server, user):
        server.identify(user, email=f"{user}@example.com")
        server.track(user, "begin")

    def assert_gets(self, server, user):
        self.begin(server, user)
        self.assertEqual(self.receiver.next().json["customer"]["id"], user)

    def test_caps_and_quiet_hours(self):
        with open(os.path.join(self.directory, "workspace", "main.journey"), "w", encoding="utf-8") as file:
            file.write(POLICIES)
        self.clock.begin(self.clock.true() // DAY * DAY + 12 * HOUR)
        server = self.time.start(self.serve_on_it)
        self.assert_gets(server, "ann")
        for by in (11 * HOUR, 25 * HOUR, -HOUR, -13 * HOUR, 20 * YEAR):
            self.time.change(server, self.clock.step, by)
            self.begin(server, "ann")  # has had hers
            self.assert_gets(server, f"by day {by}")
            self.time.change(server, self.clock.put_right)
        self.assertEqual(server.get("/api/journeys/plainly")["capped"], {"plain": 5})
        self.time.change(server, self.clock.suspend, 11 * HOUR)
        self.begin(server, "by night")
        self.time.change(server, self.clock.step, 10 * HOUR)  # no morning
        self.assertEqual(len(server.get("/api/customers/by%20night")["runs"]), 1)
        self.time.change(server, self.clock.put_right)
        self.time.change(server, self.clock.suspend, 10 * HOUR)
        self.assertEqual(self.receiver.next().json["customer"]["id"], "by night")
        self.assert_gets(server, "by day")
        self.assertEqual(server.terminate(), 0)


class Waits(Ledger):
    """Also knows until when somebody waits."""

    def __init__(self, case):
        super().__init__(case)
        self.due = {}

    def take(self, webhook):
        super().take(webhook)
        user, at = webhook.json["customer"]["id"], instant(webhook.json["at"])
        self.case.assertGreaterEqual(at, self.due.get(user, 0), f"{user} was woken early")


class Changes(ClockCase):
    """At random, and under load."""

    def setUp(self):
        super().setUp()
        self.seed = int(os.environ.get("JOURNEY_SEED", "1"))
        self.chance = random.Random(self.seed)
        self.ledger = Waits(self)
        path = os.path.join(self.directory, "workspace", "main.journey")
        with open(path, "w", encoding="utf-8") as file:  # each has one attempt, however much time leaps meanwhile
            file.write(WORKSPACE.replace("over 1 hour", "over 1 hour\n  ordered"))

    def begin(self):
        self.server = self.time.start(self.serve_on_it)

    def step(self):
        by = self.chance.choice((SECOND, MINUTE, HOUR, DAY, 30 * DAY, YEAR, 30 * YEAR)) * self.chance.uniform(-20, 20)
        if 1960 < 1970 + (self.clock.wall() + by) / YEAR < 2230:  # what Linux takes, and some years more
            self.time.change(self.server, self.clock.step, by)
        else:
            self.right()

    def moment(self):
        at = self.chance.choice((-YEAR, -1, 2 ** 31 - 2, 2 ** 32 - 1, 200 * YEAR))
        self.time.change(self.server, self.clock.set, at)

    def slew(self):
        self.time.change(self.server, self.clock.slew, self.chance.choice((0, 0.5, 0.9, 1.1, 2)))

    def right(self):
        self.time.change(self.server, self.clock.put_right)

    def suspend(self):
        self.time.change(self.server, self.clock.suspend, self.chance.choice((SECOND, 3 * MINUTE, 11 * MINUTE, 3 * HOUR)))

    def kill(self):
        self.time.look(self.server)
        self.server.kill()

    def terminate(self):
        self.time.look(self.server)
        self.assertEqual(self.server.terminate(), 0)

    def refuse(self):
        for _ in range(self.chance.randint(1, 5)):
            self.receiver.answer(500)

    def lie_down(self, event):
        """Somebody who waits."""
        user, before = self.ledger.person(), self.time.look(self.server)
        self.assertTrue(self.ledger.sign_up(self.server, user, event))
        self.time.keep(before)
        for run in self.server.get(f"/api/customers/{user}")["runs"]:  # none: a short wait is over already
            self.ledger.due[user] = instant(run["due"])

    def repeat(self):
        """Somebody sends once more what was acknowledged a moment ago."""
        user = self.ledger.person()
        self.assertTrue(self.ledger.sign_up(self.server, user) and self.ledger.sign_up(self.server, user))

    def one(self):
        """What happens next, while others write."""
        self.lie_down(self.chance.choice(("rest", "pause_first")))
        self.repeat()
        self.chance.choice((self.step, self.step, self.step, self.moment, self.slew, self.right, self.suspend, self.suspend,
                            self.kill, self.terminate, self.refuse))()

    def meet(self):
        """The clock is right again, and as much time passes as engine time needs to come to it."""
        self.right()
        for _ in range(4):
            now = self.time.look(self.server)
            if abs(self.clock.wall() - now) < 1:
                return
            self.time.change(self.server, self.clock.suspend, max(11 * MINUTE, 2 * (now - self.clock.wall())))
        self.fail("engine time does not come to a clock that is right")

    def test_any_changes_at_any_time(self):
        print(f"     JOURNEY_SEED={self.seed}")
        self.begin()
        for _ in range(CHANGES):
            self.ledger.load(self.server, self.chance.randint(1, 30), self.one)
            if self.server.process.poll() is not None:
                if self.chance.random() < 0.5:  # and the clock while nobody is there
                    self.clock.set(self.clock.true() + self.chance.choice((-YEAR, -HOUR, 5 * DAY, 30 * DAY, 30 * YEAR)))
                self.begin()
        self.meet()
        self.time.change(self.server, self.clock.suspend, 2 * HOUR)  # everybody's wait ends
        self.ledger.settle(self.server, may_wait=True)
        print(f"     {CHANGES} changes, {len(self.ledger.acknowledged)} acknowledged events, {len(self.ledger.due)} waits")


if __name__ == "__main__":
    unittest.main()
