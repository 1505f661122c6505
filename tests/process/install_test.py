"""What `cmake --install` puts on a machine: the program, hardened, its systemd unit, and the list of what is in it."""
import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest

from journey_process import JOURNEY

BUILD = os.path.dirname(os.path.abspath(JOURNEY))
EXPOSURE_MAX = 1.2  # by systemd-analyze, of 10


def output(*words):
    return subprocess.run(words, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.prefix = tempfile.mkdtemp(prefix="journey-test-")
        cls.addClassCleanup(shutil.rmtree, cls.prefix, ignore_errors=True)
        output("cmake", "--install", BUILD, "--prefix", cls.prefix)
        cls.program = os.path.join(cls.prefix, "bin", "journey")
        cls.unit = os.path.join(cls.prefix, "lib", "systemd", "system", "journey.service")

    def test_the_unit_starts_what_is_installed(self):
        with open(self.unit, encoding="utf-8") as file:
            text = file.read()
        self.assertIn(f"ExecStart={self.program} serve\n", text)
        for line in ("Type=notify", "WatchdogSec=30", "RestartPreventExitStatus=74 78", "StateDirectory=journey", "LimitCORE=0"):
            self.assertIn(line + "\n", text)
        self.assertNotIn("@", re.sub(r"[~=]@\w|@[a-z-]+", "", text))  # nothing is left to fill in

    def test_the_parts_are_listed(self):
        with open(os.path.join(self.prefix, "share", "doc", "journey", "journey.cdx.json"), encoding="utf-8") as file:
            bom = json.load(file)
        self.assertEqual((bom["bomFormat"], bom["specVersion"], bom["version"]), ("CycloneDX", "1.5", 1))
        self.assertRegex(bom["serialNumber"], r"^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
        root = bom["metadata"]["component"]
        self.assertIn(f"journey {root['version']}\n", output(self.program, "--version"))
        with open(os.path.join(BUILD, "journey"), "rb") as file:
            self.assertEqual(root["hashes"], [{"alg": "SHA-256", "content": hashlib.sha256(file.read()).hexdigest()}])
        parts = {part["name"]: part for part in bom["components"]}
        self.assertEqual(len(parts), len(bom["components"]))
        refs = [part["bom-ref"] for part in bom["components"]]
        self.assertEqual(len(set(refs)), len(refs))
        for part in bom["components"]:
            self.assertEqual(part["type"], "library")
            self.assertIn(part["scope"], ("required", "excluded"))
            self.assertTrue(part["version"], part)
            self.assertTrue(part["purl"].startswith(f"pkg:deb/debian/{part['name']}@"), part)
        self.assertEqual(bom["dependencies"], [{"ref": "journey", "dependsOn": [p["bom-ref"] for p in bom["components"] if p["scope"] == "required"]}])
        for name in ("libssl3", "libsqlite3-0", "libuv1", "libcurl4", "libseccomp2", "node-llhttp", "tzdata"):
            self.assertEqual(parts[name]["scope"], "required", name)
        self.assertEqual(parts["gcc"]["scope"], "excluded")
        names = {p["value"] for part in bom["components"] for p in part.get("properties", ())}
        linked = set(re.findall(r"\(NEEDED\).*\[(.+?)\]", output("readelf", "-d", self.program)))
        self.assertLessEqual({name for name in linked if name.startswith(("libssl", "libsqlite3", "libuv", "libseccomp"))}, names)

    @unittest.skipUnless(shutil.which("systemd-analyze"), "systemd-analyze is not installed")
    def test_the_unit_is_shut_tight(self):
        said = output("systemd-analyze", "security", "--offline=true", "--threshold=20", self.unit)
        exposure = float(re.search(r"Overall exposure level for journey.service: ([\d.]+)", said).group(1))
        self.assertLessEqual(exposure, EXPOSURE_MAX, said)

    @unittest.skipUnless(shutil.which("systemd-analyze"), "systemd-analyze is not installed")
    def test_the_unit_is_understood(self):
        said = subprocess.run(["systemd-analyze", "verify", self.unit], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout
        self.assertEqual([line for line in said.splitlines() if "journey.service" in line], [])


if __name__ == "__main__":
    unittest.main()
