"""Administration of a running server: its HTTP routes, and the commands that ask them."""
import json
import os
import subprocess
import time
import unittest

from journey_process import JOURNEY, Case


class Admin(Case):
    def problem(self, server, method, path, body=None):
        """The status of a refusal, which must say what it is."""
        status, headers, text = server.request(method, path, body)
        self.assertEqual(headers["content-type"], "application/problem+json", (status, text))
        problem = json.loads(text)
        self.assertTrue(problem["detail"])
        self.assertEqual(str(problem.get("retry_after")), str(headers["retry-after"]))
        return status

    def items(self, server, state, n):
        """The list once it has n items: the lane answers each question, so this cannot spin idle."""
        for _ in range(100000):
            items = server.get(f"/api/deliveries?state={state}")["items"]
            if len(items) == n:
                return items
        self.fail(f"there are not {n} messages that are {state}")

    def dead_letter(self):
        """A server that has given up ann's message; the request that was refused; the letter."""
        self.receiver.answer(400)
        server = self.serve()
        server.identify("ann", email="ann@example.com")
        server.track("ann", "signup", properties={"plan": "trial"})
        refused = self.receiver.next()
        return server, refused, self.items(server, "dead", 1)[0]


class Deliveries(Admin):
    def test_a_dead_letter_says_why(self):
        server, refused, letter = self.dead_letter()
        self.assertEqual(letter["id"], refused.id)
        self.assertEqual((letter["state"], letter["customer"], letter["message"]), ("dead", "ann", "hello"))
        self.assertIn("400", letter["last_reason"])
        self.assertEqual(server.get("/api/deliveries?state=failed")["items"][0]["id"], refused.id)
        self.assertEqual(server.get("/api/deliveries")["items"], [])

    def test_a_retry_sends_the_same_bytes_under_the_same_id(self):
        server, refused, letter = self.dead_letter()
        status, _, body = server.request("POST", f"/api/deliveries/{letter['id']}/retry")
        self.assertEqual((status, json.loads(body)["state"]), (200, "pending"))
        again = self.receiver.next()
        self.assertEqual((again.id, again.body), (refused.id, refused.body))
        sent = self.items(server, "sent", 1)[0]
        self.assertEqual((sent["id"], sent["customer"]), (refused.id, "ann"))
        self.assertEqual(self.items(server, "dead", 0), [])

    def test_a_retry_survives_kill(self):
        server, refused, letter = self.dead_letter()
        server.kill()
        server = self.serve()
        self.assertIn("400", self.items(server, "dead", 1)[0]["last_reason"])
        self.receiver.answer(503)
        self.assertEqual(server.request("POST", f"/api/deliveries/{letter['id']}/retry")[0], 200)
        self.assertEqual(self.receiver.next().id, refused.id)
        server.kill()
        server = self.serve()
        again = self.receiver.next()
        self.assertEqual((again.id, again.body), (refused.id, refused.body))
        self.items(server, "sent", 1)

    def letters(self):
        """A server that has given up hello of four people and thanks of one; their ids by person."""
        server = self.serve()
        self.receiver.answer_to = lambda request: (400, {})
        for user in ("ann", "bo", "cy", "dan"):
            server.identify(user, email=f"{user}@example.com")
            server.track(user, "signup")
        server.identify("eve", email="eve@example.com")
        server.track("eve", "purchase", properties={"order_id": "1", "amount": {"amount": "5", "currency": "CNY"}})
        ids = {item["customer"]: item["id"] for item in self.items(server, "dead", 5)}
        for _ in ids:
            self.receiver.next()
        self.receiver.answer_to = lambda request: (200, {})
        return server, ids

    def test_dead_letters_are_retried_by_filter_under_their_ids(self):
        server, ids = self.letters()
        self.assertEqual(len(server.get("/api/deliveries?state=dead&message=hello&since=1%20hour")["items"]), 4)
        self.assertEqual(server.get("/api/deliveries?state=dead&since=2100-01-01T00:00:00Z")["items"], [])
        self.assertEqual(self.problem(server, "GET", "/api/deliveries?since=lately"), 400)
        self.assertEqual(self.problem(server, "GET", "/api/deliveries?state=sent&channel=email"), 422)
        began = time.monotonic()
        code, out, _ = self.command(server, "deliveries", "retry", "--state", "dead", "--channel", "email", "--journey",
                                    "greet", "--message", "hello", "--since", "1 hour", "--rate", "5/s", "--max", "3")
        self.assertEqual((code, out), (0, "3 messages are tried again: as many as --max lets; there may be more\n"))
        self.assertGreater(time.monotonic() - began, 0.4)  # the second waits for 0.2 s, the third as long again
        again = [self.receiver.next() for _ in range(3)]
        self.assertTrue(all(ids[hook.json["customer"]["id"]] == hook.id for hook in again))
        code, out, _ = self.command(server, "deliveries", "retry", "--state", "dead", "--customer", "eve")
        self.assertEqual((code, out), (0, "1 message is tried again\n"))
        self.assertEqual(self.receiver.next().id, ids["eve"])
        self.assertEqual(len(self.items(server, "dead", 1)), 1)

    def test_retrying_by_filter_says_what_it_wants(self):
        server = self.serve()
        for words, says in (((), "--state dead"), (("--state", "pending"), "--state dead"),
                            (("--state", "dead", "--rate", "0/s"), "--rate"),
                            (("--state", "dead", "--rate", "9/h"), "--rate"),
                            (("--state", "dead", "--max", "many"), "--max")):
            code, _, err = self.command(server, "deliveries", "retry", *words)
            self.assertEqual(code, 64)
            self.assertIn(says, err)

    def test_what_is_not_dead_is_not_retried(self):
        server, _, letter = self.dead_letter()
        self.assertEqual(server.request("POST", f"/api/deliveries/{letter['id']}/retry")[0], 200)
        self.receiver.next()
        self.items(server, "sent", 1)
        self.assertEqual(self.problem(server, "POST", f"/api/deliveries/{letter['id']}/retry"), 409)
        self.assertEqual(self.problem(server, "POST", "/api/deliveries/msg_" + "0" * 32 + "/retry"), 404)
        self.assertEqual(self.problem(server, "POST", "/api/deliveries/nonsense/retry"), 404)
        self.assertEqual(self.problem(server, "GET", "/api/deliveries?state=lost"), 400)
        self.assertEqual(self.problem(server, "GET", "/api/deliveries?after=x"), 400)

    def test_the_command_lists_and_retries(self):
        server, refused, letter = self.dead_letter()
        code, out, _ = self.command(server, "deliveries", "--state", "dead")
        self.assertEqual(code, 0)
        self.assertIn(f"{refused.id}  dead  ann  greet  hello  1 attempt", out)
        code, out, _ = self.command(server, "deliveries", "--state", "dead", "--format", "json")
        self.assertEqual(json.loads(out), letter)
        self.assertEqual(self.command(server, "deliveries", "retry", refused.id)[0], 0)
        self.assertEqual(self.receiver.next().id, refused.id)
        self.items(server, "sent", 1)
        code, _, error = self.command(server, "deliveries", "retry", refused.id)
        self.assertEqual(code, 1)
        self.assertIn("was accepted", error)
        self.assertEqual(self.command(server, "deliveries", "--state", "lost")[0], 64)
        self.assertEqual(self.command(server, "deliveries", "again")[0], 64)


