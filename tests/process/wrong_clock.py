"""What a `journey` under test reads from the clocks of its machine, and what engine time may be by them.

The machine of the test itself is right; `set` and what stands beside it change what the process sees, while it runs."""
import struct
import time

SECOND, MINUTE, HOUR, DAY = 1, 60, 3600, 24 * 3600
YEAR = 365 * DAY
PLACE, WIDTH, CLOCKS = 8 * 23, 32, 64  # of `clock` and the size of a `struct clocks`, as in failing_system.c
RIGHT = 1000000


def boot():
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class WrongClock:
    def __init__(self, system):
        self.memory, self.n = system.memory, 0
        self.from_boot, self.from_wall, self.rate, self.suspended = boot(), time.time(), RIGHT, 0
        self.right = self.from_wall - self.from_boot  # the true time, less boot time
        self.write()

    def write(self):
        self.n = self.n % (CLOCKS - 1) + 1
        struct.pack_into("=qqqq", self.memory, PLACE + 8 + WIDTH * self.n, int(self.from_wall * 1e6), int(self.from_boot * 1e6),
                         self.rate, int(self.suspended * 1e6))
        struct.pack_into("=Q", self.memory, PLACE, self.n)

    def boot(self):
        return boot() + self.suspended

    def true(self):
        return self.right + self.boot()

    def wall(self):
        """What the process reads."""
        return self.from_wall + (self.boot() - self.from_boot) * self.rate / RIGHT

    def set(self, wall, rate=RIGHT):
        self.from_boot, self.from_wall, self.rate = self.boot(), wall, rate
        self.write()

    def begin(self, true):
        """From now on this is the right time."""
        self.right = true - self.boot()
        self.put_right()

    def put_right(self):
        self.set(self.true())

    def step(self, by):
        self.set(self.wall() + by)

    def slew(self, rate):
        """It goes on from where it is, by so much of a second each second; 0: it stands still."""
        self.set(self.wall(), int(rate * RIGHT))

    def suspend(self, seconds):
        """The machine was suspended, and its clocks went on."""
        self.suspended += seconds
        self.write()


LEAP, EVEN, ABSENT, JUMP = 10 * MINUTE, 10 * MINUTE, 7 * DAY, 10 * SECOND
SLACK = 0.05  # engine time counts milliseconds, and readings by several threads are rounded


def instant(text):
    """Seconds since 1970 of what an answer says; years that Python's own types do not take come too."""
    date, rest = text.rstrip("Z").split("T")
    year, month, day = (int(part) for part in date.rsplit("-", 2))
    hour, minute, second = rest.split(":")
    year -= month < 3
    days = year * 365 + year // 4 - year // 100 + year // 400 + (153 * (month + (9 if month < 3 else -3)) + 2) // 5 + day - 719469
    return days * DAY + int(hour) * HOUR + int(minute) * MINUTE + float(second)


class EngineTime:
    """Holds what a server says that it is against what docs/operations.md promises of a wrong clock: time never goes back, nor
    stands still, nor is it rushed by a clock that has leapt and not gone evenly since. Asked before and after each change."""

    def __init__(self, case, clock):
        self.case, self.clock, self.last = case, clock, None
        self.kept = 0  # what is certainly on the disk: a look that somebody was acknowledged after
        self.leapt = self.changed = clock.boot()

    def look(self, server):
        began = self.clock.boot()
        now, wall = instant(server.get("/api/status")["time"]), self.clock.wall()
        seen = (now, wall, began, self.clock.boot())
        if self.last is not None:
            self.judge(*seen)
        self.last = seen
        return now

    def keep(self, now):
        """Somebody was acknowledged after time was seen to be `now`."""
        self.kept = max(self.kept, now)

    def judge(self, now, wall, began, ended):
        before, _, before_began, before_ended = self.last
        least, most = began - before_ended, ended - before_began  # how much time has passed
        told = f"{before} then {now}; {most} s passed, the wall clock says {wall}"
        self.case.assertGreaterEqual(now, before, told)
        self.case.assertGreaterEqual(now, before + least / 2 - SLACK, f"it stands still: {told}")
        may_follow = wall <= before + most + LEAP + SLACK or ended - self.leapt >= EVEN - SLACK
        self.case.assertLessEqual(now, max(before + most, wall if may_follow else 0) + SLACK, f"it is rushed: {told}")
        must_follow = wall <= before + least + LEAP - SLACK or began - self.changed >= EVEN + SLACK
        if must_follow:
            self.case.assertGreaterEqual(now, wall - (ended - began) * 2 - SLACK, f"it does not follow: {told}")

    def start(self, serve, **more):
        """A server after the one before has ended: it knows no more than what that has kept."""
        self.leapt = self.clock.boot()
        server = serve(**more)
        now, wall = instant(server.get("/api/status")["time"]), self.clock.wall()
        if self.last is not None:
            before, _, at, _ = self.last
            most = before + self.clock.boot() - at
            told = f"{self.kept} was kept and {most} possible, then {now}; the wall clock says {wall}"
            self.case.assertGreaterEqual(now, self.kept, told)
            self.case.assertLessEqual(now, max(most, wall if wall - most <= ABSENT + SLACK else 0) + SLACK, f"it is rushed: {told}")
            if wall - self.kept < ABSENT - SLACK:
                self.case.assertGreaterEqual(now, wall - (self.clock.boot() - self.leapt) * 2 - SLACK, f"it does not follow: {told}")
        self.last, self.changed = None, self.clock.boot()
        self.look(server)
        return server

    def change(self, server, change, *arguments):
        self.look(server)
        before, began = self.clock.wall(), self.clock.boot()
        change(*arguments)
        changed = self.clock.boot()
        if change != self.clock.suspend or self.clock.rate != RIGHT:
            self.changed = changed
        if abs(self.clock.wall() - before - (changed - began)) >= JUMP:
            self.leapt = changed
        return self.look(server)
