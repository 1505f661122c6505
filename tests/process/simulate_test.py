"""`journey simulate`: the same figures however they are made, exact where they can be, and models that do not fit."""
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

from journey_process import JOURNEY

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")

# Every policy, a journey that starts another, one by a segment and one by the week, computed attributes, waits that look back.
POLICIES = """language 1
workspace
  timezone "Europe/Berlin"
  currency EUR
  quiet hours 21:00 to 08:00, hold
  cap 2 messages per 7 days, skip
  control group 5%
end
customer
  email text, identity
  phone text, identity
  age number
  spend money = sum of purchase.amount in the last 30 days
end
event signup
  plan text, one of "trial", "pro"
end
event visit
event purchase
  amount money, required
end
segment buyers is customer.spend >= 50 EUR
segment young is customer.age < 30
topic news "News", opt in
topic care "Care", opt out
channel email
  webhook "https://mail.example/"
  to customer.email
  retry 3 times over 2 hours
  cap 1 per 1 day, hold
  cost 0.002 EUR
  carbon 0.3 grams
end
channel sms
  webhook "https://sms.example/"
  to customer.phone
end
message hello on email about care
  subject "Hello {{ customer.age | default: 'you' }}"
end
message tip on sms about news
  body "Tip"
end
message again on email
  body "Again"
end
message weekly on email about news
  body "Weekly"
end
journey main "Main <one> & only"
  enter when signup
  re-enter after 10 days
  goal bought when purchase within 20 days
  exit when unsubscribed
  control 20%
  rollout 80%
  stage first
    send hello
    seen: wait for opened of hello or visit up to 2 days then
      tag "seen"
    timeout
      send tip
    end
    if customer.age >= 40 then
      start other
    end
  end
  stage second
    split test
      50% left:
        send again
      50% right:
        wait 3 days
        send tip
    end
    last: wait for purchase up to 5 days
    exit as done
  end
end
journey other
  enter when customer joins buyers
  re-enter always
  stage only
    send again
    wait until 07:30
    send tip
  end
end
journey news
  enter every monday at 07:00 for young
  re-enter always
  stage only
    send weekly
    wait if customer has tag "seen" up to 1 day then
      tag "reader"
    timeout
      untag "reader"
    end
  end
end
"""

# No chance is left: so many enter, wait, and are sent one message each.
CERTAIN = """workspace
  currency EUR
end
customer
  email text
end
event go
  size number
end
channel email
  webhook "https://mail.example/"
  to customer.email
  cost 0.05 EUR
  carbon 2 grams
end
message one on email
  body "x"
end
journey j
  enter when go where go.size > 3
  re-enter never
  goal back when go within 30 days
  stage a
    send one
    wait 1 day
    split never_right
      100% left:
      0% right:
        tag "t"
    end
    exit as done
  end
end
"""
CERTAIN_MODEL = {"start": "2026-03-02T10:00:00Z", "days": 10, "arrive": "0 seconds", "customer": {"email": "a@example.com"},
                 "events": {"go": {"with": {"size": 4}}}, "channels": {}}


DECIDED = """
event go
journey decided
  enter when go
  re-enter never
  stage only
    approve "Go?" by "crm lead" up to 2 days then
      exit as yes
    timeout
      exit as no
    end
  end
end
"""


ASKING = """
event go
service stock
  webhook "https://stock.example/"
  take left number, default 0
  take place text, default "none"
  timeout 5 seconds
end
journey asking
  enter when go
  re-enter never
  stage only
    ask stock
    if stock.left >= 10 and stock.place is "north" then
      exit as plenty
    else if stock.left > 0 then
      exit as few
    end
    exit as nothing
  end
end
"""


class SimulateTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="journey-simulate-")

    def tearDown(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text if isinstance(text, str) else json.dumps(text, indent=2))
        return path

    def run_it(self, *args):
        return subprocess.run([JOURNEY, "simulate", *args], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def simulate(self, *args):
        done = self.run_it(*args, "--format", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def certain(self, **changes):
        path, model = self.write("a.journey", CERTAIN), self.write("model.json", {**CERTAIN_MODEL, **changes})
        return json.loads(self.simulate(path, "--customers", "50", "--model", model))

    def test_figures_do_not_depend_on_threads(self):
        path = self.write("a.journey", POLICIES)
        one = self.simulate(path, "-n", "300", "--seed", "5", "--threads", "1")
        self.assertEqual(one, self.simulate(path, "-n", "300", "--seed", "5", "--threads", "3"))
        self.assertNotEqual(one, self.simulate(path, "-n", "300", "--seed", "6"))

    def test_lives_apart_are_as_lives_together(self):
        """The same bytes as from one engine that has everybody at one time, as a server does."""
        for path in (self.write("a.journey", POLICIES), self.write("decided.journey", DECIDED),
                     self.write("asking.journey", ASKING), "journeys/welcome", "journeys/cart", "journeys/baby"):
            for seed in ("1", "2"):
                with self.subTest(path=path, seed=seed):
                    apart = self.simulate(path, "-n", "120", "--seed", seed)
                    self.assertEqual(apart, self.simulate(path, "-n", "120", "--seed", seed, "--together"))
                    self.assertGreater(json.loads(apart)["journeys"][0]["entered"], 0)

    def test_every_policy_is_at_work(self):
        found = json.loads(self.simulate(self.write("a.journey", POLICIES), "-n", "600"))
        total = {key: sum(row[key] for row in found["messages"]) for key in found["messages"][0] if key not in ("message", "channel")}
        for key in ("accepted", "failed", "retried", "unreachable", "control", "capped", "no_consent", "held_quiet", "held_cap"):
            self.assertGreater(total[key], 0, key)
        main = found["journeys"][0]
        self.assertGreater(main["outside_rollout"], 0)
        self.assertGreater(main["control"], 0)
        lift = main["goals"][0]["lift"]
        self.assertLess(lift["low"], lift["value"])
        self.assertLess(lift["value"], lift["high"])
        self.assertEqual(found["refused_events"], 0)

    def test_what_is_certain_is_exact(self):
        found = self.certain()
        journey = found["journeys"][0]
        self.assertEqual((journey["entered"], journey["inside"]), (50, 0))
        self.assertEqual(journey["stages"], [{"stage": "a", "runs": 50}])
        self.assertEqual(journey["exits"], [{"as": "done", "runs": 50}])
        self.assertEqual(found["messages"][0]["accepted"], 50)
        self.assertEqual(found["messages_per_customer"][:3], [0, 50, 0])
        self.assertEqual(found["channels"], [{"channel": "email", "accepted": 50, "cost": {"amount": "2.50", "currency": "EUR"}, "carbon_grams": 100}])
        self.assertEqual(found["peak"]["minute"], {"messages": 50, "at": "2026-03-02T10:00:00Z"})
        self.assertEqual([arm["arm"] for arm in found["dead_arms"]], ["right"])
        self.assertEqual([step["step"] for step in found["never_reached"]], ["tag"])
        self.assertIsNone(journey["goals"][0]["lift"])

    def test_the_model_is_followed(self):
        self.assertEqual(self.certain(events={"go": {"with": {"size": 3}}})["journeys"][0]["entered"], 0)
        self.assertEqual(self.certain(customer={})["messages"][0]["unreachable"], 50)
        self.assertEqual(self.certain(channels={"email": {"fails": 1}})["messages"][0]["failed"], 50)
        again = self.certain(events={"go": {"with": {"size": 4}}, "go of one": {"after": {"from": "1 hour", "to": "1 hour"}}})
        self.assertEqual(again["journeys"][0]["goals"][0]["messaged"]["reached"], 50)
        staged = self.certain(events={"go": [{"with": {"size": 4}}], "go in a": {"chance": 0}, "go at a.send_one": {"after": "2 days"}})
        self.assertGreater(staged["journeys"][0]["goals"][0]["messaged"]["reached"], 20)
        refused = self.certain(events={"go": {"with": {"size": 4}}, "opened of one": {"with": {}}})
        self.assertEqual(refused["refused_events"], 0)

    def test_the_suggestion_is_a_model(self):
        path = self.write("a.journey", POLICIES)
        model = self.write("model.json", self.run_it(path, "--print-model").stdout)
        own, suggested = (json.loads(self.simulate(path, "-n", "100", *more)) for more in (["--model", model], []))
        self.assertEqual(own.pop("model"), model)
        self.assertEqual(suggested.pop("model"), "suggested")
        self.assertEqual(own, suggested)

    def decided(self, **how):
        """What 400 customers left as when decisions come as said."""
        model = {"start": "2026-03-02", "days": 10, "arrive": "0 seconds", "events": {"go": {}}, "approvals": {"crm lead": how} if how else {}}
        path = self.write("decided.journey", DECIDED)
        found = json.loads(self.simulate(path, "-n", "400", "--model", self.write("model.json", model)))
        return {row["as"]: row["runs"] for row in found["journeys"][0]["exits"]}

    def test_people_decide_as_the_model_says(self):
        self.assertEqual(self.decided(approves=1), {"yes": 400, "no": 0})
        self.assertEqual(self.decided(rejects=1), {"yes": 0, "no": 400})
        self.assertEqual(self.decided(), {"yes": 0, "no": 400})
        self.assertEqual(self.decided(approves=1, after={"from": "3 days", "to": "4 days"}), {"yes": 0, "no": 400})
        self.assertAlmostEqual(self.decided(approves=0.5, rejects=0.25)["yes"], 200, delta=60)
        suggested = json.loads(self.simulate(self.write("decided.journey", DECIDED), "-n", "400"))
        self.assertGreater(min(row["runs"] for row in suggested["journeys"][0]["exits"]), 50)

    def asking(self, **how):
        """What 400 customers left as when the service answers as said."""
        model = {"start": "2026-03-02", "days": 10, "arrive": "0 seconds", "events": {"go": {}}, "services": {"stock": how} if how else {}}
        found = json.loads(self.simulate(self.write("asking.journey", ASKING), "-n", "400", "--model", self.write("model.json", model)))
        return {row["as"]: row["runs"] for row in found["journeys"][0]["exits"]}

    def test_services_answer_as_the_model_says(self):
        north, few = {"left": 12, "place": "north"}, {"left": 3, "place": {"choices": {"north": 1, "south": 1}}}
        nothing = {"plenty": 0, "few": 0, "nothing": 400}
        self.assertEqual(self.asking(take=north), {"plenty": 400, "few": 0, "nothing": 0})
        self.assertEqual(self.asking(take=few, after={"from": "1 second", "to": "4 seconds"}), {"plenty": 0, "few": 400, "nothing": 0})
        self.assertEqual(self.asking(take=north, answers=0), nothing)
        self.assertEqual(self.asking(take=north, after={"from": "6 seconds", "to": "9 seconds"}), nothing)
        self.assertEqual(self.asking(take={"left": 12}), nothing)
        self.assertEqual(self.asking(), nothing)
        self.assertAlmostEqual(self.asking(take=north, answers=0.5)["plenty"], 200, delta=60)
        suggested = json.loads(self.simulate(self.write("asking.journey", ASKING), "-n", "400"))
        self.assertGreater(min(row["runs"] for row in suggested["journeys"][0]["exits"]), 10)

    def test_mistakes_in_a_model_name_line_and_member(self):
        path = self.write("a.journey", POLICIES)
        for text, line, reason in (
                ('{\n "dayz": 3\n}', 2, "there is no such member"),
                ('{\n "days": 0\n}', 2, "a number is needed"),
                ('{\n "arrive":\n "soon"\n}', 2, "a duration is needed"),
                ('{\n "start": "someday"\n}', 2, "a date or an instant"),
                ('{\n "customer": {\n  "agee": 3\n }\n}', 3, "no such attribute"),
                ('{\n "customer": {\n  "spend": 3\n }\n}', 3, "it is computed"),
                ('{\n "customer": {\n  "age": {"from": 9, "to": 3}\n }\n}', 3, "before `from`"),
                ('{\n "customer": {\n  "age": {"choices": {}}\n }\n}', 3, "weights are needed"),
                ('{\n "events": {\n  "signup": {\n   "with": {\n    "plan": "gold"}}}}', 5, "none of the values"),
                ('{\n "events": {\n  "singup": {}}}', 3, "there is no event singup"),
                ('{\n "events": {\n  "visit of nothing": {}}}', 3, "there is no message nothing"),
                ('{\n "events": {\n  "visit in nowhere": {}}}', 3, "there is no stage nowhere"),
                ('{\n "events": {\n  "visit after lunch": {}}}', 3, "EVENT in STAGE"),
                ('{\n "events": {\n  "visit": {},\n  "opened of hello": {\n   "chance": 2}}}', 5, "0 to 1"),
                ('{\n "events": {\n  "opened of hello": {\n   "per": "1 day"}}}', 3, "come by themselves"),
                ('{\n "channels": {\n  "pigeon": {}}}', 3, "no such channel"),
                ('{\n "consents": {\n  "gossip": 1}}', 3, "no such topic")):
            with self.subTest(text=text):
                file = self.write("model.json", text)
                done = self.run_it(path, "--model", file)
                self.assertEqual(done.returncode, 1, done.stdout)
                self.assertIn(f"{file}:{line}:", done.stderr)
                self.assertIn(reason, done.stderr)
        path = self.write("decided.journey", DECIDED)
        for text, reason in (('{"approvals":\n {"ceo": {}}}', "nobody of that name is asked"),
                             ('{"approvals":\n {"crm lead": {"approves": 0.8, "rejects": 0.3}}}', "more than 1 together"),
                             ('{"approvals":\n {"crm lead": {"yes": 1}}}', "there is no such member")):
            done = self.run_it(path, "--model", self.write("model.json", text))
            self.assertIn(":2: ", done.stderr)
            self.assertIn(reason, done.stderr)
        path = self.write("asking.journey", ASKING)
        for text, reason in (('{"services":\n {"stork": {}}}', "there is no such service"),
                             ('{"services":\n {"stock": {"take": {"right": 1}}}}', "the service takes no such value"),
                             ('{"services":\n {"stock": {"take": 1}}}', "an object is needed"),
                             ('{"services":\n {"stock": {"answers": 2}}}', "a number is needed")):
            done = self.run_it(path, "--model", self.write("model.json", text))
            self.assertIn(":2: ", done.stderr)
            self.assertIn(reason, done.stderr)
        done = self.run_it(path, "--model", self.write("model.json", "{"))
        self.assertIn("line 1", done.stderr)

    def test_usage(self):
        for args in (["--customers", "0"], ["--customers", "many"], ["--threads", "0"], ["--seed", "-1"], ["--customers", "30000", "--together"]):
            self.assertEqual(self.run_it("journeys/cart", *args).returncode, 64, args)
        self.assertEqual(self.run_it(self.write("bad.journey", "journey\n")).returncode, 1)

    def test_the_report_for_people(self):
        path, svg = self.write("a.journey", POLICIES), os.path.join(self.folder, "report.svg")
        done = self.run_it(path, "--customers", "200", "--svg", svg)
        self.assertEqual(done.returncode, 0, done.stderr)
        for part in ("200 simulated customers", "stage first", "left as done", "goal bought", "lift", "messages of one customer",
                     "cost ", "carbon ", "a minute", "model: what the script suggests"):
            self.assertIn(part, done.stdout)
        texts = [node.text for node in ElementTree.parse(svg).getroot().iter("{http://www.w3.org/2000/svg}text")]
        self.assertIn("Main <one> & only", texts)
        self.assertIn("goal bought, control", texts)

    def test_flow_is_drawn_from_it(self):
        path = self.write("a.journey", CERTAIN)
        flow = self.write("flow.json", self.simulate(path, "--customers", "50", "--model", self.write("model.json", CERTAIN_MODEL)))
        for form, pattern in (("mermaid", r'n0 -->\|"100\.0%"\| n1'), ("dot", r'n0 -> n1 \[label="100\.0%", penwidth=10\.0\]'), ("svg", ">100.0%<")):
            done = subprocess.run([JOURNEY, "graph", path, "--as", form, "--flow", flow], stdout=subprocess.PIPE, text=True)
            self.assertEqual(done.returncode, 0)
            self.assertTrue(re.search(pattern, done.stdout), done.stdout)


if __name__ == "__main__":
    unittest.main()