class Looking(Admin):
    def test_status_journeys_and_customer(self):
        server = self.serve()
        server.identify("ann/1", email="ann@example.com")
        server.track("ann/1", "signup")
        self.receiver.next()
        self.items(server, "sent", 1)
        code, out, _ = self.command(server, "status")
        self.assertEqual(code, 0)
        self.assertIn("messages  0 pending, 1 sent, 0 dead", out)
        self.assertRegex(out, r"(?m)^greet +live +0 +1 +1 +0 +1 +0$")
        status = json.loads(self.command(server, "status", "--format", "json")[1])
        self.assertEqual((status["journeys"], status["deliveries"]["sent"]), (4, 1))
        names = [json.loads(line)["name"] for line in self.command(server, "journeys", "--format", "json")[1].splitlines()]
        self.assertEqual(sorted(names), ["bought", "greet", "patient", "resting"])
        self.assertEqual(len(self.command(server, "journeys", "greet")[1].splitlines()), 2)
        code, out, _ = self.command(server, "customer", "ann/1")
        self.assertIn("ann@example.com", out)
        self.assertEqual(json.loads(self.command(server, "customer", "ann/1", "--format", "json")[1])["id"], "ann/1")

    def test_what_is_not_there_is_an_error(self):
        server = self.serve()
        for words, code in ((("customer", "nobody"), 1), (("journeys", "nothing"), 1), (("customer",), 64), (("status", "x"), 64)):
            done = self.command(server, *words)
            self.assertEqual(done[0], code, done)
            self.assertTrue(done[2].startswith("journey: "), done)

    def test_the_token_is_needed_and_used(self):
        server = self.serve(self.env(JOURNEY_TOKEN="t", JOURNEY_WRITE_KEY="wk"), args=())
        code, _, error = self.command(server, "status")
        self.assertEqual(code, 1)
        self.assertIn("JOURNEY_TOKEN", error)
        self.assertEqual(self.command(server, "status", token="t")[0], 0)


