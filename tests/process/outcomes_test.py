"""A run that holds until it is known what became of its message: over real receivers, restarts, kills, new versions, a
merge, and a goal that comes meanwhile."""
import os
import pathlib
import subprocess
import unittest

from journey_process import JOURNEY, SECRET, Case, Receiver

WORKSPACE = """workspace
  timezone "UTC"
end
customer
  email text
  phone text
end
event begin
event bought
channel mail
  webhook env HOOK_URL
  secret env HOOK_SECRET
  to customer.email
  retry 1 times over 1 hour
  timeout 5 minutes
end
channel sms
  webhook env HOOK_URL
  secret env HOOK_SECRET
  to customer.phone
  timeout 5 minutes
end
message offer on mail
  body "offer"
end
message offer_sms on sms
  body "offer by sms"
end
message after on sms
  body "after"
end
journey trying
  enter when begin
  re-enter never
  goal sold when bought within 10 days%(leave)s
  stage only
    %(label)s: send offer or offer_sms then
      failed:
        tag "failed"
      unreachable:
        exit as no_address
    end
    send after
%(more)s  end
end
"""


class ByHand(Receiver):
    """Answers each request when the test does: `webhook.reply.put((status, headers))`."""

    def answer_to(self, request):
        return request.reply.get()


class Outcomes(Case):
    def setUp(self):
        super().setUp()
        self.receiver = ByHand()
        self.addCleanup(self.receiver.close)

    def write(self, label="offering", more="", leave=""):
        path = pathlib.Path(self.directory, "workspace", "main.journey")
        path.write_text(WORKSPACE % {"label": label, "more": more, "leave": leave}, encoding="utf-8")

    def start(self, **how):
        self.write(**how)
        return self.serve()

    def begin(self, server, user="ann", **who):
        server.identify(user, **(who or {"email": "ann@example.com", "phone": "1"}))
        server.track(user, "begin")

    def take(self, message, *answer):
        """The next webhook is of this message; answered, if the test says what with."""
        webhook = self.receiver.next()
        self.assertEqual(webhook.json["message"], message)
        if answer:
            webhook.reply.put((answer[0], answer[1] if len(answer) > 1 else {}))
        return webhook

    def known(self, server, user="ann"):
        return server.get(f"/api/customers/{user}")

    def left(self, server):
        return server.get("/api/journeys/trying")["left"]

    def assert_silent(self, server):
        """Somebody else's message comes, and nothing before it."""
        server.identify("eve", phone="2")
        server.track("eve", "begin")
        self.assertEqual(self.take("offer_sms", 200).json["customer"]["id"], "eve")

    # ---- what the receiver says

    def test_the_second_goes_out_when_retries_have_run_out(self):
        server = self.start()
        self.begin(server)
        first, again = self.take("offer", 503), self.take("offer", 503)
        self.assertEqual((again.id, again.body), (first.id, first.body))
        self.assertNotEqual(self.take("offer_sms", 200).id, first.id)
        self.take("after", 200)
        self.assertNotIn("failed", self.known(server)["tags"])
        (dead,) = server.get("/api/deliveries?state=failed")["items"]
        self.assertEqual((dead["id"], dead["attempts"]), (first.id, 2))

    def test_the_last_failure_is_handled(self):
        server = self.start()
        self.begin(server)
        self.take("offer", 400)
        self.take("offer_sms", 400)
        self.take("after", 200)
        self.assertIn("failed", self.known(server)["tags"])

    def test_nobody_can_be_reached(self):
        server = self.start()
        self.begin(server, plan="none")
        self.assertEqual(self.left(server), {"no_address": 1})
        self.assert_silent(server)

    def test_who_has_no_address_for_the_first_gets_the_second(self):
        server = self.start()
        self.begin(server, phone="1")
        self.take("offer_sms", 200)
        self.take("after", 200)

    # ---- what happens while it holds

    def hold(self, **how):
        server = self.start(**how)
        self.begin(server)
        offer = self.take("offer")
        (run,) = self.known(server)["runs"]
        self.assertEqual(run["step"], "offering")
        return server, offer

    def goes_on(self, server, offer):
        """The same message again, refused; then the other one, and what follows."""
        again = self.take("offer", 400)
        self.assertEqual((again.id, again.body), (offer.id, offer.body))
        self.take("offer_sms", 200)
        self.take("after", 200)
        self.assertEqual(self.left(server), {"completed": 1})

    def test_a_kill(self):
        server, offer = self.hold()
        server.kill()
        server = self.serve()
        self.goes_on(server, offer)

    def test_a_restart(self):
        server, offer = self.hold()
        offer.reply.put((429, {"retry-after": "5"}))
        self.assertEqual(server.terminate(), 0)
        server = self.serve()
        self.goes_on(server, offer)

    def test_a_goal(self):
        server, offer = self.hold()
        server.track("ann", "bought")
        self.assertEqual(server.get("/api/journeys/trying")["goals"], {"sold": 1})
        self.assertEqual(self.left(server), {})
        offer.reply.put((400, {}))
        self.take("offer_sms", 200)
        self.take("after", 200)

    def test_a_goal_that_ends_the_run(self):
        server, offer = self.hold(leave=", exit")
        server.track("ann", "bought")
        self.assertEqual(self.left(server), {"sold": 1})
        offer.reply.put((400, {}))
        self.assert_silent(server)

    def test_a_merge(self):
        server = self.start()
        status, _, body = server.post("/v1/track", {"anonymousId": "a-1", "event": "pause"})
        self.assertEqual(status, 200, body)
        for call, more in (("identify", {"traits": {"email": "ann@example.com", "phone": "1"}}),
                           ("track", {"event": "begin"})):
            self.assertEqual(server.post("/v1/" + call, {"anonymousId": "a-1", **more})[0], 200)
        offer = self.take("offer")
        self.assertEqual(server.post("/v1/alias", {"userId": "ann", "previousId": "a-1"})[0], 200)
        offer.reply.put((400, {}))
        self.assertEqual(self.take("offer_sms", 200).json["customer"]["id"], "ann")
        self.take("after", 200)
        self.assertEqual(self.left(server), {"completed": 1})

    # ---- a new version while it holds

    def deploy(self, server):
        path = os.path.join(self.directory, "program.jbc")
        subprocess.run([JOURNEY, "build", os.path.join(self.directory, "workspace"), "-o", path], check=True)
        status, _, body = server.request("PUT", "/api/program?mode=migrate", pathlib.Path(path).read_bytes())
        self.assertEqual(status, 200, body)

    def moved(self, label):
        server, offer = self.hold()
        self.write(label=label, more='    tag "new"\n')
        self.deploy(server)
        offer.reply.put((400, {}))
        second = self.take("offer_sms", 200)
        self.assertNotEqual(second.id, offer.id)
        self.take("after", 200)
        self.assertIn("new", self.known(server)["tags"])
        self.assertEqual(self.left(server), {"completed": 1})

    def test_a_new_version(self):
        self.moved("offering")

    def test_a_new_version_with_another_name_for_the_step(self):
        self.moved("proposing was offering")


if __name__ == "__main__":
    unittest.main()
