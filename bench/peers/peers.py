"""The servers that Folio is measured against: how each is started, and which cases it can do.

    for peer in peers(build):
        reason = peer.missing()         # None, or why this peer is left out and what mends it
        peer.version()                  # "nginx 1.22.1"
        peer.command(Setup(...))        # what to start; one process, one thread of work, until SIGTERM
"""

import dataclasses
import os
import pathlib
import re
import shutil
import subprocess

HERE = pathlib.Path(__file__).resolve().parent

HTTP = frozenset({"plaintext", "JSON", "/users/[id]", "connection set-up"})
PIPELINED = frozenset({"pipelined x16"})
POST = frozenset({"POST 1 KiB", "POST 1 MiB"})
STATIC = frozenset({"static 4 KiB", "static 1 MiB"})
TLS = frozenset({"TLS keep-alive", "TLS handshakes", "TLS resumption"})
WEBSOCKET = frozenset({
    "ws echo 32 B, 1 in flight", "ws echo 32 B, 16 in flight", "ws echo 16 KiB", "ws echo 1 MiB", "ws deflate",
    "room of 500, 1 in flight", "room of 500, 16 in flight", "room of 5,000, 1 in flight",
    "room of 5,000, 16 in flight", "1,000 rooms of 10", "join/leave churn", "idle memory at 2,000",
    "idle memory at 20,000", "idle memory at 2,000 in a room", "upgrade latency"})


@dataclasses.dataclass
class Setup:
    """What a server is started with. `work` is an empty folder of its own."""
    port: int
    static: str
    work: str
    tls_port: int = 0
    cert: str = ""
    key: str = ""

    def flags(self):
        tls = ["--tls-port", str(self.tls_port), "--cert", self.cert, "--key", self.key] if self.tls_port else []
        return ["--port", str(self.port), *tls, "--static", self.static]


@dataclasses.dataclass
class Peer:
    name: str
    cases: frozenset
    program: str  # a path, or a name to look up in PATH
    mend: str     # what makes a missing peer appear
    version_of: object  # () -> str
    arguments: object = Setup.flags  # Setup -> list of arguments
    needs: tuple = ()  # further files
    breaks: tuple = ()  # parts of verify.py that no case is about, and that this peer cannot do

    def missing(self):
        for path in (self.program, *self.needs):
            if not (shutil.which(path) or os.path.exists(path)):
                return f"{self.name} is left out: there is no {path}, {self.mend}"
        return None

    def version(self):
        return f"{self.name} {self.version_of()}"

    def command(self, setup):
        return [shutil.which(self.program) or self.program, *self.arguments(setup)]


def output(*command):
    """What the command prints, on either stream."""
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True).stdout


def package_version(package):
    found = output("dpkg-query", "-W", "-f=${Version}", package)
    return re.split(r"[-+]", found)[0]


def boost_version():
    text = pathlib.Path("/usr/include/boost/version.hpp").read_text()
    return re.search(r'BOOST_LIB_VERSION "([^"]+)"', text)[1].replace("_", ".")


def nginx_arguments(setup):
    tls = ""
    if setup.tls_port:
        tls = (f"listen 127.0.0.1:{setup.tls_port} ssl backlog=4096;\n"
               f"    ssl_certificate {setup.cert};\n    ssl_certificate_key {setup.key};\n"
               "    ssl_protocols TLSv1.2 TLSv1.3;\n    ssl_session_cache shared:bench:4m;")
    text = (HERE / "nginx.conf").read_text().format(
        port=setup.port, tls=tls, static=os.path.abspath(setup.static), work=os.path.abspath(setup.work))
    path = os.path.join(os.path.abspath(setup.work), "nginx.conf")
    pathlib.Path(path).write_text(text)
    return ["-p", os.path.abspath(setup.work), "-c", path, "-e", "stderr"]


def node_version():
    package = (HERE / "node/node_modules/ws/package.json").read_text()
    return f"{output('node', '--version').strip()} + ws {re.search(r'.version.: *.([0-9.]+)', package)[1]}"


def peers(build):
    """All of them. `build` is the build folder with bin/peer_*, made with FOLIO_BENCH."""
    def built(name):
        return os.path.join(build, "bin", f"peer_{name}")

    def install(package):
        return f"install {package} and build the target of the benchmarks again"

    return [
        Peer("nginx", HTTP | PIPELINED | STATIC | TLS, "nginx", "install nginx-light",
             lambda: re.search(r"nginx/([0-9.]+)", output("nginx", "-v"))[1], nginx_arguments),
        Peer("Boost.Beast", HTTP | PIPELINED | POST | STATIC | TLS | WEBSOCKET, built("beast"), install("libboost-dev"),
             boost_version),
        Peer("libwebsockets", HTTP | PIPELINED | POST | STATIC | TLS | WEBSOCKET, built("libwebsockets"),
             install("libwebsockets-dev"), lambda: package_version("libwebsockets-dev"), breaks=("empty_deflate",)),
        Peer("node", HTTP | PIPELINED | POST | STATIC | TLS | WEBSOCKET, "node",
             "install nodejs and npm and run `npm ci` in bench/peers/node", node_version,
             lambda setup: [str(HERE / "node/server.mjs"), *setup.flags()], (str(HERE / "node/node_modules/ws"),)),
        Peer("cpp-httplib", HTTP | POST | STATIC | TLS, built("httplib"), install("libcpp-httplib-dev"),
             lambda: package_version("libcpp-httplib-dev")),
    ]
