"""A mail server on loopback for smtp_test.py: takes mails, prints each as a line of JSON, and refuses as it is told.

Run as a program of its own by an interpreter that has aiosmtpd (Debian's); prints its port first. Each line on standard
input is what it answers next: `MAIL 451 4.3.0 later`, `RCPT 550 5.1.1 nobody`, `DATA 452 4.2.2 full`, or
nothing any more: `hang`, or `hang DATA` when it has the mail.

Arguments: none for a plain line; `smtps CERTIFICATE KEY` for an encrypted one; `starttls CERTIFICATE KEY` to offer that;
`stripped` to offer nothing, `refusing` to offer it and then refuse, both telling of each login that is tried."""
import asyncio
import collections
import json
import logging
import ssl
import sys
import threading

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, syntax

USER, PASSWORD = b"shop", b"secret"


class Handler:
    def __init__(self):
        self.refusals = collections.deque()

    def refusal(self, stage):
        if self.refusals and self.refusals[0].startswith(stage + " "):
            return self.refusals.popleft()[len(stage) + 1:]
        return None

    async def may_hang(self, word):
        if self.refusals and self.refusals[0] == word:
            self.refusals.popleft()
            print(json.dumps({"with": word}), flush=True)
            await asyncio.Event().wait()

    async def handle_MAIL(self, server, session, envelope, address, options):
        await self.may_hang("hang")
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
        await self.may_hang("hang DATA")
        answer = self.refusal("DATA")
        print(json.dumps({"from": envelope.mail_from, "to": envelope.rcpt_tos, "login": bool(session.authenticated),
                          "text": envelope.original_content.decode("utf-8"), "with": answer or "250"}), flush=True)
        return answer or "250 OK"


class Refusing(SMTP):
    async def smtp_EHLO(self, hostname):
        self.session.host_name = hostname
        self.session.extended_smtp = True
        await self.push("250-mail.example\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN")

    @syntax("STARTTLS")
    async def smtp_STARTTLS(self, arg):
        await self.push("454 4.7.0 TLS not available")


def tell_login(server, session, envelope, mechanism, data):
    print(json.dumps({"login": data.login.decode()}), flush=True)
    return AuthResult(success=True)


def authenticate(server, session, envelope, mechanism, data):
    good = (data.login, data.password) == (USER, PASSWORD)
    return AuthResult(success=good, handled=False)


def main():
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    handler = Handler()
    mode = sys.argv[1] if len(sys.argv) > 1 else "plain"
    tells = mode in ("stripped", "refusing")
    options = {"authenticator": tell_login if tells else authenticate, "auth_require_tls": False, "enable_SMTPUTF8": True}
    context = None
    if mode in ("smtps", "starttls"):
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*sys.argv[2:4])
    if mode == "starttls":
        options["tls_context"] = context
    controller = Controller(handler, hostname="127.0.0.1", port=0, **options)
    if mode == "refusing":
        controller.factory = lambda: Refusing(handler, **options)
    controller.over = context if mode == "smtps" else None
    threading.Thread(target=serve, args=(controller,), daemon=True).start()
    for line in sys.stdin:
        handler.refusals.append(line.strip())
        print(json.dumps({"told": line.strip()}), flush=True)


def serve(controller):
    async def run():
        server = await asyncio.get_running_loop().create_server(controller.factory, "127.0.0.1", 0, ssl=controller.over)
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()

    controller.loop = asyncio.new_event_loop()
    asyncio.set_event_loop(controller.loop)
    controller.loop.run_until_complete(run())


main()
