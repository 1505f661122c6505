"""A new version on trial: a share of those who enter, the guard that ends it, what the commands say, restarts."""
import json
import os
import pathlib
import unittest

from journey_process import Case

WORKSPACE = """workspace
  timezone "UTC"
end
event begin
channel post
  webhook env HOOK_URL
  secret env HOOK_SECRET
end
message news on post
  body "text of %s"
end
journey story
  enter when begin
  re-enter always
  stage only
    send news
    wait 30 days
  end
end
"""


class Rollout(Case):
    def setUp(self):
        super().setUp()
        self.write("one")
        self.refused = "nobody"
        self.receiver.answer_to = self.answer_to

    def answer_to(self, request):
        return (400 if request.json["content"]["body"] == f"text of {self.refused}" else 200), {}

    def write(self, name):
        path = pathlib.Path(self.directory, "workspace", "main.journey")
        path.write_text(WORKSPACE % name, encoding="utf-8")

    def deploy(self, server, *words):
        return self.command(server, "deploy", os.path.join(self.directory, "workspace"), *words)

    def on_trial(self, *words):
        server = self.serve()
        self.write("two")
        status, out, err = self.deploy(server, "--canary", "40%", "--guard-min", "20", *words)
        self.assertEqual(status, 0, err)
        self.assertIn("on trial: it takes 40% of those who enter", out)
        return server

    def enter(self, server, users):
        """What each was sent."""
        for user in users:
            server.track(user, "begin")
        return {hook.json["customer"]["id"]: hook.json["content"]["body"][-3:]
                for hook in (self.receiver.next() for _ in users)}

    def rollout(self, server, *words):
        status, out, err = self.command(server, "rollout", *words, "--format", "json")
        return status, json.loads(out) if out else err

    def settled(self, server, count):
        """Until as many messages are accepted or failed."""
        return self.wait_for(server, "/api/rollout", lambda canary: sum(
            figure[side]["of"] for figure in canary["figures"] if figure["guard"] == "failed"
            for side in ("trial", "current")) == count)

    def test_the_same_share_enters_it_over_restarts_until_it_is_finished(self):
        people = [f"user-{i}" for i in range(100)]
        server = self.on_trial()
        before = self.enter(server, people)
        self.assertEqual(set(before.values()), {"one", "two"})
        self.settled(server, len(people))
        self.assertEqual(server.kill(), -9)
        server = self.serve()
        status, canary = self.rollout(server)
        self.assertEqual((status, canary["state"], canary["share"]), (0, "running", "40%"))
        status, canary = self.rollout(server, "--raise", "70%")
        self.assertEqual((status, canary["share"]), (0, "70%"), canary)
        others = self.enter(server, [f"other-{i}" for i in range(40)])
        self.assertEqual(set(others.values()), {"one", "two"})
        self.assertEqual(self.rollout(server, "--raise", "60%")[0], 1)
        self.assertEqual(self.rollout(server, "--finish")[1]["state"], "none")
        self.assertEqual(set(self.enter(server, ["late-1", "late-2", "late-3", "late-4"]).values()), {"two"})
        self.assertEqual(self.command(server, "rollout")[:2], (0, "no version is on trial\n"))

    def test_its_guard_ends_it(self):
        self.refused = "two"
        server = self.on_trial("--runs", "end")
        people = iter(range(1000))
        while self.rollout(server)[1]["state"] == "running":
            self.enter(server, [f"user-{next(people)}" for _ in range(10)])
        status, canary = self.rollout(server)
        self.assertEqual((status, canary["state"], canary["by"]), (2, "ended", "guard"))
        self.assertEqual((canary["why"]["journey"], canary["why"]["guard"]), ("story", "failed"))
        self.assertGreaterEqual(canary["why"]["trial"]["bad"], 20)
        self.assertEqual(canary["why"]["current"]["bad"], 0)
        self.assertIn("CANARY_STOPPED", server.read_log())
        self.wait_for(server, "/api/rollout", lambda canary: canary["inside"] == 0)
        for command in ("status", "journeys", "rollout"):
            status, out, _ = self.command(server, command)
            self.assertIn("was ended by its guard", out)
            self.assertIn("of its messages finally failed", out)
            self.assertEqual(status, 2 if command == "rollout" else 0)
        self.assertEqual(set(self.enter(server, [f"more-{i}" for i in range(20)]).values()), {"one"})
        # The folder holds the version that was ended: a restart does not bring it back, a deployment does.
        self.assertEqual(server.terminate(), 0)
        server = self.serve()
        self.assertIn("CANARY_REFUSED", server.read_log())
        self.assertEqual(set(self.enter(server, [f"again-{i}" for i in range(20)]).values()), {"one"})
        self.assertEqual(self.deploy(server)[0], 0)
        self.assertEqual(set(self.enter(server, [f"last-{i}" for i in range(5)]).values()), {"two"})

    def test_aborted_by_hand_people_inside_finish(self):
        server = self.on_trial("--guard", "off")
        self.enter(server, [f"user-{i}" for i in range(30)])
        inside = self.rollout(server)[1]["inside"]
        self.assertGreater(inside, 0)
        status, canary = self.rollout(server, "story", "--abort")
        self.assertEqual((status, canary["state"], canary["by"], canary["inside"]), (0, "ended", "hand", inside))
        self.assertEqual(self.rollout(server, "--abort")[0], 1)

    def test_what_cannot_be_is_refused_with_a_reason(self):
        server = self.on_trial()
        for words, says in ((("--canary", "5%"), "is on trial"), ((), "a version is on trial"),
                            (("--guard", "off"), "goes with --canary")):
            self.write("three")
            status, _, err = self.deploy(server, *words)
            self.assertIn(says, err)
            self.assertNotEqual(status, 0)
        self.assertEqual(self.command(server, "rollout", "--abort")[0], 0)
        for words, says in ((("--canary", "0%"), "more than 0%"), (("--canary", "100"), "less than 100%"),
                            (("--canary", "x"), "the share `x` is none"),
                            (("--canary", "5%", "--guard", "nothing 3%"), "`guard` is off, or failed"),
                            (("--canary", "5%", "--guard", "failed"), "`guard` is off, or failed"),
                            (("--canary", "5%", "--guard-min", "0"), "`min` is a number"),
                            (("--canary", "5%", "--guard-error", "none"), "`error` is a share"),
                            (("--canary", "5%", "--guard-exits", "a,,b"), "`exits` is up to 8 names"),
                            (("--canary", "5%", "--runs", "wait"), "`runs` is finish"),
                            (("--canary", "5%", "--mode", "migrate"), "`mode` is pin")):
            status, _, err = self.deploy(server, *words)
            self.assertIn(says, err)
            self.assertEqual(status, 1)
        self.assertEqual(self.command(server, "rollout", "--raise", "5%", "--abort")[0], 64)
        self.assertEqual(self.command(server, "rollout", "nobody")[0], 1)


if __name__ == "__main__":
    unittest.main()
