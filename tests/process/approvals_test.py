"""What people are to decide: listed, decided by HTTP and by command, once; over a kill and a new version."""
import contextlib
import json
import os
import pathlib
import sqlite3
import subprocess
import unittest

from admin_test import Admin, poison
from journey_process import JOURNEY

WORKSPACE = """workspace
  timezone "UTC"
end
customer
  email text
end
event begin
event leave
channel email
  webhook env HOOK_URL
  secret env HOOK_SECRET
  to customer.email
end
message gift on email
  body "a gift"
end
message sorry on email
  body "no gift"
end
journey giving
  enter when begin
  re-enter always
  exit when leave
  stage deciding
    approve "%(text)s" by "crm-lead" up to %(time)s then
      send gift
    timeout
      send sorry
    end
  end
end
"""
TEXT = "Give a gift?"


class Approvals(Admin):
    def write(self, text=TEXT, time="2 days"):
        path = pathlib.Path(self.directory, "workspace", "main.journey")
        path.write_text(WORKSPACE % {"text": text, "time": time}, encoding="utf-8")

    def begin(self, server, user="ann"):
        server.identify(user, email=f"{user}@example.com")
        server.track(user, "begin")

    def open(self, server):
        return server.get("/api/approvals")["items"]

    def asked(self, **more):
        """A server that has just asked about ann, and the id of the approval."""
        self.write(**more)
        server = self.serve()
        self.begin(server)
        return server, self.open(server)[0]["id"]

    def decide(self, server, approval, decision="approve", by="crm-lead"):
        status, _, body = server.post(f"/api/approvals/{approval}", {"decision": decision, "by": by})
        return status, json.loads(body)

    def told(self):
        return self.receiver.next().json["message"]

    def test_the_list_says_what_is_to_be_decided(self):
        server, approval = self.asked()
        (item,) = self.open(server)
        self.assertRegex(approval, r"^[1-9][0-9]*-[0-9a-f]{8}$")
        self.assertEqual({k: item[k] for k in item if k not in ("since", "until")},
                         {"id": approval, "journey": "giving", "step": "deciding.approve", "customer": "ann", "text": TEXT,
                          "by": "crm-lead"})
        self.assertLess(item["since"], item["until"])
        self.assertEqual(server.get("/api/customers/ann")["runs"][0]["due"], item["until"])
        self.assertEqual(server.get("/api/approvals?after=" + approval.split("-")[0]), {"items": [], "next": None})
        self.assertEqual(self.problem(server, "GET", "/api/approvals?after=x"), 400)

    def test_approved_and_rejected(self):
        server, approval = self.asked()
        self.assertEqual(self.decide(server, approval), (200, {"id": approval, "decision": "approved", "by": "crm-lead"}))
        self.assertEqual(self.told(), "gift")
        self.assertEqual(self.open(server), [])
        self.begin(server, "bob")
        status, answer = self.decide(server, self.open(server)[0]["id"], "reject")
        self.assertEqual((status, answer["decision"]), (200, "rejected"))
        self.assertEqual(self.told(), "sorry")
        counts = server.get("/api/journeys/giving")
        self.assertEqual((counts["approved"], counts["rejected"], counts["unanswered"]), ({"crm-lead": 1}, {"crm-lead": 1}, {}))

    def test_the_first_answer_counts(self):
        server, approval = self.asked()
        self.assertEqual(self.decide(server, approval, "reject")[0], 200)
        for decision in ("approve", "reject"):
            status, problem = self.decide(server, approval, decision)
            self.assertEqual((status, problem["detail"]), (409, f"approval {approval} was rejected already"))
        self.assertEqual(self.told(), "sorry")

    def test_what_is_no_answer_is_refused(self):
        server, approval = self.asked()
        path = f"/api/approvals/{approval}"
        for body in (None, "", "approve", "{"):
            self.assertEqual(self.problem(server, "POST", path, body), 400, body)
        for body in ("[]", "{}", '{"decision":"approve"}', '{"decision":"yes","by":"crm-lead"}',
                     '{"decision":"approve","by":""}', '{"decision":"approve","by":7}', '{"decision":"approve","by":"ceo"}',
                     json.dumps({"decision": "approve", "by": "x" * 2000})):
            self.assertEqual(self.problem(server, "POST", path, body), 422, body)
        self.assertEqual(self.problem(server, "POST", path, json.dumps({"by": "x" * 5000})), 413)
        number, tag = approval.split("-")
        other = f"{number}-{'0' * 8 if tag != '0' * 8 else '1' * 8}"
        for unknown in (other, number, f"{int(number) + 1}-{tag}", f"0{approval}", approval + "0", "x", "-" + tag,
                        "9" * 30 + "-" + tag):
            self.assertEqual(self.decide(server, unknown)[0], 404, unknown)
        self.assertEqual([item["id"] for item in self.open(server)], [approval])

    def test_who_leaves_is_not_decided_about(self):
        server, approval = self.asked()
        server.track("ann", "leave")
        self.assertEqual(self.open(server), [])
        status, problem = self.decide(server, approval)
        self.assertEqual(status, 409)
        self.assertIn("its run has gone elsewhere", problem["detail"])

    def test_an_answer_that_comes_too_late(self):
        server, approval = self.asked(time="1 second")
        self.assertEqual(self.told(), "sorry")
        status, problem = self.decide(server, approval)
        self.assertEqual((status, problem["detail"]), (409, f"approval {approval} was not answered in time"))
        self.assertEqual(server.get("/api/journeys/giving")["unanswered"], {"crm-lead": 1})

    def test_a_kill_while_it_is_open(self):
        server, approval = self.asked()
        before = self.open(server)
        server.kill()
        server = self.serve()
        self.assertEqual(self.open(server), before)
        self.assertEqual(self.decide(server, approval)[0], 200)
        server.kill()
        server = self.serve()
        self.assertEqual(self.told(), "gift")
        status, problem = self.decide(server, approval, "reject")
        self.assertEqual((status, problem["detail"]), (409, f"approval {approval} was approved already"))
        self.assertEqual(server.get("/api/journeys/giving")["approved"], {"crm-lead": 1})

    def test_the_decision_is_kept_with_who_gave_it(self):
        server, approval = self.asked()
        self.assertEqual(self.decide(server, approval)[0], 200)
        self.assertEqual(server.terminate(), 0)
        (path,) = pathlib.Path(self.directory, "state").glob("*.db")
        with contextlib.closing(sqlite3.connect(path)) as store:
            (row,) = store.execute("select body from customer where name = cast('$approval' as blob)").fetchall()
        self.assertEqual(json.loads(row[0]), {"approval": approval, "journey": "giving", "step": "deciding.approve", "text": TEXT,
                                              "by": "crm-lead", "decision": "approved"})

    def test_a_new_version_asks_in_its_own_words(self):
        server, approval = self.asked()
        self.write(text="Really give a gift?", time="3 days")
        image = os.path.join(self.directory, "program.jbc")
        subprocess.run([JOURNEY, "build", os.path.join(self.directory, "workspace"), "-o", image], check=True)
        until = self.open(server)[0]["until"]
        self.assertEqual(server.request("PUT", "/api/program?mode=migrate", pathlib.Path(image).read_bytes())[0], 200)
        while self.open(server)[0]["text"] == TEXT:  # the sweep has not met ann yet
            pass
        (item,) = self.open(server)
        self.assertEqual((item["id"], item["text"]), (approval, "Really give a gift?"))
        self.assertGreater(item["until"], until)
        self.assertEqual(self.decide(server, approval)[0], 200)
        self.assertEqual(self.told(), "gift")

    def test_a_paused_journey_takes_the_decision_and_rests(self):
        server, approval = self.asked()
        self.assertEqual(self.command(server, "pause", "giving")[0], 0)
        self.assertEqual(self.decide(server, approval)[0], 200)
        self.assertEqual(self.open(server), [])
        self.assertTrue(self.receiver.requests.empty())
        self.assertEqual(self.command(server, "resume", "giving")[0], 0)
        self.assertEqual(self.told(), "gift")

    def test_who_cannot_go_on_is_asked_about_anew(self):
        """An exit that takes too many instructions parks the run; what it was held for is not decided any more."""
        self.write()
        path = pathlib.Path(self.directory, "workspace", "main.journey")
        segments = poison().split("\njourney")[0]
        text = path.read_text(encoding="utf-8").replace("email text", "email text\n  stuck boolean")
        text = text.replace("exit when leave", "exit when leave\n  exit if customer.stuck is true and customer in deep_15")
        path.write_text(text + segments, encoding="utf-8")
        server = self.serve()
        self.begin(server)
        first = self.open(server)[0]["id"]
        server.identify("ann", stuck=True)
        (parked,) = server.get("/api/runs")["items"]
        self.assertEqual((self.open(server), self.decide(server, first)[0]), ([], 409))
        server.identify("ann", stuck=False)
        self.assertEqual(self.command(server, "runs", "retry", str(parked["run"]))[0], 0)
        (item,) = self.open(server)
        self.assertNotEqual(item["id"], first)
        self.assertEqual(self.decide(server, item["id"])[0], 200)
        self.assertEqual(self.told(), "gift")

    def test_the_commands_list_and_decide(self):
        server, approval = self.asked()
        code, out, _ = self.command(server, "approvals")
        self.assertEqual(code, 0)
        self.assertRegex(out, rf"(?m)^{approval}  crm-lead  ann  giving  deciding\.approve  until .+\n    Give a gift\?$")
        self.assertEqual(self.command(server, "approvals", "--by", "ceo")[1], "")
        item = json.loads(self.command(server, "approvals", "--by", "crm-lead", "--format", "json")[1])
        self.assertEqual([item], self.open(server))
        code, _, error = self.command(server, "approvals", "approve", approval, "--by", "ceo")
        self.assertEqual(code, 1)
        self.assertIn("is decided by `crm-lead`", error)
        for words in (("approve", approval), ("approve",), ("allow", approval), ("x",)):
            self.assertEqual(self.command(server, "approvals", *words)[0], 64, words)
        code, out, _ = self.command(server, "approvals", "approve", approval, "--by", "crm-lead")
        self.assertEqual((code, out), (0, f"{approval} is approved\n"))
        self.assertEqual(self.told(), "gift")
        code, _, error = self.command(server, "approvals", "reject", approval, "--by", "crm-lead")
        self.assertEqual(code, 1)
        self.assertIn("was approved already", error)

    def test_the_token_is_needed(self):
        self.write()
        server = self.serve(self.env(JOURNEY_TOKEN="t", JOURNEY_WRITE_KEY="wk"), args=())
        body = json.dumps({"decision": "approve", "by": "crm-lead"})
        for headers in ({}, {"Authorization": "Bearer wrong"}):
            self.assertEqual(server.request("GET", "/api/approvals", headers=headers)[0], 401)
            self.assertEqual(server.request("POST", "/api/approvals/1-00000000", body, headers)[0], 401)
        self.assertEqual(server.request("GET", "/api/approvals", headers={"Authorization": "Bearer t"})[0], 200)
        self.assertEqual(server.request("POST", "/api/approvals/1-00000000", body, {"Authorization": "Bearer t"})[0], 404)


if __name__ == "__main__":
    unittest.main()
