"""Who may administer: tokens, roles, the limit on wrong ones, names of hosts, and the audit log."""
import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import unittest

from journey_process import JOURNEY, Case

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lint"))
from tables import rows  # noqa: E402

ROLES = [row[1] for row in rows("runtime/access/roles.def", "ROLE")]
ROUTES = [(method, path, who.lower()) for _, method, path, who, _, _ in rows("runtime/api/routes.def", "ROUTE") if who.lower() in ROLES]
FIRST = "the-first-token"


class Tokens(Case):
    def serve(self, **more):
        return super().serve(env=self.env(JOURNEY_TOKEN=FIRST, **more), args=("--dev",))

    def ask(self, server, method, path, token=FIRST, body=None, **headers):
        """(status, document, headers) of a request with a token."""
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        status, answered, text = server.request(method, path, body, headers)
        return status, json.loads(text) if text else None, answered

    def make(self, server, name, role, **more):
        status, made, _ = self.ask(server, "POST", "/api/tokens", body=json.dumps({"name": name, "role": role, **more}))
        self.assertEqual(status, 200, made)
        return made

    def entries(self, server, after=0):
        status, page, _ = self.ask(server, "GET", f"/api/audit?after={after}")
        self.assertEqual((status, page["next"]), (200, None))
        return page["items"]

    def entries_until(self, server, good):
        """The log once it is as wanted: refusals are noted behind their answers, each question is answered by the lane."""
        for _ in range(100000):
            entries = self.entries(server)
            if good(entries):
                return entries
        return self.fail(entries)


class Roles(Tokens):
    def test_every_route_demands_its_role(self):
        server = self.serve()
        tokens = {role: self.make(server, role, role)["text"] for role in ROLES}
        self.assertGreater(len(ROUTES), 25)
        for method, pattern, needed in ROUTES:
            path = "/".join("nothing" if part.startswith(":") else part for part in pattern.split("/"))
            for role in ROLES:
                with self.subTest(method=method, path=path, role=role):
                    # an answer without an end would never be read; its head is refused alike
                    asked = "HEAD" if path == "/api/stream" else method
                    status, problem, _ = self.ask(server, asked, path, tokens[role], body="")
                    if ROLES.index(role) < ROLES.index(needed):
                        self.assertEqual(status, 403)
                        a = "an" if role == "operator" else "a"
                        self.assertEqual(problem["detail"], f"this token is {a} {role}; {method} {pattern} needs {needed}")
                    else:
                        self.assertNotIn(status, (401, 403, 421, 429))
            self.assertEqual(self.ask(server, method, path, None, body="")[0], 401)

    def test_what_is_open_stays_open(self):
        server = self.serve()
        for path in ("/", "/healthz", "/readyz", "/metrics"):
            self.assertEqual(server.request("GET", path)[0], 200)


