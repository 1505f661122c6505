// The job as a task of graphile-worker on PostgreSQL: node graphile.mjs PORT HOOK DATABASE-URL
import http from "node:http";
import { makeWorkerUtils, run } from "graphile-worker";

const [port, hook, connectionString] = process.argv.slice(2);
const quiet = { maxPoolSize: 32, connectionString, noHandleSignals: true };
const utils = await makeWorkerUtils(quiet);
await utils.migrate();

async function webhook(event) {
  const answer = await fetch(hook, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ type: "message", customer: { id: event.userId }, content: { subject: `Welcome, ${event.properties.email}`, body: "Good that you are here." } }),
  });
  await answer.text();
  if (!answer.ok) throw new Error(`the receiver answers ${answer.status}`);
}

await run({ ...quiet, maxPoolSize: 64, concurrency: 64, pollInterval: 1000, taskList: { webhook }, logger: undefined });

const front = http.createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", async () => {
    const event = JSON.parse(Buffer.concat(parts));
    await utils.addJob("webhook", event, { jobKey: event.messageId }); // durable when it returns
    response.writeHead(200, { "content-length": 2 }).end("ok");
  });
});
front.keepAliveTimeout = 0; // the generator keeps its connections while it waits for the last webhooks
front.listen(Number(port), "127.0.0.1", () => console.log("ready"));
