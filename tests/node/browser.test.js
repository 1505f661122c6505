// @segment/analytics-next in Chromium, on a page of another origin: settings, short forms, batches, CORS.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { test } from "node:test";
import { startJourney, startReceiver } from "./journey.js";

const LIBRARY = new URL("node_modules/@segment/analytics-next/dist/umd/", import.meta.url);
const found = spawnSync("chromium", ["--version"]).status === 0;

const PATHS = ["/v1/b", "/v1/i", "/v1/p", "/v1/projects/web-key/settings", "/v1/t", "/v1/track"];

// What the page does; all it says comes back in one request.
const PAGE = (journey) => `<!doctype html><meta charset="utf-8"><title>Shop</title>
<script>
const paths = new Set(), plain = fetch;
fetch = (url, ...more) => { paths.add(new URL(url.url ?? url).pathname); return plain(url, ...more); };
</script>
<script src="/library/index.js"></script>
<script>
const send = (text) => plain("/done", { method: "POST", body: text });
addEventListener("error", (event) => send("error: " + event.message));
addEventListener("unhandledrejection", (event) => send("error: " + event.reason));
(async () => {
  const load = (options) => AnalyticsNext.AnalyticsBrowser.load({ writeKey: "web-key", cdnURL: "${journey}" }, options);
  const one = load({});
  await one.identify("eve", { email: "eve@example.com" });
  await one.page();
  await one.track("Signed_Up", { plan: "web" });
  const many = load({ globalAnalyticsKey: "many", integrations: { "Segment.io": { deliveryStrategy: { strategy: "batching", config: { size: 1, timeout: 100 } } } } });
  await many.track("Signed_Up", { plan: "batch" });
  const answer = await fetch("${journey}/v1/track", { method: "POST",
    headers: { "content-type": "application/json", authorization: "Basic " + btoa("web-key:") },
    body: JSON.stringify({ userId: "eve", event: "Signed_Up", properties: { plan: "fetch" } }) });
  const refused = await fetch("${journey}/v1/track", { method: "POST", headers: { authorization: "Basic " + btoa("other:") }, body: "{}" });
  await send(JSON.stringify({ fetched: await answer.json(), refused: refused.status, paths: [...paths].sort() }));
})();
</script>`;

function startShop(journey) {
  let tell;
  const told = new Promise((resolve) => (tell = resolve));
  const server = createServer((request, response) => {
    if (request.url === "/done") {
      let body = "";
      request.on("data", (part) => (body += part)).on("end", () => { response.end(); tell(body); });
    } else if (request.url.startsWith("/library/")) {
      response.setHeader("content-type", "text/javascript");
      response.end(readFileSync(new URL(basename(request.url), LIBRARY)));
    } else {
      response.setHeader("content-type", "text/html");
      response.end(PAGE(journey));
    }
  });
  return { server, told };
}

test("@segment/analytics-next in a browser", { skip: found ? false : "chromium is not installed" }, async () => {
  const receiver = await startReceiver();
  const journey = await startJourney(receiver, { JOURNEY_WRITE_KEY: "web-key" });
  const { server, told } = startShop(journey.url);
  await once(server.listen(0, "127.0.0.1"), "listening");
  const profile = mkdtempSync(join(tmpdir(), "chromium-"));
  const browser = spawn("chromium", ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    `--user-data-dir=${profile}`, `http://127.0.0.1:${server.address().port}/`], { stdio: "ignore", detached: true });
  const ended = once(browser, "exit").then(([status]) => `the browser ended with ${status}`);
  try {
    const said = await Promise.race([told, ended]);
    assert.deepEqual(JSON.parse(said), { fetched: { success: true }, refused: 401, paths: PATHS }, said);
    const plans = [];
    while (plans.length < 3) plans.push(JSON.parse((await receiver.next()).body).content.body);
    assert.deepEqual(plans.sort(), ["batch", "fetch", "web"].map((plan) => `Plan ${plan}, 你好`));
    const eve = await (await fetch(`${journey.url}/api/customers/eve`)).json();
    assert.equal(eve.attributes.email, "eve@example.com");
  } finally {
    process.kill(-browser.pid, "SIGKILL");
    await ended;
    server.closeAllConnections();
    server.close();
    receiver.close();
    assert.equal(await journey.stop(), 0);
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
});