class Life(Tokens):
    def test_a_token_is_shown_once_and_kept_as_a_hash(self):
        server = self.serve()
        made = self.make(server, "ci", "deployer", expires="90 days")
        self.assertRegex(made["text"], r"^jny_[0-9a-f]{72}$")
        _, listed, _ = self.ask(server, "GET", "/api/tokens", made["text"])
        self.assertIsNone(listed.get("items"))  # a deployer may not list them
        listed = self.ask(server, "GET", "/api/tokens")[1]["items"]
        self.assertEqual([(t["id"], t["name"], t["role"]) for t in listed], [(made["id"], "ci", "deployer")])
        self.assertNotIn("text", listed[0])
        self.assertEqual(self.ask(server, "GET", "/api/status", made["text"])[0], 200)
        self.assertIn("used", self.ask(server, "GET", "/api/tokens")[1]["items"][0])
        server.terminate()
        for file in os.listdir(os.path.join(self.directory, "state")):
            with open(os.path.join(self.directory, "state", file), "rb") as stored:
                self.assertNotIn(made["text"].encode(), stored.read())
        server = self.serve()
        self.assertEqual(self.ask(server, "GET", "/api/status", made["text"])[0], 200)
        self.assertIn("used", self.ask(server, "GET", "/api/tokens")[1]["items"][0])

    def test_it_is_revoked_at_once_and_for_good(self):
        server = self.serve()
        made = self.make(server, "ci", "viewer")
        self.assertEqual(self.ask(server, "GET", "/api/status", made["text"])[0], 200)
        self.assertEqual(self.ask(server, "DELETE", f"/api/tokens/{made['id']}")[0], 200)
        status, problem, headers = self.ask(server, "GET", "/api/status", made["text"])
        self.assertEqual((status, headers["www-authenticate"]), (401, "Bearer"))
        self.assertIn("revoked", problem["detail"])
        self.assertEqual(self.ask(server, "DELETE", f"/api/tokens/{made['id']}")[0], 404)
        server.kill()
        server = self.serve()
        self.assertEqual(self.ask(server, "GET", "/api/status", made["text"])[0], 401)
        self.assertEqual(self.ask(server, "GET", "/api/tokens")[1]["items"], [])

    def test_it_expires(self):
        server = self.serve()
        made = self.make(server, "short", "viewer", expires="1 second")
        for _ in range(100000):
            status, problem, _ = self.ask(server, "GET", "/api/status", made["text"])
            if status != 200:
                break
        self.assertEqual(status, 401)
        problem = self.ask(server, "GET", "/api/status", made["text"])[1]  # the one before may have lasted over the end
        self.assertIn("expired at", problem["detail"])
        self.assertIn("journey tokens create", problem["detail"])

    def test_what_is_asked_for_is_checked(self):
        server = self.serve()
        self.make(server, "ci", "viewer")
        for body, status in (("", 400), ("[]", 422), ('{"name":"x"}', 422), ('{"name":"x","role":"king"}', 422),
                             ('{"name":"","role":"viewer"}', 422), ('{"name":"x","role":"viewer","expires":"soon"}', 422),
                             ('{"name":"x","role":"viewer","expires":90}', 422), ('{"name":"x","role":"viewer","expires":"0 days"}', 422),
                             ('{"name":"ci","role":"admin"}', 409)):
            with self.subTest(body):
                found, problem, _ = self.ask(server, "POST", "/api/tokens", body=body)
                self.assertEqual((found, bool(problem["detail"])), (status, True))
        self.assertEqual(len(self.ask(server, "GET", "/api/tokens")[1]["items"]), 1)

    def test_the_commands(self):
        server = self.serve()
        code, text, errors = self.command(server, "tokens", "create", "ci", "--role", "deployer", "--expires", "90 days", token=FIRST)
        self.assertEqual(code, 0, errors)
        ci = text.strip()
        self.assertIn("shown this once", errors)
        code, out, _ = self.command(server, "tokens", token=FIRST)
        self.assertIn("  ci  deployer  ", out)
        code, _, errors = self.command(server, "tokens", token=ci)
        self.assertEqual(code, 1)
        self.assertIn("this token is a deployer; GET /api/tokens needs admin", errors)
        self.assertIn("mistyped", self.command(server, "status", token=ci[:-1] + ("0" if ci[-1] != "0" else "1"))[2])
        self.assertIn("set JOURNEY_TOKEN", self.command(server, "status")[2])
        self.assertEqual(self.command(server, "tokens", "create", "x", token=FIRST)[0], 64)
        self.assertEqual(self.command(server, "tokens", "make", token=FIRST)[0], 64)
        code, out, _ = self.command(server, "tokens", "revoke", out.split()[0], token=FIRST)
        self.assertEqual((code, "(ci) is revoked" in out), (0, True))
        self.assertEqual(self.command(server, "status", token=ci)[0], 1)
        code, out, _ = self.command(server, "audit", "--since", "1 day", token=FIRST)
        self.assertEqual(code, 0)
        self.assertIn("JOURNEY_TOKEN  from 127.0.0.1  POST /api/tokens", out)
        code, out, _ = self.command(server, "audit", "verify", token=FIRST)
        self.assertEqual((code, out.startswith("sound: ")), (0, True))


class Limit(Tokens):
    def test_wrong_tokens_of_an_address_are_held_off(self):
        server = self.serve()
        whole = self.make(server, "robot", "viewer")["text"]
        statuses = [self.ask(server, "GET", "/api/status", f"guess-{i}")[0] for i in range(12)]
        self.assertEqual(statuses, [401] * 10 + [429] * 2)
        status, _, headers = self.ask(server, "GET", "/api/status")  # even the right one, which people may have chosen
        self.assertEqual(status, 429)
        self.assertTrue(0 < int(headers["retry-after"]) <= 60)
        self.assertEqual(self.ask(server, "GET", "/api/status", whole)[0], 200)  # nobody guesses it
        self.assertIn('journey_admin_refused_total{why="limit"} 3', server.request("GET", "/metrics")[2].decode())
        server.track("ann", "signup")  # senders of events are not concerned

    def test_who_shows_nothing_does_not_guess(self):
        server = self.serve()
        for _ in range(15):
            self.assertEqual(self.ask(server, "GET", "/api/status", None)[0], 401)
        self.assertEqual(self.ask(server, "GET", "/api/status")[0], 200)


