"""Why things happened to a customer: what the timeline says of triggers, chance, waits, and what is held back."""
import os
import pathlib
import unittest

from journey_process import Case

WORKSPACE = """workspace
  timezone "UTC"
end
event begin
event purchase
channel post
  webhook env HOOK_URL
  secret env HOOK_SECRET
end
message news on post
  body "news"
end
journey story
  enter when begin
  re-enter never
  control 40%
  stage only
    split offer
      30% plain:
        send news
      70% nothing:
    end
    wait for purchase or opened of news up to 30 days
  end
end
"""

UNWRITTEN = """workspace
  timezone "UTC"
end
event purchase
  items number
end
channel post
  webhook env HOOK_URL
  secret env HOOK_SECRET
end
message share on post
  body "{{ 100 | divided_by: purchase.items }} each"
end
journey split
  enter when purchase
  re-enter always
  stage only
    send share
  end
end
"""


class Timeline(Case):
    def setUp(self):
        super().setUp()
        path = pathlib.Path(self.directory, "workspace", "main.journey")
        path.write_text(WORKSPACE, encoding="utf-8")

    def items(self, server, user):
        return {item["kind"]: item for item in server.get(f"/api/customers/{user}/timeline")["items"]}

    def test_it_says_why(self):
        server = self.serve()
        seen = {}
        for n in range(200):
            server.track(f"user-{n}", "begin")
            entered = self.items(server, f"user-{n}")["entered"]
            (arm,) = entered["arms"]
            self.assertEqual((arm["split"], entered["trigger"]), ("offer", "begin"))
            self.assertLess(arm["drawn"], arm["below"])
            self.assertEqual(arm["below"], 3000 if arm["arm"] == "plain" else 10000)
            seen.setdefault((entered["control"], arm["arm"]), f"user-{n}")
            if len(seen) == 4:
                break
        self.assertEqual(len(seen), 4)
        user = seen[False, "plain"]
        waits = self.items(server, user)["waits until"]
        self.assertEqual(waits["waits_for"], ["purchase", "opened of news"])
        line = WORKSPACE.splitlines().index("    wait for purchase or opened of news up to 30 days") + 1
        self.assertEqual((os.path.basename(waits["file"]), waits["line"]), ("main.journey", line))
        _, out, _ = self.command(server, "customer", user, "timeline")
        self.assertIn("by begin", out)
        self.assertIn("offer: plain (drawn", out)
        self.assertIn("or purchase, opened of news", out)
        _, out, _ = self.command(server, "customer", seen[True, "plain"], "timeline")
        self.assertIn("in the control group: nothing is sent", out)

    def test_it_says_why_a_message_could_not_be_written(self):
        path = pathlib.Path(self.directory, "workspace", "main.journey")
        path.write_text(UNWRITTEN, encoding="utf-8")
        server = self.serve()
        server.track("ann", "purchase", properties={"items": 0})
        server.track("bo", "purchase", properties={"items": 2})
        self.assertEqual(self.receiver.next().json["content"]["body"], "50 each")
        letter = self.items(server, "ann")["message"]
        self.assertEqual((letter["state"], letter["message"], letter["step"], letter["attempts"], letter["document"]),
                         ("dead", "share", "only.send_share", 0, None))
        self.assertIn("divided by zero", letter["last_reason"])
        _, out, _ = self.command(server, "customer", "ann", "timeline")
        self.assertIn(f"because {letter['last_reason']}", out)
        self.assertIsNone(server.get("/api/customers/ann/export")["messages"][0]["document"])
        code, out, err = self.command(server, "deliveries", "retry", letter["id"])
        self.assertEqual((code, out), (1, ""))
        self.assertIn("could not be written", err)
        self.assertEqual(self.command(server, "deliveries", "retry", "--state", "dead")[1], "0 messages are tried again\n")
        self.assertEqual(server.get("/api/status")["deliveries"]["dead"], 1)


if __name__ == "__main__":
    unittest.main()
