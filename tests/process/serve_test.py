"""Start, stop, and what survives: `journey serve` as operators meet it."""

import http.client
import json
import os
import re
import signal
import sqlite3
import unittest

from journey_process import DEADLINE, Case, Server


class Start(Case):
    def refused(self, env, args=(), status=78):
        server = Server(self.directory, env, args, wait=False)
        self.servers.append(server)
        out = server.process.stdout.read()
        self.assertEqual(server.wait(), status)
        self.assertEqual(out, b"")
        server.log = open(os.path.join(self.directory, "log"), "ab")
        self.addCleanup(server.log.close)
        return server.read_log()

    def test_every_line_of_the_log_is_json(self):
        with open(os.path.join(self.directory, "workspace", "more.journey"), "w", encoding="utf-8") as file:
            file.write('message unused on email\n  subject "Never"\nend\n')
        server = self.serve()
        server.identify("ann", email="ann@example.com")
        server.track("ann", "signup")
        server.track("ann", "purchase")
        self.receiver.next()
        self.assertEqual(server.terminate(), 0)
        lines = [json.loads(line) for line in server.read_log().splitlines()]
        for line in lines:
            self.assertLessEqual({"at", "level", "event", "text"}, set(line))
        warnings = [line for line in lines if line["event"] == "PROGRAM_WARNING"]
        self.assertEqual([(os.path.basename(w["file"]), w["line"], w["code"][0]) for w in warnings], [("more.journey", 1, "W")])

    def logged(self, level):
        server = self.serve(self.env(JOURNEY_LOG_LEVEL=level))
        self.assertEqual(server.request("GET", "/nothing")[0], 404)
        self.assertEqual(server.terminate(), 0)
        return {json.loads(line)["level"] for line in server.read_log().splitlines()}

    def test_what_is_logged_begins_at_a_level(self):
        self.assertLessEqual({"debug", "info"}, self.logged("debug"))

    def test_a_higher_level_leaves_out_the_lower_ones(self):
        self.assertEqual(set(), self.logged("error"))

    def test_a_level_that_there_is_not_stops_the_start(self):
        self.assertIn("debug, info, warn or error, not `loud`", self.refused(self.env(), ("--dev", "--log-level", "loud")))

    def test_a_missing_write_key_stops_the_start(self):
        self.assertIn("JOURNEY_WRITE_KEY", self.refused(self.env(JOURNEY_TOKEN="t")))

    def test_a_missing_token_stops_the_start(self):
        self.assertIn("JOURNEY_TOKEN", self.refused(self.env(JOURNEY_WRITE_KEY="wk")))

    def test_a_missing_secret_names_channel_and_variable(self):
        env = self.env()
        del env["HOOK_SECRET"]
        text = self.refused(env, ("--dev",))
        self.assertIn("HOOK_SECRET", text)
        self.assertIn("email", text)

    def test_a_missing_secret_of_a_source_names_it(self):
        env = self.env()
        del env["SHOP_SECRET"]
        text = self.refused(env, ("--dev",))
        self.assertIn("SHOP_SECRET", text)
        self.assertIn("shop", text)

    def test_a_broken_secret_stops_the_start(self):
        self.assertIn("email", self.refused(self.env(HOOK_SECRET="whsec_!"), ("--dev",)))

    def test_an_internal_address_in_the_script_stops_the_start(self):
        """A channel's and a service's, with the way out; the one that is told lets it start."""
        more = os.path.join(self.directory, "workspace", "more.journey")
        place = f"http://127.1:{self.receiver.port}/x?key=secret"
        for script in (f'channel inside\n  webhook "{place}"\nend\n',
                       f'service inside\n  webhook "{place}"\n  take score number, default 1\nend\n'):
            with self.subTest(script.split()[0]):
                with open(more, "w", encoding="utf-8") as file:
                    file.write(script)
                env = self.env(JOURNEY_TOKEN="t", JOURNEY_WRITE_KEY="wk")
                text = self.refused(env)
                self.assertIn(f"{script.split()[0]} `inside` sends to 127.0.0.1, an internal address", text)
                self.assertIn("--dev", text)
                self.assertNotIn("key=secret", text)
                option = re.search(r"--allow-destinations (\S+),", text).group(1)
                self.assertEqual(Server(self.directory, env, ("--allow-destinations", option)).terminate(), 0)
                self.assertEqual(Server(self.directory, env, ("--dev",)).terminate(), 0)
                self.assertIn("internal address", self.refused(env))  # it is current in the store now
        with open(more, "w", encoding="utf-8") as file:
            file.write('channel inside\n  webhook "http://10.1/"\nend\n')
        self.assertNotIn("while developing", self.refused(self.env(), ("--dev",)).splitlines()[-1])

    def test_an_internal_address_is_not_deployed(self):
        server = self.serve(self.env(JOURNEY_TOKEN="t", JOURNEY_WRITE_KEY="wk"), args=())
        with open(os.path.join(self.directory, "workspace", "more.journey"), "w", encoding="utf-8") as file:
            file.write('channel inside\n  webhook "http://169.254.169.254/latest"\nend\n')
        before = server.get("/api/status", Authorization="Bearer t")["program"]
        code, _, err = self.command(server, "deploy", os.path.join(self.directory, "workspace"), token="t")
        self.assertEqual(code, 1)
        self.assertIn("sends to 169.254.169.254, an internal address", err)
        self.assertEqual(server.get("/api/status", Authorization="Bearer t")["program"], before)

    def test_a_second_process_is_refused(self):
        self.serve()
        self.refused(self.env(), ("--dev",), 73)


    def test_a_libcurl_that_cannot_be_loaded_ends_the_server(self):
        """It is loaded beside the first answers, so the server has said that it is ready."""
        folder = os.path.join(self.directory, "libraries")
        os.mkdir(folder)
        open(os.path.join(folder, "libcurl.so.4"), "wb").close()
        server = Server(self.directory, self.env(LD_LIBRARY_PATH=folder), ("--dev",))
        self.servers.append(server)
        self.assertEqual(server.wait(), 78)
        self.assertIn("package libcurl4", server.read_log())


