"""`journey plan` and `journey deploy` against a running server: who moves where, and that they do (language semantics 1)."""
import json
import os
import pathlib
import subprocess
import unittest

from journey_process import JOURNEY, Case

VERSION = """workspace
  timezone "UTC"
end
customer
  email text
end
event begin
event proceed
event other
channel email
  webhook env HOOK_URL
  secret env HOOK_SECRET
  to customer.email
end
message news on email
  body "{text}"
end
journey story
  enter when begin
  re-enter always
  stage only
{steps}
  end
end
"""
OLD = VERSION.format(text="old", steps="    hold: wait for proceed or other where customer.email is missing up to 30 days\n    send news")
NEW = VERSION.format(text="new", steps="    hold: wait for other or proceed where customer.email is missing up to 30 days\n    send news")
WITHOUT = VERSION.format(text="new", steps="    send news\n    wait for other or proceed up to 1 day")


class Plan(Case):
    def write(self, text):
        pathlib.Path(self.directory, "workspace", "main.journey").write_text(text, encoding="utf-8")

    def command(self, server, name, *more):
        command = [JOURNEY, name, os.path.join(self.directory, "workspace"), "--server", f"http://{server.host}:{server.port}", *more]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "NO_COLOR": "1"})
        return done.returncode, done.stdout, done.stderr

    def inside(self, *users):
        self.write(OLD)
        server = self.serve()
        for user in users:
            server.identify(user, email=f"{user}@example.com")
            server.track(user, "begin")
        return server

    def test_nothing_changes(self):
        server = self.inside("ann")
        self.assertEqual(self.command(server, "plan")[0], 0)

    def test_the_plan_counts_people(self):
        server = self.inside("ann", "bo")
        self.write(NEW)
        status, out, err = self.command(server, "plan", "--format", "json")
        self.assertEqual((status, err), (2, ""))
        plan = json.loads(out)
        self.assertEqual(plan["sent_twice"], 0)
        journey = plan["versions"][0]["journeys"][0]
        self.assertEqual((journey["people"], journey["state"]), (2, "changed"))
        self.assertEqual(journey["steps"], [{"step": "hold", "people": 2, "move": "changed", "to": "hold"}])
        self.assertEqual(plan["versions"][0]["messages_changed"], ["news"])
        status, out, _ = self.command(server, "plan")
        self.assertEqual(status, 2)
        self.assertIn("2 inside", out)

    def test_people_move(self):
        server = self.inside("ann")
        self.write(NEW)
        status, out, err = self.command(server, "deploy", "--mode", "migrate")
        self.assertEqual((status, err), (0, ""), out)
        self.assertEqual(self.command(server, "plan")[0], 0)
        server.track("ann", "proceed")  # nobody waits for it any more
        server.track("ann", "other")
        self.assertEqual(self.receiver.next().json["content"]["body"], "new")

    def test_a_removed_step_sends_people_on(self):
        server = self.inside("ann")
        self.write(WITHOUT)
        self.assertEqual(self.command(server, "deploy", "--mode", "migrate", "--spread", "0")[0], 0)
        self.assertEqual(self.receiver.next().json["content"]["body"], "new")

    def test_a_move_goes_on_after_a_crash(self):
        server = self.inside("ann")
        self.write(NEW)
        self.assertEqual(self.command(server, "deploy", "--mode", "migrate")[0], 0)
        server.kill()
        server = self.serve()
        server.track("ann", "other")
        self.assertEqual(self.receiver.next().json["content"]["body"], "new")

    def test_everybody_may_end(self):
        server = self.inside("ann")
        self.write(NEW)
        self.assertEqual(self.command(server, "deploy", "--mode", "end")[0], 0)
        server.track("ann", "begin")  # may enter again: he is no longer inside
        self.assertEqual([run["ended"] for run in server.get("/api/customers/ann")["runs"]], [None])
        journey = server.get("/api/journeys/story")
        self.assertEqual(journey["left"], {"changed": 1})

    def test_pinned_people_stay(self):
        server = self.inside("ann")
        self.write(NEW)
        self.assertEqual(self.command(server, "deploy")[0], 0)
        server.track("ann", "proceed")
        self.assertEqual(self.receiver.next().json["content"]["body"], "old")

    def test_wrong_questions_are_answered(self):
        server = self.inside("ann")
        for query in ("mode=now", "mode=migrate&waits=never", "mode=migrate&spread=-1", "mode=migrate&spread=99999999999"):
            status, _, body = server.request("PUT", "/api/program?" + query, b"x")
            self.assertEqual(status, 400, (query, body))
        self.assertEqual(server.request("GET", "/api/versions/ff")[0], 404)
        self.assertEqual(server.request("GET", "/api/versions/" + "f" * 64)[0], 404)
        status, _, err = self.command(server, "deploy", "--mode", "migrat")
        self.assertEqual(status, 64)
        self.assertIn("pin", err)


if __name__ == "__main__":
    unittest.main()
