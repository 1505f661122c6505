"""A mail server on loopback for smtp_test.py: takes mails, prints each as a line of JSON, and refuses as it is told.

Run as a program of its own by an interpreter that has aiosmtpd (Debian's); prints its port first. Each line on standard
input is what it answers next: `MAIL 451 4.3.0 later`, `RCPT 550 5.1.1 nobody`, `DATA 452 4.2.2 full`, or `hang`."""
import asyncio
import collections
import json
import logging
import sys
import threading

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

USER, PASSWORD = b"shop", b"secret"


class Handler:
    def __init__(self):
        self.refusals = collections.deque()

    def refusal(self, stage):
        if self.refusals and self.refusals[0].startswith(stage + " "):
            return self.refusals.popleft()[len(stage) + 1:]
        return None

    async def handle_MAIL(self, server, session, envelope, address, options):
        if self.refusals and self.refusals[0] == "hang":
            self.refusals.popleft()
            await asyncio.Event().wait()
        answer = self.refusal("MAIL")
        if answer is None:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return answer or "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = self.refusal("RCPT")
        if answer is None:
            envelope.rcpt_tos.append(address)
        else:
            print(json.dumps({"refused": address, "with": answer}), flush=True)
        return answer or "250 OK"

    async def handle_DATA(self, server, session, envelope):
        answer = self.refusal("DATA")
        print(json.dumps({"from": envelope.mail_from, "to": envelope.rcpt_tos, "login": bool(session.authenticated),
                          "text": envelope.original_content.decode("utf-8"), "with": answer or "250"}), flush=True)
        return answer or "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    good = (data.login, data.password) == (USER, PASSWORD)
    return AuthResult(success=good, handled=False)


def main():
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    handler = Handler()
    controller = Controller(handler, hostname="127.0.0.1", port=0, authenticator=authenticate, auth_require_tls=False,
                            enable_SMTPUTF8=True)
    threading.Thread(target=serve, args=(controller,), daemon=True).start()
    for line in sys.stdin:
        handler.refusals.append(line.strip())
        print(json.dumps({"told": line.strip()}), flush=True)


def serve(controller):
    async def run():
        server = await asyncio.get_running_loop().create_server(controller.factory, "127.0.0.1", 0)
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()

    controller.loop = asyncio.new_event_loop()
    asyncio.set_event_loop(controller.loop)
    controller.loop.run_until_complete(run())


main()
