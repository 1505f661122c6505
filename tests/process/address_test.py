"""Where webhooks never go: every spelling of an internal address as a destination of the real program, names that lead
inside, and redirects. A listener on every address of this machine counts who reaches it. What is judged is the address that
a socket is opened for, so a name that answers otherwise between two look-ups is judged by what it answered last.

The same spellings are sent to with `--dev`, which admits loopback: those of it must arrive, or the test would show nothing."""
import http.server
import os
import re
import socket
import subprocess
import threading
import unittest

from journey_process import Case, Server

TOKEN = {"Authorization": "Bearer t"}

# Of 127.0.0.1, as libcurl and the C library read them. With --dev each of these is reached.
LOOPBACK = ["127.0.0.1", "127.1", "127.0.1", "2130706433", "017700000001", "0x7f000001", "0x7f.1", "0x7f.0.0.1", "0177.0.0.1",
            "0x7F.0x0.0x0.0x1", "127.0x1", "0177.1", "0177.0.0.01", "127.0.0.2", "localhost", "LocalHost", "a.localhost"]

INTERNAL = [
    # loopback otherwise, this network, unspecified
    "localhost.", "127.255.255.254", "127.127.127.127", "0x7ffffffe", "127.65534", "127.0.0.1.", "0.0.0.0", "0", "0.1", "0x0",
    "0.255.255.255",
    # private
    "10.0.0.0", "10.0.0.1", "10.255.255.255", "10.1", "167772161", "0x0a000001", "012.0.0.1", "172.16.0.1", "172.31.255.255",
    "172.20.1", "0xac100001", "192.168.0.1", "192.168.255.255", "192.168.1", "3232235521", "0xc0a80001", "0300.0250.0.1",
    # link-local: where clouds keep their keys
    "169.254.169.254", "169.254.0.0", "169.254.255.255", "169.254.170.2", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376",
    "169.254.43518", "169.16689662", "100.100.100.200",
    # shared, reserved, for documentation, for benchmarks, relays, multicast, broadcast
    "100.64.0.1", "100.127.255.255", "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.19.255.255",
    "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1", "250.1.2.3", "255.255.255.255", "4294967295",
    "0xffffffff",
    # IPv6: unspecified, loopback, IPv4 inside it
    "[::]", "[::1]", "[0:0:0:0:0:0:0:1]", "[0000::0001]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:10.0.0.1]",
    "[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]", "[::ffff:192.168.0.1]", "[::ffff:0:0]", "[::ffff:8.8.8.8]", "[::127.0.0.1]",
    "[::7f00:1]", "[::10.0.0.1]", "[::ffff:0:127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b::127.0.0.1]", "[64:ff9b::a9fe:a9fe]",
    "[64:ff9b:1::1]", "[2002:7f00:1::1]", "[2002:a9fe:a9fe::1]", "[2002:c0a8:1::1]", "[2001::1]", "[2001:0:7f00:1::]",
    # … discarded, for documentation, local, link-local, multicast, given to nobody
    "[100::1]", "[2001:2::1]", "[2001:10::1]", "[2001:20::1]", "[2001:db8::1]", "[3fff::1]", "[fc00::1]", "[fd00::1]",
    "[fd00:ec2::254]", "[fe80::1]", "[fe80::a9fe:a9fe]", "[febf::1]", "[fec0::1]", "[ff00::1]", "[ff02::1]", "[ff0e::1]",
    "[4000::1]", "[5f00::1]", "[1::1]", "[8000::1]", "[e000::1]",
    # letters that become digits or dots, and what looks like something else
    "①②⑦.⓪.⓪.①", "127。0。0。1", "１２７.0.0.1", "user@127.0.0.1", "user:secret@127.0.0.1", "example.com@127.0.0.1",
    "127.0.0.1%2f.example.com", "example.com%40127.0.0.1", "127.0.0.1%00.example.com", "[::1%25lo]", "[fe80::1%25lo]",
]

