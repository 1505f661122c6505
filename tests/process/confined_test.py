"""What other processes of the machine can learn of a server, what it may still do, and where its secrets may come from."""
import os
import unittest

from journey_process import DEADLINE, SECRET, Case, Server

KEYS = {"JOURNEY_WRITE_KEY": "wk-of-this-test", "JOURNEY_TOKEN": "token-of-this-test"}


def read(server, name):
    with open(f"/proc/{server.process.pid}/{name}", "rb") as file:
        return file.read()


def status(server, name):
    return dict(line.split(":\t", 1) for line in read(server, "status").decode().splitlines())[name].strip()


class Confined(Case):
    def test_system_calls_are_filtered(self):
        server = self.serve()
        for task in os.listdir(f"/proc/{server.process.pid}/task"):  # each of its threads
            self.assertIn(b"Seccomp:\t2\n", read(server, f"task/{task}/status"))
        self.assertEqual(status(server, "NoNewPrivs"), "1")
        self.assertNotIn("NO_SANDBOX", server.read_log())
        self.assertEqual(server.terminate(), 0)

    def test_the_environment_shows_nothing(self):
        server = self.serve(self.env(**KEYS), args=())
        shown = read(server, "environ")
        for secret in (SECRET, *KEYS.values()):
            self.assertNotIn(secret.encode(), shown)
        self.assertEqual(shown.strip(b"\0"), b"")
        server.track("ann", "signup", writeKey=KEYS["JOURNEY_WRITE_KEY"])  # it still knows them
        self.assertEqual(server.get("/api/status", Authorization="Bearer " + KEYS["JOURNEY_TOKEN"])["inside"], 0)

    def test_no_core_is_dumped(self):
        server = self.serve(self.env(**KEYS), args=())
        limit = next(line for line in read(server, "limits").decode().splitlines() if line.startswith("Max core file size"))
        self.assertEqual(limit.split()[4:6], ["0", "0"])
        self.assertEqual(os.stat(f"/proc/{server.process.pid}/environ").st_uid, 0)  # the kernel's own from here on


class Files(Case):
    def put(self, name, text, mode=0o600):
        path = os.path.join(self.directory, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    def without(self, *names, **more):
        return {name: value for name, value in self.env(**more).items() if name not in names}

    def test_secrets_come_from_files(self):
        env = self.without("HOOK_SECRET", HOOK_SECRET_FILE=self.put("hook", SECRET + "\n"),
                           JOURNEY_WRITE_KEY_FILE=self.put("key", "wk\n"), JOURNEY_TOKEN_FILE=self.put("token", "t\n"))
        server = self.serve({**env, "JOURNEY_ALLOW_DESTINATIONS": f"127.0.0.1:{self.receiver.port}"}, args=())
        self.assertEqual(server.post("/v1/track", {"userId": "ann", "event": "signup"})[0], 401)
        self.assertEqual(server.post("/v1/identify", {"userId": "ann", "traits": {"email": "ann@example.com"}, "writeKey": "wk"})[0], 200)
        server.track("ann", "signup", writeKey="wk")
        self.receiver.next()  # which checks the signature
        self.assertEqual(server.request("GET", "/api/status", headers={"Authorization": "Bearer t"})[0], 200)

    def test_secrets_come_from_the_service_manager(self):
        credentials = os.path.join(self.directory, "credentials")
        os.mkdir(credentials)
        for name, text in (("HOOK_SECRET", SECRET), ("JOURNEY_WRITE_KEY", "wk"), ("JOURNEY_TOKEN", "t")):
            self.put(os.path.join("credentials", name), text, 0o400)
        server = self.serve(self.without("HOOK_SECRET", CREDENTIALS_DIRECTORY=credentials), args=())
        server.track("ann", "signup", writeKey="wk")
        self.assertEqual(server.request("GET", "/api/status", headers={"Authorization": "Bearer t"})[0], 200)

    def test_files_that_others_can_read_stop_the_start(self):
        path = self.put("hook", SECRET, 0o644)
        for name, file, why in (("HOOK_SECRET", path, "chmod 600"), ("HOOK_SECRET", path + ".no", "No such file"),
                                ("JOURNEY_TOKEN", path, "chmod 600"), ("SHOP_SECRET", "/dev/zero", "no regular file")):
            with self.subTest(name=name, why=why):
                server = Server(self.directory, self.without(name, **{name + "_FILE": file}), ("--dev",), wait=False)
                self.servers.append(server)
                server.process.stdout.read()
                self.assertEqual(server.process.wait(DEADLINE), 78)
                said = server.read_log().splitlines()[-1]
                server.wait()
                for part in (name, file, why):
                    self.assertIn(part, said)


if __name__ == "__main__":
    unittest.main()
