"""A receiver of webhooks to try things with: shows each message that arrives, its signature checked (Standard Webhooks).

Usage: HOOK_SECRET=whsec_… receiver.py PORT
"""
import base64
import hashlib
import hmac
import http.server
import json
import os
import sys


def serve(port, key, take):
    """An HTTP server, not yet running, that gives each webhook to `take(is the signature good, document)`."""
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            signed = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}.".encode() + body
            expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
            good = hmac.compare_digest(expected, self.headers["webhook-signature"] or "")
            take(good, json.loads(body))
            self.send_response(204 if good else 401)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    class Server(http.server.ThreadingHTTPServer):
        def handle_error(self, request, client_address):
            if not isinstance(sys.exc_info()[1], ConnectionError):  # a sender may be killed at any time
                super().handle_error(request, client_address)

    return Server(("127.0.0.1", port), Handler)


def show(good, webhook):
    content = webhook["content"]
    print(f"{webhook['message']} to {webhook['to']}: {content.get('subject') or next(iter(content.values()))}"
          + ("" if good else " (the signature is wrong)"), flush=True)


def main():
    if len(sys.argv) != 2 or "HOOK_SECRET" not in os.environ:
        raise SystemExit(__doc__)
    server = serve(int(sys.argv[1]), base64.b64decode(os.environ["HOOK_SECRET"].removeprefix("whsec_")), show)
    print(f"listening at http://127.0.0.1:{server.server_address[1]}/", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
