// What the senders' own packages sign is taken at /hooks/SOURCE, once, and nothing else is.
import assert from "node:assert/strict";
import { createHmac, randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { sign } from "@octokit/webhooks-methods";
import { Webhook } from "standardwebhooks";
import Stripe from "stripe";
import { SECRET, startJourney, startReceiver } from "./journey.js";

const now = () => Math.floor(Date.now() / 1000);
const standard = (id, at, body, secret = SECRET) =>
  ({ "webhook-id": id, "webhook-timestamp": String(at), "webhook-signature": new Webhook(secret).sign(id, new Date(at * 1000), body) });
const stripe = (at, payload, secret = SECRET) =>
  ({ "stripe-signature": Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp: at }) });

// How each signs a body; `old`: as it was signed ten minutes ago.
const SENDERS = {
  standard: { sign: (body, secret) => standard(randomUUID(), now(), body, secret), old: (body) => standard(randomUUID(), now() - 600, body) },
  stripe: { sign: (body, secret) => stripe(now(), body, secret), old: (body) => stripe(now() - 600, body) },
  github: { sign: async (body, secret = SECRET) => ({ "x-github-delivery": randomUUID(), "x-hub-signature-256": await sign(secret, body) }) },
  shopify: { sign: (body, secret = SECRET) => ({ "x-shopify-webhook-id": randomUUID(), "x-shopify-hmac-sha256": createHmac("sha256", secret).update(body).digest("base64") }) },
};

let receiver, journey;
before(async () => {
  receiver = await startReceiver(); // nothing is sent here; the workspace wants its address
  journey = await startJourney(receiver);
});
after(async () => {
  await journey.stop();
  receiver.close();
});

const post = async (source, body, headers) => {
  const answer = await fetch(`${journey.url}/hooks/${source}`, { method: "POST", headers, body });
  return { status: answer.status, detail: (await answer.json()).detail };
};
const get = async (path) => (await fetch(journey.url + path)).json();
const bodyOf = (who) => JSON.stringify({ who, email: `${who}@example.com`, note: "你好" });

for (const [source, sender] of Object.entries(SENDERS)) {
  test(`${source}: a signed webhook becomes an event, once`, async () => {
    const body = bodyOf(source), headers = await sender.sign(body);
    assert.deepEqual(await post(source, body, headers), { status: 200, detail: undefined });
    assert.deepEqual((await get(`/api/customers/${source}`)).tags, ["called"]);
    const { entered } = await get("/api/journeys/answer");
    assert.equal((await post(source, body, headers)).status, 200);
    assert.equal((await get("/api/journeys/answer")).entered, entered);
  });

  test(`${source}: another secret, another body, no signature`, async () => {
    const body = bodyOf("nobody");
    const other = "whsec_" + Buffer.from("another key, another key").toString("base64");
    assert.match((await post(source, body, await sender.sign(body, other))).detail, /is wrong/);
    const altered = await post(source, body + " ", await sender.sign(body));
    assert.equal(altered.status, 401);
    assert.match(altered.detail, /is wrong/);
    const unsigned = await post(source, body, {});
    assert.equal(unsigned.status, 401);
    assert.match(unsigned.detail, /is not signed/);
  });

  if (sender.old)
    test(`${source}: what was signed long ago is not taken`, async () => {
      const body = bodyOf("nobody");
      const late = await post(source, body, await sender.old(body));
      assert.equal(late.status, 401);
      assert.match(late.detail, /signed 6\d\d seconds ago/);
    });
}
