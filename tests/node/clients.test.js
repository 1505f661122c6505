import assert from "node:assert/strict";
import { test } from "node:test";
import { CloudEvent, HTTP } from "cloudevents";
import RudderAnalytics from "@rudderstack/rudder-sdk-node";
import { Analytics } from "@segment/analytics-node";
import { Webhook } from "standardwebhooks";
import { SECRET, startJourney, startReceiver } from "./journey.js";

async function inside(run, environment) {
  const receiver = await startReceiver();
  const journey = await startJourney(receiver, environment);
  try {
    await run(journey, receiver);
    assert.equal(await journey.stop(), 0);
  } finally {
    receiver.close();
  }
}

test("@segment/analytics-node delivers identify and track with only `host` set", async () => {
  await inside(async (journey, receiver) => {
    const analytics = new Analytics({ writeKey: "key-1", host: journey.url, flushInterval: 50 });
    const failures = [];
    analytics.on("error", (error) => failures.push(error));
    analytics.identify({ userId: "ann", traits: { email: "ann@example.com" } });
    analytics.track({ userId: "ann", event: "Signed_Up", properties: { plan: "pro" } });
    await analytics.closeAndFlush();
    const webhook = await receiver.next();
    assert.deepEqual(failures, []);
    assert.equal(JSON.parse(webhook.body).to, "ann@example.com");
    assert.equal(JSON.parse(webhook.body).content.body, "Plan pro, 你好");
  }, { JOURNEY_WRITE_KEY: "key-0,key-1" });
});

for (const gzip of [true, false])
  test(`@rudderstack/rudder-sdk-node delivers with only \`dataPlaneUrl\` set, ${gzip ? "zipped" : "plain"}`, async () => {
    await inside(async (journey, receiver) => {
      const faults = [];
      const rudder = (key, more) => new RudderAnalytics(key, { dataPlaneUrl: journey.url, gzip, errorHandler: (fault) => faults.push(fault.response?.status), ...more });
      const client = rudder("key-1", {});
      client.identify({ userId: "rudi", traits: { email: "rudi@example.com" } });
      client.track({ userId: "rudi", event: "Signed_Up", properties: { plan: "pro" } });
      await client.flush();
      assert.equal(JSON.parse((await receiver.next()).body).to, "rudi@example.com");
      assert.deepEqual(faults, []);
      const stranger = rudder("key-2", { retryCount: 0, logLevel: "none" });
      stranger.track({ userId: "rudi", event: "Signed_Up" });
      await stranger.flush();
      assert.deepEqual(faults, [401]);
    }, { JOURNEY_WRITE_KEY: "key-0,key-1" });
  });

test("a wrong write key is refused", async () => {
  await inside(async (journey) => {
    const answer = await fetch(`${journey.url}/v1/track`, {
      method: "POST", headers: { authorization: "Basic " + btoa("other:") }, body: '{"userId":"ann","event":"Signed_Up"}' });
    assert.equal(answer.status, 401);
  }, { JOURNEY_WRITE_KEY: "key-1" });
});

test("the package standardwebhooks verifies what is sent, and nothing else", async () => {
  await inside(async (journey, receiver) => {
    const post = (path, body) => fetch(journey.url + path, { method: "POST", headers: { authorization: "Basic " + btoa("k:") }, body: JSON.stringify(body) });
    await post("/v1/identify", { userId: "bo", traits: { email: "bo@example.com" } });
    assert.deepEqual(await (await post("/v1/track", { userId: "bo", event: "Signed_Up" })).json(), { success: true });
    const webhook = await receiver.next();
    const verifier = new Webhook(SECRET);
    assert.equal(verifier.verify(webhook.body, webhook.headers).id, webhook.headers["webhook-id"]);
    assert.throws(() => verifier.verify(webhook.body + " ", webhook.headers));
    assert.throws(() => new Webhook("whsec_" + btoa("another key, another key")).verify(webhook.body, webhook.headers));
  });
});

for (const mode of ["binary", "structured"])
  test(`the package cloudevents delivers an event in ${mode} mode, chunked`, async () => {
    await inside(async (journey, receiver) => {
      await fetch(`${journey.url}/v1/identify`, {
        method: "POST", headers: { authorization: "Basic " + btoa("key-1:") }, body: '{"userId":"eve","traits":{"email":"eve@example.com"}}' });
      const event = new CloudEvent({ type: "Signed_Up", source: "/shop", subject: "eve", data: { plan: "pro" } });
      const send = async (message) => {
        const answer = await fetch(`${journey.url}/v1/events`, {
          method: "POST", headers: { ...message.headers, authorization: "Bearer key-1" },
          body: new Blob([message.body]).stream(), duplex: "half" });
        assert.equal(answer.status, 200);
      };
      await send(HTTP[mode](event));
      await send(HTTP[mode](event)); // its id was taken
      assert.equal(JSON.parse((await receiver.next()).body).content.body, "Plan pro, 你好");
    }, { JOURNEY_WRITE_KEY: "key-1" });
  });
