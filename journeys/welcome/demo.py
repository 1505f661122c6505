"""Sends a few customers through journeys/welcome and shows every webhook that comes out.

Usage: demo.py JOURNEY [--once]. A receiver on a free port checks each signature (Standard Webhooks); in the middle the
server is killed with SIGKILL and started again, and nothing is lost.
"""
import base64
import json
import os
import pathlib
import queue
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import receiver

PATIENCE = 60  # seconds for one webhook; it takes milliseconds
WORKSPACE = pathlib.Path(__file__).resolve().parent


def receive(key, arrived):
    server = receiver.serve(0, key, lambda good, webhook: arrived.put((good, webhook)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


class Journey:
    def __init__(self, program, store, environment):
        self.command = [program, "serve", "--dev", "--listen", "127.0.0.1:0", "--store", f"sqlite:{store}", str(WORKSPACE)]
        self.environment = environment
        self.start()

    def start(self):
        self.process = subprocess.Popen(self.command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        line = self.process.stdout.readline().split()
        if len(line) != 2 or line[0] != "ready":
            raise SystemExit(f"quickstart: journey serve did not start (exit status {self.process.wait()})")
        self.url = line[1]

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=PATIENCE)

    def post(self, path, document):
        request = urllib.request.Request(self.url + path, json.dumps(document).encode(), {"content-type": "application/json"})
        request.add_header("authorization", "Basic " + base64.b64encode(b"demo:").decode())
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            assert json.load(answer)["success"] is True

    def identify(self, who, **traits):
        print(f"  → identify {who} {traits}")
        self.post("/v1/identify", {"userId": who, "traits": traits})

    def track(self, who, event, **properties):
        print(f"  → {who} does {event} {properties or ''}")
        self.post("/v1/track", {"userId": who, "event": event, "properties": properties, "messageId": secrets.token_hex(8)})


def take(arrived, seen, timeout):
    """The next webhook that is new. After a crash one may come again under its id; receivers drop it, and so do we."""
    while True:
        good, webhook = arrived.get(timeout=timeout)
        if not good:
            raise SystemExit("quickstart: a webhook came with a wrong signature")
        if webhook["id"] not in seen:
            seen.add(webhook["id"])
            return webhook
        print(f"  ← webhook {webhook['id']} again, under the same id: dropped")


def expect(arrived, seen, who, message):
    try:
        webhook = take(arrived, seen, PATIENCE)
    except queue.Empty:
        raise SystemExit(f"quickstart: no webhook for {who}: {message} was expected")
    print(f"  ← webhook {webhook['id']}: {webhook['message']} to {webhook['to']}, step {webhook['step']}\n"
          f"      {webhook['content']['subject']}")
    if (webhook["customer"]["id"], webhook["message"]) != (who, message):
        raise SystemExit(f"quickstart: {message} for {who} was expected")


def stay(journey, arrived, seen):
    print(f"""
Journey runs at {journey.url} (Ctrl-C ends it). Try:

  curl -u demo: {journey.url}/v1/track -d '{{"userId":"ann","event":"unsubscribed"}}'
  curl {journey.url}/api/customers/ann
  curl {journey.url}/metrics
  {journey.command[0]} test {WORKSPACE.parent.name}/{WORKSPACE.name}
""")
    try:
        while True:
            webhook = take(arrived, seen, None)
            print(f"  ← webhook {webhook['id']}: {webhook['message']} to {webhook['to']}")
    except KeyboardInterrupt:
        print()


def main():
    key, arrived, seen = secrets.token_bytes(32), queue.Queue(), set()
    port = receive(key, arrived)
    environment = dict(os.environ, HOOK_URL=f"http://127.0.0.1:{port}/", HOOK_SECRET="whsec_" + base64.b64encode(key).decode())
    for name in ("JOURNEY_WRITE_KEY", "JOURNEY_TOKEN"):
        environment.pop(name, None)
    with tempfile.TemporaryDirectory(prefix="journey-") as store:
        journey = Journey(sys.argv[1], store, environment)
        try:
            print(f"serving journeys/welcome at {journey.url}")
            journey.identify("ann", first_name="Ann", email="ann@example.com", points=6000)
            journey.track("ann", "signup", plan="trial")
            expect(arrived, seen, "ann", "welcome")
            journey.identify("bo", email="bo@example.com")
            journey.track("bo", "signup", plan="trial")
            expect(arrived, seen, "bo", "welcome")
            print("  … the server is killed (SIGKILL) and started again")
            journey.kill()
            journey.start()
            journey.track("ann", "product_viewed", category="Shoes")
            expect(arrived, seen, "ann", "vip_offer")
            if "--once" not in sys.argv:
                stay(journey, arrived, seen)
        finally:
            status = journey.stop()
    more = [webhook["message"] for _, webhook in list(arrived.queue) if webhook["id"] not in seen]
    if status != 0 or more:
        raise SystemExit(f"quickstart: the server ended with status {status}; webhooks too many: {more}")
    print("every expected webhook arrived, each signature was right, and the restart lost nothing")


if __name__ == "__main__":
    main()
