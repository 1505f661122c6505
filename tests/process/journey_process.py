"""Whole-process tests: starts `journey serve` on a small workspace, sends requests, receives and checks webhooks.

Nothing here sleeps: everything waits for an event, with a deadline that only a broken build reaches."""

import base64
import gzip
import hashlib
import hmac
import http.client
import http.server
import json
import os
import queue
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import unittest

JOURNEY = os.environ.get("JOURNEY", os.path.join(os.path.dirname(__file__), "..", "..", "build", "journey"))
DEADLINE = float(os.environ.get("JOURNEY_TEST_DEADLINE", "60"))
GRACE = float(os.environ.get("JOURNEY_TEST_GRACE", "0"))  # seconds that a server has to end in order when its test is over
SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef01234567").decode()
SHOP_SECRET = "shop-secret"

WORKSPACE = """language 1

workspace
  timezone "UTC"
  currency CNY
end

customer
  email text, personal
end

event signup
  plan text
end

event pause_first

event rest

event go_on

event purchase
  order_id text, required
  amount   money, required
end

channel email
  webhook env HOOK_URL
  secret  env HOOK_SECRET
  to      customer.email
  retry   3 times over 1 hour
  timeout 5 seconds
end

message hello on email
  subject "Hello"
  body    "Plan: {{ signup.plan | default: 'none' }}"
end

message later on email
  subject "Later"
  body    "It is later."
end

message thanks on email
  subject "Thanks"
  body    "For your order."
end

source shop
  verify hmac sha256 header "X-Shop-Signature" hex secret env SHOP_SECRET
  when body.type is "order.paid" take purchase
    customer body.customer.id
    dedupe   body.id
    order_id = body.order.number
    amount   = body.order.total as CNY
  end
end

journey greet "Greet"
  enter when signup
  re-enter always
  stage start
    send hello
  end
end

journey patient "Greet after a while"
  enter when pause_first
  re-enter always
  stage start
    wait 3 seconds
    send later
  end
end

journey resting "Greet when told to go on"
  enter when rest
  re-enter always
  stage start
    wait for go_on up to 1 hour
    send later
  end
end

journey bought "Thank"
  enter when purchase
  re-enter always
  stage start
    send thanks
  end
end
"""


class Request:
    """One webhook as it arrived."""

    def __init__(self, path, headers, body):
        self.path, self.headers, self.body, self.at = path, headers, body, time.monotonic()
        self.json = json.loads(body)
        self.id = headers["webhook-id"]
        self.reply = queue.Queue()  # for receivers that answer when the test says what with


def sign(secret, headers, body):
    """The signature of a webhook, as Standard Webhooks makes it."""
    text = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()


class Receiver:
    """An HTTP server that takes webhooks, checks their signatures, and answers from a list, then 200."""

    def __init__(self):
        self.requests = queue.Queue()
        self.answers = queue.Queue()
        self.faults = []
        self.secret = SECRET
        self.tolerance = 300  # seconds that a timestamp may be away from the time of its arrival
        self.hangs_up = False  # after each answer, without having said so
        self.going_on = threading.Event()
        self.going_on.set()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.check(self.headers, body)
                request = Request(self.path, self.headers, body)
                receiver.going_on.wait()
                receiver.requests.put(request)
                status, headers = receiver.answer_to(request)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", "0")
                self.end_headers()
                self.close_connection = receiver.hangs_up

            def do_GET(self):
                receiver.faults.append("a redirect was followed")
                self.send_error(500)

            def log_message(self, *args):
                pass

        class Quiet(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request, address):
                pass  # a server that was killed leaves broken connections

        self.server = Quiet(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer_to(self, request):
        try:
            return self.answers.get_nowait()
        except queue.Empty:
            return 200, {}

    def answer(self, status, **headers):
        self.answers.put((status, {name.replace("_", "-"): value for name, value in headers.items()}))

    def hold(self):
        """Answers nobody until go_on."""
        self.going_on.clear()

    def go_on(self):
        self.going_on.set()

    def check(self, headers, body):
        if sign(self.secret, headers, body) not in headers["webhook-signature"].split(" "):
            self.faults.append("a signature is wrong")
        if abs(int(headers["webhook-timestamp"]) - time.time()) > self.tolerance:
            self.faults.append("a timestamp is far away")
        if not headers["user-agent"].startswith("journey/"):
            self.faults.append("the user agent is wrong")

    def next(self, deadline=DEADLINE):
        return self.requests.get(timeout=deadline)

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Server:
    """`journey serve` as a process."""

    def __init__(self, directory, env=None, args=("--dev",), wait=True, trust=None, listen="127.0.0.1:0", wrap=(),
                 **more):
        """`trust`: a certificate's file; the server is then spoken to by https. `wrap`: words of a command that becomes it."""
        self.directory = directory
        self.tls = trust and ssl.create_default_context(cafile=trust)
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("JOURNEY_")}
        self.env.update(env or {})
        command = [*wrap, JOURNEY, "serve", *args, "--listen", listen, "--store",
                   "sqlite:" + os.path.join(directory, "state"), os.path.join(directory, "workspace")]
        self.log = open(os.path.join(directory, "log"), "ab")
        self.process = subprocess.Popen(command, env=self.env, stdout=subprocess.PIPE, stderr=self.log, **more)
        if wait:
            self.wait_ready()

    def wait_ready(self):
        timer = threading.Timer(DEADLINE, self.process.kill)
        timer.start()
        line = self.process.stdout.readline().decode()
        timer.cancel()
        if not line.startswith("ready https://" if self.tls else "ready http://"):
            raise AssertionError(f"not ready: {line!r}, exit {self.process.wait()}\n{self.read_log()}")
        self.host, port = line.split("//")[1].strip().rsplit(":", 1)
        self.host = self.host.replace("0.0.0.0", "127.0.0.1")
        self.port = int(port)

    def read_log(self):
        with open(os.path.join(self.directory, "log"), encoding="utf-8", errors="replace") as file:
            return file.read()

    def request(self, method, path, body=None, headers=None):
        """(status, headers, body) of one request on a connection of its own."""
        if self.tls:
            connection = http.client.HTTPSConnection(self.host, self.port, timeout=DEADLINE, context=self.tls)
        else:
            connection = http.client.HTTPConnection(self.host, self.port, timeout=DEADLINE)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def post(self, path, document, headers=None):
        return self.request("POST", path, json.dumps(document), headers)

    def track(self, user, event, **more):
        status, _, body = self.post("/v1/track", {"userId": user, "event": event, **more})
        assert (status, body) == (200, b'{"success":true}'), (status, body)

    def identify(self, user, **traits):
        status, _, body = self.post("/v1/identify", {"userId": user, "traits": traits})
        assert (status, body) == (200, b'{"success":true}'), (status, body)

    def get(self, path, **headers):
        status, _, body = self.request("GET", path, headers=headers)
        assert status == 200, (status, body)
        return json.loads(body)

    def raw(self):
        connection = socket.create_connection((self.host, self.port), timeout=DEADLINE)
        return self.tls.wrap_socket(connection, server_hostname=self.host) if self.tls else connection

    def kill(self):
        self.process.kill()
        return self.wait()

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)
        return self.wait()

    def end(self):
        """Its test is over. Where counters of coverage are wanted it ends in order: who is killed writes none."""
        if GRACE > 0:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(GRACE)
            except subprocess.TimeoutExpired:
                pass
        self.kill()

    def wait(self):
        status = self.process.wait(DEADLINE)
        self.process.stdout.close()
        self.log.close()
        return status


