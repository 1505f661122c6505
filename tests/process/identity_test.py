"""Who is one customer, over HTTP: a device becomes known, by a call with both ids and by alias; also over kill -9."""
import hashlib
import hmac
import json
import pathlib
import unittest

from journey_process import SHOP_SECRET, Case


class Identity(Case):
    def post(self, server, call, **body):
        status, _, text = server.post("/v1/" + call, body)
        self.assertEqual((status, text), (200, b'{"success":true}'))

    def ids(self, server, user):
        customer = server.get(f"/api/customers/{user}")
        return customer["id"], customer["aliases"], customer["known"]

    def once(self, server, message, user):
        """The message comes once under one id; a kill may repeat the request, never the id."""
        webhook = self.receiver.next()
        self.assertEqual((webhook.json["message"], webhook.json["customer"]["id"]), (message, user))
        return webhook

    def become_known(self, call, **body):
        server = self.serve()
        self.post(server, "track", anonymousId="a-1", event="rest")
        self.post(server, "identify", userId="ann", traits={"email": "ann@example.com"})
        self.assertEqual(self.ids(server, "a-1"), ("a-1", ["a-1"], False))
        self.post(server, call, **body)
        server.kill()
        server = self.serve()
        self.assertEqual(self.ids(server, "a-1"), ("ann", ["ann", "a-1"], True))
        self.assertEqual(self.ids(server, "ann"), ("ann", ["ann", "a-1"], True))
        self.post(server, "track", userId="ann", event="go_on")
        later = self.once(server, "later", "ann")
        self.assertEqual(later.json["to"], "ann@example.com")
        self.post(server, "track", anonymousId="a-1", event="signup")
        self.once(server, "hello", "ann")
        self.assert_nothing_more(server)
        runs = server.get("/api/journeys/resting")
        self.assertEqual((runs["entered"], runs["inside"], runs["left"]), (1, 0, {"completed": 1}))

    def test_a_call_with_both_ids(self):
        self.become_known("identify", userId="ann", anonymousId="a-1", traits={})

    def test_an_event_with_both_ids(self):
        self.become_known("page", userId="ann", anonymousId="a-1")

    def test_an_alias(self):
        self.become_known("alias", userId="ann", previousId="a-1")

    def test_two_runs_become_one(self):
        server = self.serve()
        self.post(server, "batch", batch=[
            {"type": "identify", "userId": "ann", "traits": {"email": "ann@example.com"}},
            {"type": "track", "anonymousId": "a-1", "event": "rest"},
            {"type": "track", "userId": "ann", "event": "rest"}])
        self.post(server, "alias", userId="ann", previousId="a-1")
        server.kill()
        server = self.serve()
        self.post(server, "track", userId="ann", event="go_on")
        self.once(server, "later", "ann")
        self.assert_nothing_more(server)
        runs = server.get("/api/journeys/resting")
        self.assertEqual((runs["entered"], runs["left"]), (2, {"merged": 1, "completed": 1}))

    def test_two_people_on_one_device(self):
        server = self.serve()
        for user in ("ann", "bo"):
            self.post(server, "identify", userId=user, anonymousId="a-1", traits={"email": user + "@example.com"})
        self.assertEqual(self.ids(server, "a-1"), ("ann", ["ann", "a-1"], True))
        self.assertEqual(self.ids(server, "bo"), ("bo", ["bo"], True))
        self.post(server, "alias", userId="ann", previousId="bo", messageId="m-1")
        self.assertEqual(self.ids(server, "bo"), ("bo", ["bo"], True))
        kept = server.get("/api/quarantine")["items"]
        self.assertEqual([row["reason"] for row in kept],
                         ["both ids are of known customers; only an administrator can unite them"])
        self.assertEqual(json.loads(kept[0]["event"])["previousId"], "bo")

    def test_an_administrator_unites_two(self):
        server = self.serve()
        self.post(server, "identify", userId="ann", traits={"email": "ann@example.com"})
        self.post(server, "identify", userId="ann 2/b", traits={"email": "old@example.com"})
        self.post(server, "track", userId="ann 2/b", event="rest")
        status, _, body = server.request("PUT", "/api/customers/ann/aliases/ann%202%2Fb")
        self.assertEqual((status, json.loads(body)), (200, {"id": "ann", "alias": "ann 2/b"}))
        self.assertEqual(self.ids(server, "ann%202%2Fb"), ("ann", ["ann", "ann 2/b"], True))
        self.post(server, "track", userId="ann", event="go_on")
        self.assertEqual(self.once(server, "later", "ann").json["to"], "ann@example.com")
        for path, status in (("nobody/aliases/ann", 404), ("ann/aliases/null", 409), ("ann/aliases/%zz", 400),
                             ("ann/aliases/" + "x" * 257, 400)):
            with self.subTest(path=path):
                answer, headers, _ = server.request("PUT", "/api/customers/" + path)
                self.assertEqual((answer, headers["content-type"]), (status, "application/problem+json"))

    def write(self, attributes):
        path = pathlib.Path(self.directory, "workspace", "main.journey")
        text = path.read_text(encoding="utf-8").replace("  email text, personal\n", attributes)
        path.write_text(text.replace("customer body.customer.id", "customer body.email"), encoding="utf-8")

    def test_an_identity_attribute_finds_somebody_and_unites_nobody(self):
        self.write("  email text, personal, identity\n  plan text\n")
        server = self.serve()
        self.post(server, "identify", userId="ann", traits={"email": "Ann@Example.com"})
        self.post(server, "identify", anonymousId="a-1", traits={"email": "ann@example.com", "plan": "free"})
        self.assertEqual(self.ids(server, "a-1"), ("a-1", ["a-1"], False))
        server.kill()
        server = self.serve()
        self.post(server, "identify", traits={"email": " ann@example.com", "plan": "pro"})
        self.assertEqual(server.get("/api/customers/ann%40example.com")["attributes"]["plan"], "pro")
        self.assertEqual(server.get("/api/customers/ann")["attributes"]["plan"], "pro")
        self.post(server, "track", event="signup", context={"traits": {"email": "ann@example.com"}})
        self.once(server, "hello", "ann")
        body = json.dumps({"type": "order.paid", "id": "e-1", "email": "ANN@example.com",
                           "order": {"number": "o-1", "total": "49.90"}}).encode()
        signature = hmac.new(SHOP_SECRET.encode(), body, hashlib.sha256).hexdigest()
        self.assertEqual(server.request("POST", "/hooks/shop", body, {"X-Shop-Signature": signature})[0], 200)
        self.once(server, "thanks", "ann")
        self.post(server, "identify", userId="ann", traits={"email": "new@example.com"})
        self.post(server, "identify", traits={"email": "ann@example.com", "plan": "lost"})
        self.post(server, "identify", traits={"email": "new@example.com", "plan": "kept"})
        self.assertEqual(server.get("/api/customers/ann")["attributes"]["plan"], "kept")
        self.assertEqual([row["reason"] for row in server.get("/api/quarantine")["items"]],
                         ["neither userId nor anonymousId is given, and the traits are nobody's"])


if __name__ == "__main__":
    unittest.main()
