"""Servers with certificates, and the certificates: what the tests of TLS, of listening and of takeovers share."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import threading
import time

from folio_server import SECONDS, example

KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]


class Folder:
    """A temporary one, with certificates made on demand."""

    def __init__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="folio-tls-"))

    def close(self):
        shutil.rmtree(self.path)

    def __truediv__(self, name):
        return str(self.path / name)

    def certificate(self, name, *hosts):
        """NAME.pem and NAME.key, which vouch for themselves."""
        names = ",".join(("IP:" if re.fullmatch(r"[\d.]+|[\da-f:]+", host) else "DNS:") + host for host in hosts)
        self._openssl("req", "-x509", *KEY, "-keyout", self / f"{name}.key", "-out", self / f"{name}.pem", "-days", "30",
                      "-subj", f"/CN={name}", "-addext", f"subjectAltName={names}")
        return ["--tls-cert", self / f"{name}.pem", "--tls-key", self / f"{name}.key"]

    def client(self, authority, name):
        """NAME.pem and NAME.key of a client, signed by AUTHORITY, which is made when it is not there."""
        if not os.path.exists(self / f"{authority}.pem"):
            self._openssl("req", "-x509", *KEY, "-keyout", self / f"{authority}.key", "-out", self / f"{authority}.pem",
                          "-days", "30", "-subj", f"/CN={authority}")
        self._openssl("req", *KEY, "-keyout", self / f"{name}.key", "-out", self / "request.pem", "-subj",
                      f"/O=Example/CN={name}")
        self._openssl("x509", "-req", "-in", self / "request.pem", "-CA", self / f"{authority}.pem", "-CAkey",
                      self / f"{authority}.key", "-set_serial", "7", "-days", "30", "-out", self / f"{name}.pem")

    def ocsp(self, name):
        """NAME.der: a response that NAME.pem is good, by itself."""
        index = self / "index.txt"
        serial = self._openssl("x509", "-in", self / f"{name}.pem", "-noout", "-serial").split("=")[1].strip()
        pathlib.Path(index).write_text(f"V\t350101000000Z\t\t{serial}\tunknown\t/CN={name}\n")
        self._openssl("ocsp", "-index", index, "-CA", self / f"{name}.pem", "-rsigner", self / f"{name}.pem", "-rkey",
                      self / f"{name}.key", "-issuer", self / f"{name}.pem", "-cert", self / f"{name}.pem", "-ndays", "2",
                      "-respout", self / f"{name}.der", "-noverify")

    @staticmethod
    def _openssl(*arguments):
        done = subprocess.run(["openssl", *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"openssl {' '.join(arguments)}: {done.stderr}")
        return done.stdout


class Server:
    """The example with the flags given, until the context ends; it must end well."""

    def __init__(self, *flags, command=None, environment=None, **options):
        self.command = command or [example(), *flags]
        self.environment = {**os.environ, **(environment or {})}
        self.options = options
        self.output = ""

    def __enter__(self):
        self.start()
        return self

    def start(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True, env=self.environment, **self.options)
        self.reader = threading.Thread(target=self._read)
        self.reader.start()
        try:
            self.where = self.seen(r"listening on (\S+)").group(1)
        except AssertionError:
            self.process.kill()
            self.ended()
            raise
        port = re.search(r":(\d+)$", self.where)
        self.port = int(port.group(1)) if port else None

    def _read(self):
        for line in self.process.stdout:
            self.output += line

    def seen(self, pattern):
        """The first match in its output."""
        deadline = time.monotonic() + SECONDS
        while not (match := re.search(pattern, self.output)):
            if time.monotonic() > deadline or not self.reader.is_alive() and not re.search(pattern, self.output):
                raise AssertionError(f"no output that matches {pattern}\n{self.output}")
            time.sleep(0.01)
        return match

    def ended(self):
        """Its exit code."""
        code = self.process.wait(SECONDS)
        self.reader.join()
        self.process.stdout.close()
        return code

    def __exit__(self, *_):
        self.process.terminate()
        try:
            code = self.ended()
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.ended()
        if code != 0:
            raise AssertionError(f"the server ended with {code}\n{self.output}")
