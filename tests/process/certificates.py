"""Certificates for tests, made by the `openssl` command: an authority, and servers that it vouches for, each made once."""
import os
import subprocess


def run(*words):
    subprocess.run(["openssl", *words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


class Authority:
    def __init__(self, directory):
        self.directory = directory
        self.certificate, self.key = self.path("authority.pem"), self.path("authority.key")
        self.make_key(self.key)
        run("req", "-x509", "-new", "-key", self.key, "-subj", "/CN=Test authority", "-days", "30", "-out", self.certificate)

    def path(self, name):
        return os.path.join(self.directory, name)

    def make_key(self, path):
        run("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", path)
        os.chmod(path, 0o600)

    def server(self, name, days=30):
        """(certificate, key) of a server at 127.0.0.1."""
        certificate, key, request, more = (self.path(name + end) for end in (".pem", ".key", ".csr", ".ext"))
        if os.path.exists(certificate):
            return certificate, key
        self.make_key(key)
        with open(more, "w", encoding="ascii") as file:
            file.write("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
        run("req", "-new", "-key", key, "-subj", f"/CN={name}", "-out", request)
        run("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key, "-CAcreateserial", "-days", str(days),
            "-extfile", more, "-out", certificate)
        return certificate, key
