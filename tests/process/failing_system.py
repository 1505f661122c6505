"""A `journey` whose system calls fail, and whose clocks go, as the test says: tests/process/failing_system.c, loaded before the C library."""
import mmap
import os
import struct

from journey_process import JOURNEY, Case
from ledger import Ledger

LIBRARY = os.path.join(os.path.dirname(JOURNEY), "tests", "failing_system.so")
FAIL, KILL_BEFORE, KILL_AFTER, KILL_TORN, SHORT, HOLD = range(1, 7)
READ, WRITE, SYNC, TRUNCATE, REMOVE, OPEN, ACCEPT, MEMORY, THREAD, LOOKUP, SYNC_FOLDER = (1 << bit for bit in range(11))
CHANGES = WRITE | SYNC | TRUNCATE | REMOVE


class FailingSystem:
    """What it shares with the processes that are started with its `env`."""

    FIELDS = ("fault", "calls", "left", "times", "code", "struck", "held")

    def __init__(self, directory, log=None):
        if not os.path.exists(LIBRARY):  # the loader would go on without it, and nothing would fail
            raise FileNotFoundError(f"{LIBRARY} is not built: a fault cannot be made")
        self.path = os.path.join(directory, "faults")
        with open(self.path, "wb") as file:
            file.write(bytes(4096))
        with open(self.path, "r+b") as file:
            self.memory = mmap.mmap(file.fileno(), 4096)
        self.env = {"LD_PRELOAD": LIBRARY, "ASAN_OPTIONS": "verify_asan_link_order=0", "JOURNEY_FAULTS": self.path}
        if log is not None:
            self.env["JOURNEY_FAULTS_LOG"] = log

    def get(self, field):
        return struct.unpack_from("=Q", self.memory, 8 * self.FIELDS.index(field))[0]

    def put(self, field, value):
        struct.pack_into("=Q", self.memory, 8 * self.FIELDS.index(field), value)

    def done(self, call):
        """How many calls of that kind there have been."""
        return struct.unpack_from("=Q", self.memory, 8 * (len(self.FIELDS) + call.bit_length() - 1))[0]

    def arm(self, fault, calls, left=1, times=0, code=0):
        """The `left`th of these calls from now on, and then every one, or `times` in all."""
        self.rest()
        for field, value in (("calls", calls), ("left", left), ("times", times), ("code", code), ("struck", 0), ("held", 0)):
            self.put(field, value)
        self.put("fault", fault)

    def rest(self):
        self.put("fault", 0)


class FailingCase(Case):
    """Servers on it, and who was promised what."""

    def setUp(self):
        super().setUp()
        self.system = FailingSystem(self.directory)
        self.ledger = Ledger(self)

    def serve_on_it(self, **more):
        return self.serve(self.env(**self.system.env), **more)
