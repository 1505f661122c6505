"""What receivers see: bodies, signatures, retries."""

import unittest

from journey_process import Case


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

    def test_gone_is_final(self):
        self.final(410)

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