class Hosts(Tokens):
    def test_on_loopback_only_names_of_this_machine_and_those_given_are_taken(self):
        server = self.serve(JOURNEY_ALLOW_HOSTS="journey.example.com")
        for host, status in (("localhost", 200), (f"127.0.0.1:{server.port}", 200), ("[::1]:8080", 200),
                             ("Journey.Example.com:443", 200), ("evil.example", 421), ("localhost.evil.example", 421)):
            with self.subTest(host):
                found, problem, _ = self.ask(server, "GET", "/api/status", Host=host)
                self.assertEqual(found, status)
                if status != 200:
                    self.assertIn("--allow-hosts", problem["detail"])
        for path in ("/healthz", "/metrics"):
            self.assertEqual(server.request("GET", path, headers={"Host": "evil.example"})[0], 200)
        status, _, _ = server.request("POST", "/v1/track", json.dumps({"userId": "ann", "event": "signup"}),
                                      {"Host": "evil.example"})
        self.assertEqual(status, 200)


class Audit(Tokens):
    def test_what_is_done_is_noted_with_who_and_what_came_of_it(self):
        server = self.serve()
        made = self.make(server, "ops", "operator")
        server.identify("ann", email="ann@example.com")
        ops = made["text"]
        self.assertEqual(self.ask(server, "GET", "/api/status", ops)[0], 200)
        self.assertEqual(self.ask(server, "GET", "/api/customers/ann", ops)[0], 200)
        self.assertEqual(self.ask(server, "POST", "/api/journeys/greet/pause", ops, body="")[0], 200)
        self.assertEqual(self.ask(server, "POST", "/api/journeys/nothing/pause", ops, body="")[0], 404)
        self.assertEqual(self.ask(server, "GET", "/api/customers/ann/export", ops)[0], 200)
        self.assertEqual(self.ask(server, "PUT", "/api/customers/ann/aliases/anna", ops)[0], 200)
        self.assertEqual(self.ask(server, "DELETE", "/api/customers/ann", ops)[0], 403)
        status, receipt, _ = self.ask(server, "DELETE", "/api/customers/ann")
        self.assertEqual(status, 200)
        person = "customer " + receipt["receipt"].split("_")[1]
        entries = self.entries_until(server, lambda found: len(found) == 7)
        self.assertEqual([(e["who"], e["route"], e["object"], e["result"]) for e in entries if e["result"] != 403], [
            ("JOURNEY_TOKEN", "POST /api/tokens", f"token {made['id']}, ops, operator", 200),
            ("ops", "POST /api/journeys/:journey/pause", "greet", 200),
            ("ops", "POST /api/journeys/:journey/pause", "nothing", 404),
            ("ops", "GET /api/customers/:id/export", person, 200),
            ("ops", "PUT /api/customers/:id/aliases/:alias", person, 200),
            ("JOURNEY_TOKEN", "DELETE /api/customers/:id", person, 200)])
        self.assertEqual([(e["token"], e["role"], e["from"]) for e in entries if e["result"] == 404],
                         [(made["id"], "operator", "127.0.0.1")])
        self.assertEqual([e["number"] for e in entries], list(range(1, 8)))
        self.assertNotIn("ann", json.dumps(entries).replace("JOURNEY", ""))  # the log outlives who is erased

    def test_a_deployment_is_noted_with_its_version_and_a_copy_with_its_file(self):
        server = self.serve()
        image = os.path.join(self.directory, "new.jbc")
        subprocess.run([JOURNEY, "build", os.path.join(self.directory, "workspace"), "-o", image], check=True)
        with open(image, "rb") as file:
            status, answer, _ = self.ask(server, "PUT", "/api/program?mode=pin", body=file.read())
        self.assertEqual(status, 200)
        self.assertEqual(self.ask(server, "PUT", "/api/program", body=b"nonsense")[0], 422)
        copy = os.path.join(self.directory, "copy.db")
        self.assertEqual(self.ask(server, "POST", "/api/backup", body=json.dumps({"file": copy}))[0], 200)
        entries = self.entries_until(server, lambda found: len(found) == 3)
        self.assertEqual([(e["object"], e["result"]) for e in entries],
                         [(f"version {answer['version']} mode=pin", 200), ("", 422), (copy, 200)])

    def test_refusals_are_noted_but_cannot_fill_it(self):
        server = self.serve()
        for i in range(30):
            self.ask(server, "GET", "/api/status", f"guess-{i}")
        server.terminate()
        connection = sqlite3.connect(os.path.join(self.directory, "state", "journey.db"))
        bodies = [json.loads(row[0]) for row in connection.execute("select body from audit")]
        connection.close()
        self.assertTrue(1 <= len(bodies) <= 3, bodies)
        self.assertEqual((bodies[0]["who"], bodies[0]["route"], bodies[0]["result"]), ("unknown", "GET /api/status", 401))

    def test_development_without_a_token_is_nobody(self):
        server = Case.serve(self)
        self.assertEqual(server.request("POST", "/api/journeys/greet/pause", "{}")[0], 200)
        self.assertEqual(server.get("/api/audit")["items"][0]["who"], "nobody (--dev)")

    def test_it_is_listed_from_a_time_on(self):
        server = self.serve()
        self.ask(server, "POST", "/api/journeys/greet/pause", body="")
        first = self.entries(server)[0]
        self.assertEqual(len(self.ask(server, "GET", "/api/audit?since=1%20day")[1]["items"]), 1)
        self.assertEqual(len(self.ask(server, "GET", f"/api/audit?since={first['at']}")[1]["items"]), 1)
        self.assertEqual(self.ask(server, "GET", "/api/audit?since=2099-01-01")[1]["items"], [])
        self.assertEqual(self.ask(server, "GET", "/api/audit?since=lately")[0], 400)

    def filled(self):
        server = self.serve()
        for verb in ("pause", "resume") * 3:
            for _ in range(100000):  # a resume reaches everybody first
                if self.ask(server, "POST", f"/api/journeys/greet/{verb}", body="")[0] == 200:
                    break
        return server

    def verify(self, server):
        code, out, errors = self.command(server, "audit", "verify", "--format", "json", token=FIRST)
        self.assertEqual(errors, "")
        return code, json.loads(out)

    def test_every_entry_survives_kill(self):
        server = self.filled()
        made = self.entries(server)
        server.kill()
        server = self.serve()
        self.assertEqual(self.entries(server), made)
        code, found = self.verify(server)
        self.assertEqual((code, found["sound"], found["last"], found["hash"]), (0, True, made[-1]["number"], made[-1]["hash"]))

    def test_a_byte_that_was_changed_shows(self):
        server = self.filled()
        third = self.entries(server)[2]
        server.terminate()
        path = os.path.join(self.directory, "state", "journey.db")
        with open(path, "rb") as file:
            stored = bytearray(file.read())
        at = stored.find(bytes.fromhex(third["hash"]))
        who = stored.find(b'"who":"JOURNEY_TOKEN"', at)
        self.assertTrue(0 < at < who < at + 300)
        stored[who + 7] ^= 1
        with open(path, "wb") as file:
            file.write(stored)
        server = self.serve()  # the database itself is sound
        code, found = self.verify(server)
        self.assertEqual((code, found["sound"], found["broken"]), (1, False, 3))
        code, out, _ = self.command(server, "audit", "verify", token=FIRST)
        self.assertEqual((code, "broken at entry 3" in out), (1, True))
        server.terminate()
        done = subprocess.run([JOURNEY, "fsck", os.path.join(self.directory, "state")], stdout=subprocess.PIPE, text=True)
        self.assertEqual((done.returncode, "audit_broken" in done.stdout), (1, True))

    def test_what_was_taken_out_shows(self):
        for statement, broken in (("delete from audit where seq = 4", 4), ("delete from audit where seq > 4", 5),
                                  ("delete from audit where seq < 3", 1)):
            with self.subTest(statement):
                self.filled().terminate()
                state = os.path.join(self.directory, "state")
                connection = sqlite3.connect(os.path.join(state, "journey.db"))
                connection.execute(statement)
                connection.commit()
                connection.close()
                server = self.serve()
                self.assertEqual(self.verify(server)[1]["broken"], broken)
                server.terminate()
                for file in os.listdir(state):
                    os.remove(os.path.join(state, file))


if __name__ == "__main__":
    unittest.main()