class Control(Admin):
    def state(self, server, name):
        return server.get(f"/api/journeys/{name}")["state"]

    def test_a_pause_survives_kill_and_resume_sends(self):
        path = os.path.join(self.directory, "workspace", "main.journey")
        with open(path, encoding="utf-8") as file:
            text = file.read().replace("wait 3 seconds", "wait 8 seconds")  # time to pause it before the wait ends
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        server = self.serve()
        server.identify("ann", email="ann@example.com")
        server.track("ann", "pause_first")
        self.assertEqual(server.request("POST", "/api/journeys/patient/pause", '{"clock":"running"}')[0], 200)
        server.kill()
        server = self.serve()
        self.assertEqual(self.state(server, "patient"), "paused")
        self.assertIn("paused", self.command(server, "status")[1])
        due = server.get("/api/customers/ann")["runs"][0]["due"]
        while server.get("/api/status")["time"] <= due:  # behind the end of the wait
            pass
        self.assert_nothing_more(server)
        self.assertEqual(self.command(server, "resume", "patient")[0], 0)
        self.assertEqual(self.receiver.next().json["message"], "later")
        self.assertEqual(self.state(server, "patient"), "live")

    def test_stop_ends_runs_for_good(self):
        server = self.serve()
        server.identify("ann", email="ann@example.com")
        server.track("ann", "rest")
        code, out, _ = self.command(server, "pause", "resting", "--clock", "running")
        self.assertEqual((code, out), (0, "resting is paused\n"))
        self.assertEqual(self.command(server, "stop", "resting")[0], 0)
        server.kill()
        server = self.serve()
        while server.get("/api/journeys/resting")["inside"] != 0:  # the sweep has met ann
            pass
        journey = server.get("/api/journeys/resting")
        self.assertEqual((journey["state"], journey["left"]), ("stopped", {"stopped": 1}))
        self.assertEqual(server.get("/api/customers/ann")["runs"], [])
        server.track("ann", "rest")
        self.assertEqual(server.get("/api/journeys/resting")["ignored"], 1)

    def test_stop_cancels_what_waits_for_its_first_attempt(self):
        server = self.serve(self.env(HOOK_URL=self.receiver.url))
        self.assertEqual(server.request("POST", "/api/journeys/greet/stop")[0], 200)
        server.identify("ann", email="ann@example.com")
        server.track("ann", "signup")
        self.assertEqual(server.request("POST", "/api/journeys/greet/resume")[0], 200)
        self.assert_nothing_more(server, "bo")

    def test_bad_input_is_refused(self):
        server = self.serve()
        for path, body, status in (("nothing/pause", "", 404), ("greet/resume", "", 409), ("greet/pause", "[]", 422),
                                   ("greet/pause", '{"clock":"slow"}', 422), ("greet/resume", '{"overdue":"drop"}', 422),
                                   ("greet/resume", '{"overdue":"spread"}', 422), ("greet/pause", "{", 400),
                                   ("greet/resume", '{"overdue":"spread","spread":"2 years"}', 422),
                                   ("greet/resume", '{"spread":"2 hours"}', 422)):
            self.assertEqual(self.problem(server, "POST", f"/api/journeys/{path}", body), status, (path, body))
        self.assertEqual(self.command(server, "pause")[0], 64)
        self.assertEqual(self.command(server, "resume", "greet", "--overdue", "drop")[0], 64)
        self.assertEqual(self.command(server, "stop", "nothing")[0], 1)


