// The job as a Restate service: node --import ./promise.mjs restate.mjs PORT HOOK
import http2 from "node:http2";
import * as restate from "@restatedev/restate-sdk";

const [port, hook] = process.argv.slice(2);

const once = restate.service({
  name: "once",
  handlers: {
    run: async (context, event) => {
      await context.run("webhook", async () => {
        const answer = await fetch(hook, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ type: "message", customer: { id: event.userId }, content: { subject: `Welcome, ${event.properties.email}`, body: "Good that you are here." } }),
        });
        await answer.text();
        if (!answer.ok) throw new Error(`the receiver answers ${answer.status}`);
      });
    },
  },
});

http2.createServer(restate.createEndpointHandler({ services: [once] })).listen(Number(port), "127.0.0.1", () => console.log("ready"));