class Stop(Case):
    def test_a_server_whose_store_has_another_owner_ends(self):
        server = self.serve()
        server.track("ann", "rest")
        store = sqlite3.connect(os.path.join(self.directory, "state", "journey.db"), isolation_level=None)
        store.execute("update lane set epoch = epoch + 1")  # as another process would that the lock did not hold off
        try:
            status = server.post("/v1/track", {"userId": "ann", "event": "go_on"})[0]
        except (OSError, http.client.HTTPException):
            status = 0
        self.assertIn(status, (0, 503))
        self.assertEqual(server.process.wait(DEADLINE), 73)
        self.assertIn("STORE_LOST", server.read_log())
        store.close()
        server.wait()
        self.assertEqual(self.serve().get("/api/status")["inside"], 1)  # ann was not told to go on

    def test_sigterm_drains(self):
        server = self.serve()
        server.identify("ann", email="ann@example.com")
        server.track("ann", "signup")
        self.receiver.next()
        self.assertEqual(server.terminate(), 0)

    def test_sigint_drains(self):
        server = self.serve()
        server.process.send_signal(signal.SIGINT)
        self.assertEqual(server.wait(), 0)

    def test_sighup_is_ignored(self):
        server = self.serve()
        server.process.send_signal(signal.SIGHUP)
        self.assertEqual(server.request("GET", "/healthz")[0], 200)
        self.assertEqual(server.terminate(), 0)

    def test_keep_alive_connections_do_not_hold_up_the_drain(self):
        server = self.serve()
        with server.raw() as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n")
            self.assertTrue(connection.recv(100).startswith(b"HTTP/1.1 200"))
            self.assertEqual(server.terminate(), 0)

    def test_a_drained_message_is_not_sent_again(self):
        server = self.serve()
        server.identify("ann", email="ann@example.com")
        server.track("ann", "signup")
        self.receiver.next()
        self.assertEqual(server.terminate(), 0)
        self.assert_nothing_more(self.serve())


class Survive(Case):
    def test_a_wait_goes_on_after_kill_9(self):
        server = self.serve()
        server.identify("ann", email="ann@example.com")
        server.track("ann", "pause_first")
        server.kill()
        self.serve()
        request = self.receiver.next()
        self.assertEqual(request.json["message"], "later")
        self.assertEqual(request.json["customer"]["id"], "ann")

    def test_an_unsent_message_is_sent_after_kill_9_with_its_id(self):
        self.receiver.answer(503)
        server = self.serve()
        server.identify("ann", email="ann@example.com")
        server.track("ann", "signup")
        first = self.receiver.next()
        server.kill()
        self.serve()
        again = self.receiver.next()
        self.assertEqual(again.id, first.id)
        self.assertEqual(again.body, first.body)

    def test_dedupe_survives_a_restart(self):
        server = self.serve()
        server.identify("ann", email="ann@example.com")
        server.track("ann", "signup", messageId="m-1")
        self.receiver.next()
        self.assertEqual(server.terminate(), 0)  # after a kill the webhook itself might come again, under its id
        server = self.serve()
        server.track("ann", "signup", messageId="m-1")
        self.assert_nothing_more(server)


if __name__ == "__main__":
    unittest.main()