# Whole addresses of which nothing but an attempt by HTTP could come.
FORMS = ["file:///etc/passwd", "gopher://127.0.0.1:{port}/_x", "dict://127.0.0.1:{port}/d", "ftp://127.0.0.1:{port}/x",
         "scp://127.0.0.1:{port}/x", "telnet://127.0.0.1:{port}", "smb://127.0.0.1:{port}/a/b", "http:///127.0.0.1:{port}/",
         "http:127.0.0.1:{port}/", "http:/127.0.0.1:{port}/", "http://127.0.0.1:{port}\\@example.com/", "//127.0.0.1:{port}/",
         "127.0.0.1:{port}", "http://127.0.0.1:{port}#@example.com/", "http://127.0.0.1:{port}?@example.com/",
         "\\\\127.0.0.1:{port}\\x", "http://[::1]:{port}\t/", "jar:http://127.0.0.1:{port}!/", "unix:/run/x", "localhost:{port}"]

REDIRECTS = (301, 302, 303, 307, 308)


class Listener:
    """On every address of this machine, by IPv4 and IPv6: the paths that were asked for, and how many came."""

    def __init__(self):
        self.paths, self.came, self.lock = set(), 0, threading.Lock()
        listener = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers["content-length"]))
                with listener.lock:
                    listener.paths.add(self.path)
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            do_GET = do_POST

            def log_message(self, *args):
                pass

        class Everywhere(http.server.ThreadingHTTPServer):
            address_family = socket.AF_INET6 if socket.has_dualstack_ipv6() else socket.AF_INET
            daemon_threads = True

            def server_bind(self):
                if self.address_family == socket.AF_INET6:
                    self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
                super().server_bind()

            def verify_request(self, request, client_address):
                with listener.lock:
                    listener.came += 1
                return True

        self.server = Everywhere(("", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def workspace(n):
    """One customer's event sends a message by each of n channels."""
    lines = ["language 1", "workspace", '  timezone "UTC"', "end", "customer", "  email text, personal", "end", "event begin"]
    for i in range(n):
        lines += [f"channel c{i}", f"  webhook env URL_{i}", "  to      customer.email", "  retry   1 times over 1 hour",
                  "  timeout 5 seconds", "end", f"message m{i} on c{i}", '  subject "x"', '  body "x"', "end"]
    for first in range(0, n, 50):
        lines += [f'journey all{first} "All"', "  enter when begin", "  re-enter always", "  stage only"]
        lines += [f"    send m{i}" for i in range(first, min(first + 50, n))] + ["  end", "end"]
    return "\n".join(lines) + "\n"


class Addresses(Case):
    def setUp(self):
        super().setUp()
        self.listener = Listener()
        self.addCleanup(self.listener.close)

    def begin(self, urls, args, wrap=()):
        """A server with a channel to each of these, and a customer who is sent a message by all."""
        with open(os.path.join(self.directory, "workspace", "main.journey"), "w", encoding="utf-8") as file:
            file.write(workspace(len(urls)))
        env = {f"URL_{i}": url for i, url in enumerate(urls)}
        server = Server(self.directory, {"JOURNEY_TOKEN": "t", "JOURNEY_WRITE_KEY": "wk", **env}, args=args, wrap=wrap)
        self.servers.append(server)
        for call, body in (("identify", {"traits": {"email": "ann@example.com"}}), ("track", {"event": "begin"})):
            self.assertEqual(server.post("/v1/" + call, {"userId": "ann", "writeKey": "wk", **body})[0], 200)
        return server

    def page(self, server, state):
        items, after = [], 0
        while after is not None:
            page = server.get(f"/api/deliveries?state={state}&after={after}", **TOKEN)
            items, after = items + page["items"], page["next"]
        return items

    def tried(self, server, n):
        """Once each has been tried: channel → (whether it was given up, why)."""
        for _ in range(100000):
            outcome = {item["channel"]: (True, item["last_reason"]) for item in self.page(server, "dead")}
            outcome.update({item["channel"]: (False, item.get("last_reason", "")) for item in self.page(server, "pending")
                            if item["attempts"] > 0})
            if len(outcome) == n:
                return outcome
        return self.fail(f"{n - len(outcome)} were not tried")

    def test_no_spelling_of_an_internal_address_is_reached(self):
        urls = [f"http://{host}:{self.listener.port}/{i}" for i, host in enumerate(LOOPBACK + INTERNAL)]
        urls += [form.format(port=self.listener.port) for form in FORMS]
        self.assertGreater(len(urls), 125)
        server = self.begin(urls, ())
        outcome = self.tried(server, len(urls))
        odd = r"//[^/]*([^\x00-\x7f]|[a-z%]+\.example|\.:)" if socket.has_dualstack_ipv6() else r"//[^/]*([^\x00-\x7f]|[a-z%]+\.example|\.:|\[)"
        nowhere = [url for url in urls if re.search(odd, url)]
        for i, url in enumerate(urls):
            refused, why = outcome[f"c{i}"]
            with self.subTest(url=url, why=why):
                if i < len(LOOPBACK):
                    self.assertTrue(refused)
                    self.assertRegex(why, r"^(127\.0\.0\.[12]|::1) is an internal address; see allow_destinations$")
                if refused:
                    self.assertRegex(why, r"is an internal address; see allow_destinations$|^the address is no URL: |^Unsupported protocol$")
                else:  # a name that leads nowhere: it is looked up again later
                    self.assertIn(url, nowhere)
        self.assertEqual((self.listener.came, self.listener.paths), (0, set()))
        server.terminate()

    def test_the_same_spellings_lead_to_loopback_where_it_is_admitted(self):
        urls = [f"http://{host}:{self.listener.port}/{i}" for i, host in enumerate(LOOPBACK)]
        server = self.begin(urls, ("--dev",))
        self.wait_for_none_pending(server)
        self.assertEqual(self.listener.paths, {f"/{i}" for i in range(len(LOOPBACK))})

    def wait_for_none_pending(self, server):
        for _ in range(100000):
            if server.get("/api/status", **TOKEN)["deliveries"]["pending"] == 0:
                return
        self.fail("messages stayed pending")

    def test_no_redirect_is_followed(self):
        """From a receiver that is allowed to one that is not."""
        urls = []
        for place in (f"http://127.0.0.1:{self.listener.port}/", f"http://localhost:{self.listener.port}/",
                      f"//127.0.0.1:{self.listener.port}/", "http://169.254.169.254/latest/meta-data/", "file:///etc/passwd"):
            for status in REDIRECTS:
                self.receiver.answer(status, location=place)
                urls.append(self.receiver.url)
        self.receiver.check = lambda headers, body: None  # unsigned
        server = self.begin(urls, ("--allow-destinations", f"127.0.0.1:{self.receiver.port}"))
        outcome = self.tried(server, len(urls))
        for refused, why in outcome.values():
            self.assertTrue(refused)
            self.assertRegex(why, "^HTTP 30[12378]$")
        self.assertEqual(self.receiver.requests.qsize(), len(urls))
        self.assertEqual(self.listener.came, 0)

    @unittest.skipUnless(os.geteuid() == 0, "names of the test's own need root, for a mount that this server alone sees")
    def test_names_that_lead_inside_are_refused_and_of_several_addresses_only_the_allowed_one_is_reached(self):
        inside = ["127.0.0.1", "10.0.0.1", "169.254.169.254", "192.168.1.1", "::1", "fd00::1", "fe80::1", "::ffff:127.0.0.1",
                  "64:ff9b::7f00:1", "2002:7f00:1::1", "0.0.0.0", "100.64.0.1"]
        hosts = os.path.join(self.directory, "hosts")
        with open(hosts, "w", encoding="utf-8") as file:
            file.write("127.0.0.1 localhost\n")
            for i, address in enumerate(inside):
                file.write(f"{address} inside{i}.example\n{address} all.example\n{address} mixed.example\n")
            file.write("127.0.0.2 mixed.example\n")
        wrap = ("unshare", "--mount", "sh", "-c", 'mount --bind "$0" /etc/hosts && exec "$@"', hosts)
        if subprocess.run([*wrap, "true"], stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest("no mount can be made here")
        hosts_of = [f"inside{i}.example" for i in range(len(inside))] + ["all.example", "ALL.Example", "mixed.example"]
        urls = [f"http://{host}:{self.listener.port}/{i}" for i, host in enumerate(hosts_of)]
        server = self.begin(urls, ("--allow-destinations", "127.0.0.2/32"), wrap)
        for _ in range(100000):
            dead = {item["channel"]: item["last_reason"] for item in self.page(server, "dead")}
            if len(dead) == len(urls) - 1:
                break
        for i in range(len(urls) - 1):
            with self.subTest(url=urls[i]):
                self.assertRegex(dead[f"c{i}"], "is an internal address; see allow_destinations$")
        self.wait_for_none_pending(server)
        self.assertEqual((self.listener.came, self.listener.paths), (1, {f"/{len(urls) - 1}"}))


if __name__ == "__main__":
    unittest.main()