def poison():
    """A journey whose second step takes more instructions than an evaluation has: 2^16 looks at one tag."""
    lines = ['segment deep_0 is customer has tag "vip"']
    lines += [f"segment deep_{i} is customer in deep_{i - 1} or customer in deep_{i - 1}" for i in range(1, 16)]
    return "\n".join(lines) + """

journey poisoned "Asks too much"
  enter when purchase
  re-enter always
  exit when pause_first
  stage start
    send thanks
    if customer in deep_15 then
      more: send thanks
    else
      send later
    end
  end
end
"""


class Poison(Admin):
    def poisoned(self):
        with open(os.path.join(self.directory, "workspace", "poison.journey"), "w", encoding="utf-8") as file:
            file.write(poison())
        server = self.serve()
        for who in ("ann", "bo"):
            server.identify(who, email=f"{who}@example.com")
            server.track(who, "purchase", properties={"order_id": "1", "amount": {"amount": "5", "currency": "CNY"}})
        return server

    def test_a_run_that_asks_too_much_rests_and_the_others_go_on(self):
        server = self.poisoned()
        thanks = [self.receiver.next().json for _ in range(4)]  # of `bought` too
        self.assertEqual({m["message"] for m in thanks}, {"thanks"})
        self.assert_nothing_more(server, "carl")
        server.kill()
        server = self.serve()
        parked = server.get("/api/runs")["items"]
        self.assertEqual([run["customer"] for run in parked], ["ann", "bo"])
        self.assertEqual({run["parked"] for run in parked}, {"an expression takes more than 100000 instructions"})
        self.assertEqual(server.get("/api/status")["parked"], 2)
        code, out, _ = self.command(server, "runs")
        self.assertEqual((code, len(out.splitlines())), (0, 2))
        self.assertIn("an expression takes more than", out)
        self.assertIn("2 of them cannot go on", self.command(server, "status")[1])

    def test_it_tries_again_and_can_be_left(self):
        server = self.poisoned()
        ann, bo = server.get("/api/runs")["items"]
        code, out, _ = self.command(server, "runs", "retry", str(ann["run"]))
        self.assertEqual((code, out), (0, f"{ann['run']} tries again\n"))
        self.assertEqual(server.get("/api/runs")["items"], [ann, bo])  # as poisonous as before
        server.track("bo", "pause_first")
        self.assertEqual(server.get("/api/runs")["items"], [ann])
        self.assertEqual(server.get("/api/status")["parked"], 1)
        self.assertEqual(self.problem(server, "POST", f"/api/runs/{bo['run']}/retry"), 404)
        self.assertEqual(self.problem(server, "POST", "/api/runs/nonsense/retry"), 404)

    def test_a_new_version_cures_it(self):
        server = self.poisoned()
        ann = server.get("/api/runs")["items"][0]
        path = os.path.join(self.directory, "workspace", "poison.journey")
        with open(path, encoding="utf-8") as file:
            cured = file.read().replace("customer in deep_15", "customer in deep_3")
        with open(path, "w", encoding="utf-8") as file:
            file.write(cured)
        for _ in range(4):
            self.receiver.next()
        code, _, error = self.command(server, "deploy", "--mode", "migrate",
                                      os.path.join(self.directory, "workspace"))
        self.assertEqual(code, 0, error)
        self.assertEqual(self.command(server, "runs", "retry", str(ann["run"]))[0], 0)
        cured = self.receiver.next().json
        self.assertEqual((cured["customer"]["id"], cured["message"]), ("ann", "later"))


