"""What receivers see: bodies, signatures, retries."""

import email.utils
import json
import os
import pathlib
import socket
import time
import unittest

from journey_process import Case


STUCK = """event stuck
channel silent
  webhook env STUCK_URL
  timeout 5 minutes
end
message unheard on silent
  body "Hello?"
end
journey calling "Call somebody who does not answer"
  enter when stuck
  re-enter always
  stage start
    send unheard
  end
end
"""


class Delivery(Case):
    def send_one(self, **more):
        server = self.serve(**more)
        server.identify("ann", email="ann@example.com")
        server.track("ann", "signup", properties={"plan": "trial"})
        return server

    def test_the_body_is_as_promised(self):
        self.send_one()
        request = self.receiver.next()
        body = request.json
        self.assertEqual(request.path, "/hook")
        self.assertEqual(request.headers["content-type"], "application/json")
        self.assertEqual(body["type"], "message")
        self.assertEqual(body["id"], request.id)
        self.assertEqual(body["journey"], "greet")
        self.assertEqual(body["stage"], "start")
        self.assertEqual(body["message"], "hello")
        self.assertEqual(body["channel"], "email")
        self.assertEqual(body["to"], "ann@example.com")
        self.assertEqual(body["customer"]["id"], "ann")
        self.assertEqual(body["content"], {"subject": "Hello", "body": "Plan: trial"})
        self.assertRegex(body["at"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")

    def test_a_failing_receiver_gets_the_same_bytes_again(self):
        self.receiver.answer(503)
        self.send_one()
        first, second = self.receiver.next(), self.receiver.next()
        self.assertEqual(second.id, first.id)
        self.assertEqual(second.body, first.body)
        self.assertGreater(second.at - first.at, 3.5)

    def test_an_ordered_channel_keeps_its_order_over_kill_9(self):
        path = pathlib.Path(self.directory, "workspace", "main.journey")
        text = path.read_text(encoding="utf-8")
        ordered = text.replace("  timeout 5 seconds\n", "  timeout 5 seconds\n  ordered\n", 1).replace("    send hello\n", "    send hello\n    send thanks\n", 1)
        self.assertEqual(len(ordered.splitlines()), len(text.splitlines()) + 2)
        path.write_text(ordered, encoding="utf-8")
        self.receiver.answer(503)
        server = self.send_one()
        first = self.receiver.next()
        server.kill()
        self.serve()
        self.assertEqual([self.receiver.next().json["message"] for _ in range(2)], ["hello", "thanks"])
        self.assertEqual(first.json["message"], "hello")

    def test_retry_after_is_honoured(self):
        self.receiver.answer(429, retry_after="8")
        self.send_one()
        first, second = self.receiver.next(), self.receiver.next()
        self.assertGreaterEqual(second.at - first.at, 7.5)

    def final(self, status, **headers):
        self.receiver.answer(status, **headers)
        server = self.send_one()
        self.receiver.next()
        self.assert_nothing_more(server)
        failed = server.get("/api/deliveries?state=failed")["items"]
        self.assertEqual(len(failed), 1)

    def test_retry_after_may_be_a_date(self):
        date = int(time.time()) + 9  # in whole seconds, as dates of HTTP are
        self.receiver.answer(503, retry_after=email.utils.formatdate(date, usegmt=True))
        self.send_one()
        self.receiver.next()
        second = self.receiver.next()
        self.assertGreaterEqual(time.time() - (time.monotonic() - second.at), date - 0.1)

    def gone(self):
        """A server whose receiver has answered 410, and the dead letter."""
        self.receiver.answer(410)
        server = self.send_one()
        letter = self.receiver.next()
        self.wait_for(server, "/api/status", lambda status: status["disabled"])
        return server, letter

    def test_gone_disables_the_channel(self):
        server, _ = self.gone()
        self.assertEqual(server.get("/api/status")["disabled"][0]["channel"], "email")
        self.assertEqual([(row["name"], row["state"]) for row in server.get("/api/destinations")["items"]],
                         [("email", "disabled")])
        self.assertIn(b'journey_destinations{state="disabled"} 1\n', server.request("GET", "/metrics")[2])
        server.track("ann", "signup")
        letters = self.wait_for(server, "/api/deliveries?state=dead", lambda page: len(page["items"]) == 2)["items"]
        self.assertIn("410", letters[0]["last_reason"])
        self.assertIn("disabled", letters[1]["last_reason"])
        noted = [entry for entry in server.get("/api/audit")["items"] if entry["who"] == "the server itself"]
        self.assertEqual([(entry["did"], entry["object"]) for entry in noted], [("disabled", "channel email")])
        code, out, _ = self.command(server, "audit")
        self.assertIn("the server itself  disabled channel email: its receiver answered 410 Gone; nothing goes there until it is enabled\n", out)
        self.assertTrue(self.receiver.requests.empty())

    def test_a_disabled_channel_stays_so_over_a_restart_until_it_is_enabled(self):
        server, letter = self.gone()
        server.kill()
        server = self.serve()
        self.assertEqual(server.get("/api/status")["disabled"][0]["channel"], "email")
        server.track("ann", "signup")
        self.wait_for(server, "/api/deliveries?state=dead", lambda page: len(page["items"]) == 2)
        self.assertTrue(self.receiver.requests.empty())
        self.assertEqual(server.request("POST", "/api/destinations/nobody/enable")[0], 404)
        self.assertEqual(server.request("POST", "/api/destinations/email/enable")[0], 200)
        self.assertEqual(server.get("/api/status")["disabled"], [])
        server.request("POST", f"/api/deliveries/{letter.id}/retry")
        again = self.receiver.next()
        self.assertEqual((again.id, again.body), (letter.id, letter.body))

    def test_a_deployment_enables_the_channel(self):
        server, _ = self.gone()
        code, out, error = self.command(server, "status")
        self.assertIn("disabled  email since", out)
        code, out, error = self.command(server, "deploy", os.path.join(self.directory, "workspace"))
        self.assertEqual(code, 0, error)
        self.assertEqual(server.get("/api/status")["disabled"], [])
        server.track("ann", "signup")
        self.assertEqual(self.receiver.next().json["customer"]["id"], "ann")

    def test_the_command_lists_destinations_and_enables(self):
        server, _ = self.gone()
        code, out, _ = self.command(server, "destinations")
        self.assertEqual(code, 0)
        self.assertRegex(out, r"^channel  email  disabled  0 waiting, 0 in flight  since \d{4}-")
        self.assertEqual(self.command(server, "destinations", "enable", "email")[:2], (0, "email is sent to again\n"))
        code, out, _ = self.command(server, "destinations", "--format", "json")
        self.assertEqual(json.loads(out)["state"], "closed")
        self.assertEqual(self.command(server, "destinations", "enable", "nobody")[0], 1)
        self.assertEqual(self.command(server, "destinations", "again")[0], 64)

    def test_others_arrive_while_one_receiver_hangs(self):
        with open(os.path.join(self.directory, "workspace", "stuck.journey"), "w", encoding="utf-8") as file:
            file.write(STUCK)
        silent = socket.create_server(("127.0.0.1", 0), backlog=64)  # takes connections and never answers
        self.addCleanup(silent.close)
        server = self.serve(self.env(STUCK_URL=f"http://127.0.0.1:{silent.getsockname()[1]}/"))
        users = [f"u{i}" for i in range(30)]
        for user in users:
            server.identify(user, email=f"{user}@example.com")
            server.track(user, "stuck")
            server.track(user, "signup")
        self.assertEqual({self.receiver.next().json["customer"]["id"] for _ in users}, set(users))
        rows = {row["name"]: row for row in server.get("/api/destinations")["items"]}
        self.assertEqual((rows["silent"]["in_flight"], rows["silent"]["waiting"]), (8, 22))

    def test_more_messages_than_are_held_for_one_receiver_arrive(self):
        server = self.serve()
        server.identify("ann", email="ann@example.com")
        self.receiver.hold()
        batches = 13
        for _ in range(batches):
            status, _, _ = server.post("/v1/batch", {"batch": [{"type": "track", "userId": "ann", "event": "signup"}] * 500})
            self.assertEqual(status, 200)
        self.receiver.go_on()
        ids = set()
        while len(ids) < batches * 500:
            ids.add(self.receiver.next().id)  # one that waited for longer than the time-out comes twice
        self.wait_for(server, "/api/status", lambda status: status["deliveries"]["pending"] == 0)
        self.assertEqual(server.get("/api/status")["deliveries"]["sent"], batches * 500)

    def test_connections_are_used_again_and_may_end_in_between(self):
        """By a name, which is looked up on a thread and may have addresses where nobody listens."""
        server = self.serve(self.env(HOOK_URL=self.receiver.url.replace("127.0.0.1", "localhost")))
        server.identify("ann", email="ann@example.com")
        ids = set()
        for hangs_up in (False, False, True, True, False, True):
            self.receiver.hangs_up = hangs_up
            server.track("ann", "signup")
            ids.add(self.receiver.next().id)
        self.wait_for(server, "/api/status", lambda status: status["deliveries"]["sent"] == 6)
        self.assertEqual(len(ids), 6)
        self.assertTrue(self.receiver.requests.empty())

    def test_bad_request_is_final(self):
        self.final(400)

    def test_a_redirect_is_not_followed(self):
        self.final(302, location=self.receiver.url + "/elsewhere")

    def test_an_internal_address_is_refused_without_dev(self):
        server = self.send_one_with_keys()
        self.wait_failed(server)
        self.assertTrue(self.receiver.requests.empty())

    def test_an_internal_address_can_be_allowed(self):
        self.send_one_with_keys("--allow-destinations", f"127.0.0.1:{self.receiver.port}")
        self.assertEqual(self.receiver.next().json["message"], "hello")

    def send_one_with_keys(self, *args):
        server = self.serve(self.env(JOURNEY_TOKEN="t", JOURNEY_WRITE_KEY="wk"), args=args)
        for call, body in (("identify", {"traits": {"email": "ann@example.com"}}), ("track", {"event": "signup"})):
            self.assertEqual(server.post("/v1/" + call, {"userId": "ann", "writeKey": "wk", **body})[0], 200)
        return server

    def wait_failed(self, server):
        """The failure is committed: asks until it shows. The lane answers each question, so this cannot spin idle."""
        for _ in range(100000):
            if server.get("/api/deliveries?state=failed", Authorization="Bearer t")["items"]:
                return
        self.fail("the delivery did not fail")


if __name__ == "__main__":
    unittest.main()
