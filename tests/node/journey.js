// Starts `journey serve` on a small workspace, and a receiver that keeps what arrives.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

export const SECRET = "whsec_" + Buffer.from("0123456789abcdef01234567").toString("base64");

// A source for each sender, by name.
const SOURCES = { standard: "standard webhooks", stripe: "stripe", github: "github", shopify: "shopify" };
const sourceOf = ([name, scheme]) => `source ${name}
  verify ${scheme} secret env HOOK_SECRET
  take Called
    customer body.who
    email = body.email${name === "stripe" ? "\n    dedupe body.who" : ""}
  end
end
`;

const WORKSPACE = `workspace
  timezone "UTC"
end
customer
  email text
end
event Signed_Up
  plan text
end
event Called
  email text
end
${Object.entries(SOURCES).map(sourceOf).join("")}channel email
  webhook env HOOK_URL
  secret env HOOK_SECRET
  to customer.email
end
message hello on email
  body "Plan {{ Signed_Up.plan | default: 'none' }}, 你好"
end
journey answer
  enter when Called
  re-enter always
  stage start
    tag "called"
  end
end
journey greet
  enter when Signed_Up
  re-enter always
  stage start
    send hello
  end
end
`;

export async function startReceiver() {
  const waiting = [], arrived = [];
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (part) => (body += part)).on("end", () => {
      response.writeHead(200).end();
      const webhook = { headers: request.headers, body };
      if (waiting.length > 0) waiting.shift()(webhook);
      else arrived.push(webhook);
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}/hook`,
    next: () => (arrived.length > 0 ? Promise.resolve(arrived.shift()) : new Promise((resolve) => waiting.push(resolve))),
    close: () => { server.closeAllConnections(); server.close(); },
  };
}

export async function startJourney(receiver, environment = {}) {
  const folder = mkdtempSync(join(tmpdir(), "journey-"));
  mkdirSync(join(folder, "workspace"));
  writeFileSync(join(folder, "workspace", "main.journey"), WORKSPACE);
  const child = spawn(process.env.JOURNEY, ["serve", "--dev", "--listen", "127.0.0.1:0", "--store", `sqlite:${folder}/state`, join(folder, "workspace")],
    { env: { ...process.env, HOOK_URL: receiver.url, HOOK_SECRET: SECRET, ...environment }, stdio: ["ignore", "pipe", "ignore"] });
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  return {
    url: line.split(" ")[1],
    stop: async () => {
      child.kill("SIGTERM");
      const [status] = await once(child, "exit");
      rmSync(folder, { recursive: true, force: true });
      return status;
    },
  };
}
