"""Consent over the API, caps over restarts and kills, rates, and what a server cannot deliver."""
import json
import os
import pathlib
import subprocess
import unittest

from journey_process import JOURNEY, Case

WORKSPACE = """workspace
  timezone "UTC"
end
customer
  email text
end
event begin
  kind text
end
topic offers "Offers", opt in
topic tips "Tips", opt out
channel email
  webhook env HOOK_URL
  secret env HOOK_SECRET
  to customer.email
%(line)s
end
message tip on email about tips
  body "tip"
end
message offer on email about offers
  body "offer"
end
message plain on email
  body "plain"
end
journey tips_first
  enter when begin where begin.kind is "tip"
  re-enter always
  stage only
    send tip
  end
end
journey offers_first
  enter when begin where begin.kind is "offer"
  re-enter always
  stage only
    send offer
  end
end
journey plainly
  enter when begin where begin.kind is "plain"
  re-enter always
  stage only
    send plain
  end
end
"""


class Policy(Case):
    def write(self, line=""):
        path = pathlib.Path(self.directory, "workspace", "main.journey")
        path.write_text(WORKSPACE % {"line": line}, encoding="utf-8")

    def begin(self, server, user, kind):
        server.identify(user, email=f"{user}@example.com")
        server.track(user, "begin", properties={"kind": kind})

    def next_after(self, known):
        """The next message that is not `known`, which a kill may have sent once more under its id."""
        webhook = self.receiver.next()
        while webhook.id == known.id:
            webhook = self.receiver.next()
        return webhook

    def say(self, server, user, topic, body):
        return server.request("PUT", f"/api/customers/{user}/consents/{topic}", body)

    def test_consent_is_given_shown_and_taken_back(self):
        self.write()
        server = self.serve()
        server.identify("ann", email="ann@example.com")
        self.assertEqual(server.get("/api/customers/ann")["consents"], {"offers": "out", "tips": "in"})
        status, _, body = self.say(server, "ann", "offers", '{"state":"in"}')
        self.assertEqual((status, json.loads(body)), (200, {"topic": "offers", "state": "in"}))
        self.assertEqual(self.say(server, "ann", "tips", '{"state":"out"}')[0], 200)
        server.kill()
        server = self.serve()
        self.assertEqual(server.get("/api/customers/ann")["consents"], {"offers": "in", "tips": "out"})
        self.begin(server, "ann", "tip")
        self.begin(server, "ann", "offer")
        self.assertEqual(self.receiver.next().json["message"], "offer")
        counts = server.get("/api/journeys/tips_first")
        self.assertEqual(counts["without_consent"], {"tip": 1})

    def test_what_is_no_consent(self):
        self.write()
        server = self.serve()
        server.identify("ann", email="ann@example.com")
        for user, topic, body, status in (
            ("ann", "news", '{"state":"in"}', 404),
            ("bob", "tips", '{"state":"in"}', 404),
            ("ann", "tips", '{"state":"maybe"}', 422),
            ("ann", "tips", '{}', 422),
            ("ann", "tips", '[]', 422),
            ("ann", "tips", '{', 400),
            ("ann", "%zz", '{"state":"in"}', 400),
        ):
            with self.subTest(user=user, topic=topic, body=body):
                answer, headers, _ = self.say(server, user, topic, body)
                self.assertEqual((answer, headers["content-type"]), (status, "application/problem+json"))
        self.assertEqual(server.request("GET", "/api/customers/bob")[0], 404)

    def test_an_unsubscribe_by_the_id_of_a_message(self):
        self.write()
        server = self.serve()
        self.begin(server, "ann", "tip")
        webhook = self.receiver.next()
        server.track("ann", "unsubscribed", properties={"message": webhook.id})
        self.assertEqual(server.get("/api/customers/ann")["consents"]["tips"], "out")

    def test_a_cap_counts_over_a_kill(self):
        self.write("  cap 1 per 1 day, skip")
        server = self.serve()
        self.begin(server, "ann", "plain")
        first = self.receiver.next()
        server.kill()
        server = self.serve()
        self.begin(server, "ann", "plain")
        self.begin(server, "bob", "plain")
        self.assertEqual(self.next_after(first).json["customer"]["id"], "bob")
        self.assertEqual(server.get("/api/journeys/plainly")["capped"], {"plain": 1})

    def test_what_a_cap_holds_is_sent_after_a_kill(self):
        self.write("  cap 1 per 4 seconds, hold")
        server = self.serve()
        self.begin(server, "ann", "plain")
        first = self.receiver.next()
        self.begin(server, "ann", "tip")
        run = server.get("/api/customers/ann")["runs"][0]
        self.assertEqual((run["step"], run["held"]), ("only.send_tip", "the channel's cap of 1"))
        server.kill()
        server = self.serve()
        second = self.next_after(first)
        self.assertEqual((second.json["message"], second.json["customer"]["id"]), ("tip", "ann"))
        self.assertNotEqual(first.id, second.id)
        self.assertGreaterEqual(second.at - first.at, 2.5)

    def test_a_rate_spaces_attempts(self):
        self.write("  rate 5 per second")
        server = self.serve()
        for i in range(6):
            self.begin(server, f"user{i}", "plain")
        came = [self.receiver.next() for _ in range(6)]
        self.assertEqual(len({webhook.id for webhook in came}), 6)
        self.assertGreaterEqual(came[-1].at - came[0].at, 0.8)

    def test_a_plan_shows_policies(self):
        self.write("  cap 1 per 1 day, skip")
        old = os.path.join(self.directory, "old.jbc")
        folder = os.path.join(self.directory, "workspace")
        subprocess.run([JOURNEY, "build", folder, "-o", old], check=True)
        self.write("  cap 2 per 1 day, hold\n  rate 5 per minute")
        done = subprocess.run([JOURNEY, "plan", folder, "--against", old], stdout=subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, 2)
        lines = done.stdout.decode().splitlines()
        self.assertIn("workspace: changed", lines)
        changes = [line.strip() for line in lines if line.startswith("  ")]
        self.assertEqual(changes, ["- channel email: cap 1 per 1 day, skip", "+ channel email: cap 2 per 1 day, hold",
                                   "+ channel email: rate 5 per minute"])


if __name__ == "__main__":
    unittest.main()
