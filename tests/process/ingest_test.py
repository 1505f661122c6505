"""Events in: the tracking API and inbound webhooks over HTTP."""

import base64
import hashlib
import hmac
import json
import unittest

from journey_process import SECRET, SHOP_SECRET, Case, sign, zip_bytes

OK = (200, b'{"success":true}')


class Tracking(Case):
    def answer(self, server, body, path="/v1/track", **headers):
        status, _, text = server.request("POST", path, body, headers)
        return status, text

    def test_what_is_taken_and_what_is_not(self):
        server = self.serve()
        for body, want in ((b"{", 400), (b"", 400), (b"\xff\xfe", 400), (b'{"a":NaN}', 400), (b"[" * 100000, 400),
                           (b"[]", 200), (b"7", 200), (b'{"userId":"a"}', 200), (b'{"event":"e"}', 200)):
            with self.subTest(body=body[:20]):
                status, text = self.answer(server, body)
                self.assertEqual(status, want)
                if want == 400:
                    self.assertEqual(json.loads(text)["status"], 400)
        reasons = [item["reason"] for item in server.get("/api/quarantine")["items"]]
        self.assertEqual(len(reasons), 4)

    def test_too_large(self):
        server = self.serve()
        self.assertEqual(self.answer(server, b" " * (5 * 1024 * 1024 + 1))[0], 413)
        bomb = zip_bytes({"a": " " * (20 * 1024 * 1024)})
        self.assertEqual(self.answer(server, bomb)[0], 413)

    def test_gzip_whatever_the_headers_say(self):
        server = self.serve()
        server.identify("ann", email="ann@example.com")
        body = zip_bytes({"userId": "ann", "event": "signup"})
        self.assertEqual(self.answer(server, body, content_type="text/plain"), OK)
        self.assertEqual(self.receiver.next().json["customer"]["id"], "ann")

    def test_one_bad_event_does_not_fail_its_batch(self):
        server = self.serve()
        batch = [{"type": "identify", "userId": "ann", "traits": {"email": "ann@example.com"}},
                 {"type": "track", "userId": "ann"}, {"type": "nonsense"}, 7,
                 {"type": "track", "userId": "ann", "event": "signup"}]
        self.assertEqual(self.answer(server, json.dumps({"batch": batch}), "/v1/batch"), OK)
        self.assertEqual(self.receiver.next().json["customer"]["id"], "ann")
        self.assertEqual(len(server.get("/api/quarantine")["items"]), 3)

    def test_a_large_batch_is_taken_whole(self):
        server = self.serve()
        batch = [{"type": "identify", "userId": f"u{i}", "traits": {"email": f"u{i}@example.com"}} for i in range(2500)]
        self.assertEqual(self.answer(server, json.dumps({"batch": batch}), "/v1/batch"), OK)
        self.assertEqual(server.get("/api/customers/u2499")["attributes"]["email"], "u2499@example.com")

    def test_the_same_message_id_counts_once(self):
        server = self.serve()
        server.identify("ann", email="ann@example.com")
        for _ in range(3):
            server.track("ann", "signup", messageId="m-1")
        self.assertEqual(self.receiver.next().json["customer"]["id"], "ann")
        self.assert_nothing_more(server)

    def test_keys(self):
        server = self.serve(self.env(JOURNEY_WRITE_KEY="wk1, wk2"))
        event = json.dumps({"userId": "a", "event": "signup"})
        good = base64.b64encode(b"wk1:").decode()
        bad = base64.b64encode(b"wk3:").decode()
        self.assertEqual(self.answer(server, event, Authorization="Basic " + good), OK)
        self.assertEqual(self.answer(server, event, Authorization="Bearer wk2"), OK)
        self.assertEqual(self.answer(server, event, Authorization="Basic " + bad)[0], 401)
        self.assertEqual(self.answer(server, event)[0], 401)
        self.assertEqual(self.answer(server, json.dumps({"userId": "a", "event": "e", "writeKey": "wk1"})), OK)

    def test_browsers(self):
        server = self.serve()
        status, headers, _ = server.request("OPTIONS", "/v1/t")
        self.assertEqual(status, 204)
        self.assertEqual(headers["access-control-allow-origin"], "*")
        self.assertIn("Authorization", headers["access-control-allow-headers"])
        for path in ("/v1/t", "/v1/track/", "/v1/i", "/v1/p", "/v1/s", "/v1/g", "/v1/a", "/v1/m"):
            with self.subTest(path=path):
                status, headers, body = server.post(path, {"userId": "a", "event": "signup"})
                self.assertEqual((status, body), OK)
                self.assertEqual(headers["access-control-allow-origin"], "*")
        self.assertEqual(server.post("/v1/z", {})[0], 404)
        settings = server.get("/v1/projects/wk/settings")
        self.assertEqual(settings["integrations"]["Segment.io"]["apiKey"], "wk")
        self.assertEqual(settings["integrations"]["Segment.io"]["protocol"], "http")
        status, headers, _ = server.request("POST", "/v1/batch", b'{"batch":[]}' + b" " * (5 << 20))
        self.assertEqual((status, headers["access-control-allow-origin"]), (413, "*"))
        behind = server.get("/v1/projects/wk/settings", **{"X-Forwarded-Proto": "https"})  # a proxy that speaks TLS
        self.assertEqual(behind["integrations"]["Segment.io"]["protocol"], "https")

    def test_no_error_of_the_server_for_any_body(self):
        server = self.serve()
        deep = "[" * 60 + "]" * 60
        for body in ('{"userId":"\\u0000","event":"e"}', '{"userId":"a","event":"e","properties":{"x":1e400}}',
                     '{"userId":"a","event":"e","properties":' + deep + "}", '{"userId":"a","userId":"b","event":"e"}',
                     '{"userId":"a","event":"e","properties":{"n":9223372036854775808}}',
                     '{"userId":"' + "a" * 300 + '","event":"e"}', '{"userId":"a","event":"signup","properties":{"plan":7}}',
                     '{"userId":"a","event":"purchase","properties":{}}', '{"userId":"a","event":"never_declared"}'):
            with self.subTest(body=body[:60]):
                self.assertIn(self.answer(server, body)[0], (200, 400))