class Person(Admin):
    """What is held of ann, given out and erased; her values are such that no other bytes look like them."""
    ID, EMAIL, PLAN = "ann-4711", "ann.zweig@example.org", "plan-quokka"

    def setUp(self):
        """Nothing is declared to be personal, so that the store is not sealed (seal_test.py has that)."""
        super().setUp()
        path = os.path.join(self.directory, "workspace", "main.journey")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace("email text, personal", "email text"))

    def held(self):
        self.receiver.answer(400)
        server = self.serve()
        server.identify(self.ID, email=self.EMAIL)
        server.identify("bo", email="bo@example.com")
        server.track(self.ID, "signup", properties={"plan": self.PLAN})
        self.receiver.next()
        self.items(server, "dead", 1)
        server.track(self.ID, "rest")
        server.track(self.ID, "purchase", properties={"order_id": "wombat-1"})  # no amount: set aside
        server.track("bo", "rest")
        return server

    def files(self):
        """All bytes of the store."""
        state = os.path.join(self.directory, "state")
        return b"".join(open(os.path.join(state, name), "rb").read() for name in sorted(os.listdir(state)))

    def test_the_export_holds_everything(self):
        server = self.held()
        code, out, _ = self.command(server, "customer", self.ID, "export")
        self.assertEqual(code, 0)
        held = json.loads(out)
        self.assertEqual(held, server.get(f"/api/customers/{self.ID}/export"))
        self.assertEqual((held["id"], held["attributes"]["email"]), (self.ID, self.EMAIL))
        self.assertEqual([event["event"] for event in held["events"]], ["signup", "rest"])
        self.assertEqual(held["events"][0]["properties"], {"plan": self.PLAN})
        self.assertEqual([run["journey"] for run in held["runs"]], ["resting"])
        self.assertEqual([(m["state"], m["document"]["to"]) for m in held["messages"]], [("dead", self.EMAIL)])
        self.assertIn("wombat-1", held["quarantined"][0]["text"])
        self.assertEqual(self.problem(server, "GET", "/api/customers/nobody/export"), 404)

    def test_the_timeline_is_in_order(self):
        server = self.held()
        items = server.get(f"/api/customers/{self.ID}/timeline")["items"]
        self.assertEqual([item["at"] for item in items], sorted(item["at"] for item in items))
        kinds = [item["kind"] for item in items]
        self.assertEqual((kinds.count("event"), kinds.count("message"), kinds.count("quarantined")), (2, 1, 1))
        self.assertEqual(kinds[-1], "waits until")
        code, out, _ = self.command(server, "customer", self.ID, "timeline")
        self.assertEqual((code, len(out.splitlines())), (0, len(items)))
        self.assertEqual(self.command(server, "customer", self.ID, "nonsense")[0], 64)

    def test_erasing_leaves_no_byte(self):
        server = self.held()
        self.assertTrue(all(text.encode() in self.files() for text in (self.ID, self.EMAIL, self.PLAN, "wombat-1")))
        code, out, _ = self.command(server, "customer", self.ID, "erase")
        self.assertEqual(code, 0)
        self.assertIn("receipt        erased_", out)
        while server.get("/api/status")["rewrite_due"]:  # the lane does it when nothing is to be done
            pass
        for text in (self.ID, self.EMAIL, self.PLAN, "wombat-1"):
            self.assertNotIn(text.encode(), self.files())
        self.assertIn(b"bo@example.com", self.files())
        self.assertEqual(self.problem(server, "GET", f"/api/customers/{self.ID}"), 404)
        self.assertEqual(server.get("/api/journeys/resting")["inside"], 1)
        self.assertEqual(self.items(server, "dead", 0), [])
        server.track(self.ID, "go_on")
        server.track("bo", "go_on")
        self.assertEqual(self.receiver.next().json["customer"]["id"], "bo")
        server.terminate()
        done = subprocess.run([JOURNEY, "fsck", os.path.join(self.directory, "state")], stdout=subprocess.PIPE)
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_an_erasure_survives_kill(self):
        server = self.held()
        status, _, body = server.request("DELETE", f"/api/customers/{self.ID}")
        self.assertEqual((status, json.loads(body)["events"]), (200, 2))
        server.kill()
        server = self.serve()
        self.assertEqual(self.problem(server, "DELETE", f"/api/customers/{self.ID}"), 404)
        while server.get("/api/status")["rewrite_due"]:
            pass
        self.assertNotIn(self.EMAIL.encode(), self.files())
        server.track(self.ID, "signup")  # comes back as another
        self.assertNotIn("email", server.get(f"/api/customers/{self.ID}")["attributes"])

    def test_a_store_that_is_too_large_waits(self):
        self.held().terminate()
        server = self.serve(self.env(JOURNEY_REWRITE_MAX="0"))
        self.assertEqual(server.request("DELETE", f"/api/customers/{self.ID}")[0], 200)
        self.assertTrue(server.get("/api/status")["rewrite_due"])
        server.terminate()
        server = self.serve()
        while server.get("/api/status")["rewrite_due"]:
            pass
        self.assertNotIn(self.EMAIL.encode(), self.files())


if __name__ == "__main__":
    unittest.main()
