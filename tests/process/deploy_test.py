"""Language semantics 1: a run stays on the version it began on, message texts included, over deploys and restarts."""
import os
import pathlib
import subprocess
import unittest

from journey_process import JOURNEY, Case

VERSION = """workspace
  timezone "UTC"
end
customer
  email text
end
event begin
event proceed
channel email
  webhook env HOOK_URL
  secret env HOOK_SECRET
  to customer.email
end
message news on email
  body "text of %(name)s"
end
journey story
  enter when begin
  re-enter always
  stage only
    wait for proceed up to 30 days
    send news%(more)s
  end
end
"""


class Deploy(Case):
    def write(self, name, more=""):
        path = pathlib.Path(self.directory, "workspace", "main.journey")
        path.write_text(VERSION % {"name": name, "more": more}, encoding="utf-8")

    def image(self):
        path = os.path.join(self.directory, "program.jbc")
        subprocess.run([JOURNEY, "build", os.path.join(self.directory, "workspace"), "-o", path], check=True)
        return pathlib.Path(path).read_bytes()

    def begin(self, server, user):
        server.identify(user, email=f"{user}@example.com")
        server.track(user, "begin")

    def text(self, server, user):
        server.track(user, "proceed")
        webhook = self.receiver.next()
        self.assertEqual(webhook.json["customer"]["id"], user)
        return webhook.json["content"]["body"], webhook.json["version"]

    def test_a_run_stays_on_its_version(self):
        self.write("one")
        server = self.serve()
        self.begin(server, "ann")
        self.begin(server, "cy")
        self.write("two")
        status, _, body = server.request("PUT", "/api/program", self.image())
        self.assertEqual(status, 200, body)
        self.begin(server, "bo")
        old, new = self.text(server, "ann"), self.text(server, "bo")
        self.assertEqual((old[0], new[0]), ("text of one", "text of two"))
        self.assertNotEqual(old[1], new[1])
        self.write("three")
        self.assertEqual(server.terminate(), 0)
        server = self.serve()
        self.begin(server, "dan")
        self.assertEqual(self.text(server, "cy"), old)
        self.assertEqual(self.text(server, "dan")[0], "text of three")

    def test_the_same_program_again_changes_nothing(self):
        self.write("one")
        server = self.serve()
        for _ in range(2):
            self.assertEqual(server.request("PUT", "/api/program", self.image())[0], 200)
        self.begin(server, "ann")
        self.assertEqual(self.text(server, "ann")[0], "text of one")


if __name__ == "__main__":
    unittest.main()