class Hooks(Case):
    def paid(self, number="o-1", **more):
        return json.dumps({"type": "order.paid", "id": "e-" + number, "customer": {"id": "ann"},
                           "order": {"number": number, "total": "49.90"}, **more}).encode()

    def hook(self, server, body, signature=None, source="shop"):
        if signature is None:
            signature = hmac.new(SHOP_SECRET.encode(), body, hashlib.sha256).hexdigest()
        status, _, text = server.request("POST", "/hooks/" + source, body, {"X-Shop-Signature": signature})
        return status, text

    def test_a_signed_webhook_becomes_an_event(self):
        server = self.serve()
        server.identify("ann", email="ann@example.com")
        self.assertEqual(self.hook(server, self.paid()), OK)
        self.assertEqual(self.receiver.next().json["message"], "thanks")

    def test_the_same_webhook_counts_once(self):
        server = self.serve()
        server.identify("ann", email="ann@example.com")
        self.assertEqual(self.hook(server, self.paid()), OK)
        self.assertEqual(self.hook(server, self.paid()), OK)
        self.assertEqual(self.receiver.next().json["message"], "thanks")
        self.assert_nothing_more(server)

    def test_signatures(self):
        server = self.serve()
        body = self.paid()
        right = hmac.new(SHOP_SECRET.encode(), body, hashlib.sha256).hexdigest()
        self.assertEqual(self.hook(server, body, "sha256=" + right)[0], 200)
        for wrong in ("", "00", right[:-1], right[:-1] + ("0" if right[-1] != "0" else "1"), right + "00", "x" * 64):
            with self.subTest(wrong=wrong):
                self.assertEqual(self.hook(server, body, wrong)[0], 401)
        self.assertEqual(self.hook(server, body + b" ", right)[0], 401)
        self.assertEqual(server.request("POST", "/hooks/shop", body)[0], 401)

    def test_a_secret_is_changed_while_both_count(self):
        newer = "whsec_" + base64.b64encode(b"newer bytes of a signing key").decode()
        server = self.serve(self.env(SHOP_SECRET="newer", SHOP_SECRET_OLD=SHOP_SECRET, HOOK_SECRET=newer, HOOK_SECRET_OLD=SECRET))
        server.identify("ann", email="ann@example.com")
        body = self.paid()
        for secret, status in ((SHOP_SECRET, 200), ("newer", 200), ("newest", 401)):
            signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
            self.assertEqual(self.hook(server, body, signature)[0], status)
        webhook = self.receiver.next()
        self.assertEqual(webhook.headers["webhook-signature"].split(" "),
                         [sign(secret, webhook.headers, webhook.body) for secret in (newer, SECRET)])
        server.terminate()
        server = self.serve(self.env(HOOK_SECRET_OLD="whsec_!"), wait=False)
        self.assertEqual(server.wait(), 78)
        self.assertIn("HOOK_SECRET_OLD", server.read_log())

    def test_unknown_source(self):
        self.assertEqual(self.hook(self.serve(), self.paid(), source="nobody")[0], 404)

    def test_what_cannot_be_mapped(self):
        server = self.serve()
        status, text = self.hook(server, b'{"type":"order.paid","id":"e-1","order":{"number":"o","total":"1"}}')
        self.assertEqual(status, 422)
        self.assertIn("customer", json.loads(text)["detail"])
        self.assertEqual(self.hook(server, b"{")[0], 400)
        self.assertEqual(self.hook(server, b'{"type":"order.refunded"}')[0], 200)


class CloudEvents(Case):
    def test_an_event_is_taken_once_in_any_form(self):
        server = self.serve(self.env(JOURNEY_WRITE_KEY="wk"))
        key = {"Authorization": "Bearer wk"}
        server.post("/v1/identify", {"userId": "änn", "traits": {"email": "ann@example.com"}}, key)
        event = {"specversion": "1.0", "id": "1", "source": "/shop", "type": "signup", "subject": "änn", "data": {"plan": "trial"}}
        heads = {"ce-specversion": "1.0", "ce-id": "1", "ce-source": "/shop", "ce-type": "signup", "ce-subject": "%C3%A4nn"}
        for body, headers in ((event, {"Content-Type": "application/cloudevents+json"}),
                              ([event, {**event, "type": ""}], {"Content-Type": "application/cloudevents-batch+json"}),
                              (event["data"], {"Content-Type": "application/json", **heads})):
            self.assertEqual(server.post("/v1/events", body, {**headers, **key})[0], 200)
        self.assertEqual(self.receiver.next().json["customer"]["id"], "änn")
        self.assertEqual([item["reason"] for item in server.get("/api/quarantine")["items"]], ["type is missing or no text"])
        self.assertEqual(server.get("/api/status")["deliveries"]["dead"], 0)
        self.assertEqual(server.post("/v1/events", event, {"Authorization": "Bearer other"})[0], 401)
        self.assertEqual(server.request("POST", "/v1/events", "{", key)[0], 400)
        self.assertEqual(server.post("/v1/events", {**event, "id": "2"}, key)[0], 200)
        self.assertEqual(self.receiver.next().json["customer"]["id"], "änn")  # of three that were the same, one was sent


if __name__ == "__main__":
    unittest.main()
