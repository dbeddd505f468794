"""An app for clients of HTTP that misbehave, built in two ways, with limits that are reached soon."""

import os

import build_example
import ws_server

ROUTES = {
    "hello.cpp": """
        std::string GET() { return "hello"; }
        """,
    "page.cpp": """
        std::string GET() { return std::string(16 * 1024, 'x'); }
        """,
    "large.cpp": """
        std::string GET() { return std::string(1024 * 1024, 'x'); }
        """,
    "echo.cpp": """
        std::string POST(Body body) { return std::to_string(body->size()); }
        """,
    "slow.cpp": """
        Task<std::string> GET() {
          co_await sleep_for(std::chrono::hours(1));
          co_return "late";
        }
        """,
}
INCLUDES = """#include <folio/folio.hpp>
#include <chrono>
#include <string>
using namespace folio;
"""

# Seconds, and bytes a second. Of a loop there are two.
SETTINGS = {
    "": {"max_connections": 4000},
    "http": {"head_timeout": 4, "head_grace": 2, "min_head_rate": 100, "body_timeout": 4, "body_grace": 2,
             "min_body_rate": 1000, "write_timeout": 4, "linger_timeout": 2},
}


def write_routes():
    """The folder of the routes."""
    folder = build_example.BUILD / "e2e" / "http_bad_peers_app" / "routes"
    for name, text in ROUTES.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        build_example.write(file, INCLUDES + text)
    return folder


def sanitized():
    return build_example.build(write_routes(), "http_bad_peers")


def released():
    routes = write_routes()
    binary = routes.parent.parent / "http_bad_peers_released"
    folio = os.environ.get("FOLIO", str(build_example.BUILD / "bin" / "folio"))
    build_example.run([folio, "build", str(routes.parent), "-o", str(binary)])
    return binary


class Server(ws_server.Server):
    """With SETTINGS, and `limits` above them: of the section without a name."""

    def __init__(self, binary, limits):
        super().__init__(binary)
        sections = {**SETTINGS, "": {**SETTINGS[""], **limits}}
        lines = []
        for section, values in sections.items():
            if section:
                lines.append(f"[{section}]")
            lines += [f"{name} = {value}" for name, value in values.items()]
        file = build_example.BUILD / "e2e" / "http_bad_peers.toml"
        build_example.write(file, "\n".join(lines) + "\n")
        self.arguments = ["--config", str(file)]
