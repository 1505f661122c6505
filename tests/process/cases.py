"""Runs tests of one class one after another, for tests/run.py: a line of JSON for each, as soon as it is over.

Usage: cases.py SCRIPT.CLASS.TEST…"""
import json
import resource
import sys
import time
import unittest


def processor():
    """Seconds that this process has worked, and those that it has started and seen the end of."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


class Told(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.begin()

    def begin(self):
        self.began, self.worked = time.monotonic(), processor()

    def startTest(self, test):
        super().startTest(test)
        self.begin()

    def tell(self, test, ok, output=""):
        print(json.dumps({"test": test.id(), "ok": ok, "output": output, "seconds": time.monotonic() - self.began,
                          "processor": processor() - self.worked}), flush=True)

    def addSuccess(self, test):
        self.tell(test, True)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.tell(test, None, reason)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.tell(test, False, self.failures[-1][1])

    def addError(self, test, err):
        super().addError(test, err)
        self.tell(test, False, self.errors[-1][1])

    def addSubTest(self, test, subtest, err):
        """A part that fails: the whole is then neither a success nor a failure of its own."""
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.tell(subtest, False, (self.failures + self.errors)[-1][1])


if __name__ == "__main__":
    result, names = Told(), sys.argv[1:]
    sys.argv = sys.argv[:1]  # what a test loads of the tree's checks would take a name for its folder
    unittest.TestLoader().loadTestsFromNames(names).run(result)
    sys.exit(0 if result.wasSuccessful() else 1)