class Case(unittest.TestCase):
    """A folder with the workspace, a receiver, and servers that are killed at the end."""

    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="journey-test-")
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        os.mkdir(os.path.join(self.directory, "workspace"))
        with open(os.path.join(self.directory, "workspace", "main.journey"), "w", encoding="utf-8") as file:
            file.write(WORKSPACE)
        self.receiver = Receiver()
        self.addCleanup(self.receiver.close)
        self.servers = []

    def tearDown(self):
        for server in self.servers:
            if server.process.poll() is None:
                server.end()
        self.assertEqual(self.receiver.faults, [])

    def env(self, **more):
        return {"HOOK_URL": self.receiver.url, "HOOK_SECRET": SECRET, "SHOP_SECRET": SHOP_SECRET, **more}

    def serve(self, env=None, **more):
        server = Server(self.directory, env if env is not None else self.env(), **more)
        self.servers.append(server)
        return server

    def command(self, server, *words, token=None):
        """(exit status, output, errors) of a command that asks the server."""
        env = {k: v for k, v in os.environ.items() if not k.startswith("JOURNEY_")}
        env.update({"NO_COLOR": "1"}, **({} if token is None else {"JOURNEY_TOKEN": token}))
        done = subprocess.run([JOURNEY, *words, "--server", f"http://{server.host}:{server.port}"],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)
        return done.returncode, done.stdout, done.stderr

    def wait_for(self, server, path, holds):
        """Asks until it holds. The lane answers each question, so this cannot spin idle."""
        for _ in range(100000):
            answer = server.get(path)
            if holds(answer):
                return answer
        self.fail(f"{path} stayed {answer}")

    def assert_nothing_more(self, server, user="somebody-else"):
        """A later message has come, and no other before it: per destination they leave in order of being due."""
        server.identify(user, email=f"{user}@example.com")
        server.track(user, "signup")
        self.assertEqual(self.receiver.next().json["customer"]["id"], user)


def read_answer(connection):
    """(status, headers in lower case, body) of the next answer on a raw connection; None at its end."""
    data = b""
    while b"\r\n\r\n" not in data:
        try:
            part = connection.recv(1)
        except ConnectionResetError:
            return None
        if not part:
            return None
        data += part
    head = data.decode("latin-1").split("\r\n")
    headers = {line.split(":", 1)[0].lower(): line.split(":", 1)[1].strip() for line in head[1:] if ":" in line}
    left, body = int(headers.get("content-length", "0")), b""
    while len(body) < left:
        part = connection.recv(left - len(body))
        if not part:
            return None
        body += part
    return int(head[0].split(" ")[1]), headers, body


def zip_bytes(document):
    return gzip.compress(json.dumps(document).encode())
