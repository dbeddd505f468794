#!/usr/bin/env python3
"""Checks that every #include follows the arrows: layers.py [ROOT]

The layers and what each may use stand in framework/CMakeLists.txt (folio_layer(NAME DEPENDS …)); who may see which
library stands below. A violation is one line, `file:line: what is wrong`; exit code 1 when there is one.
"""

import pathlib
import re
import sys

SOURCES = (".hpp", ".cpp", ".h", ".c")

# One wrapper for each library: who else wants it, uses the wrapper.
LIBRARIES = {
    "uv.h": {"net"},
    "llhttp.h": {"http"},
    "openssl/": {"crypto", "net"},
    "simdjson.h": {"json"},
    "zlib.h": {"http", "ws"},
    "brotli/": {"http"},
    "zstd.h": {"http"},
    "CLI/": {"app", "dev", "codegen"},
    "toml++/": {"app", "dev"},
    "fmt/": {"app", "dev", "codegen"},
    "spdlog/": {"app", "dev"},
}

# codegen stands beside the framework and is joined to it at the top.
USES_CODEGEN = {"dev"}

# Pure layers take bytes and give bytes: no socket, no file, no clock of the system.
WITHOUT_SYSTEM = {"core", "json", "http", "ws", "routing", "rooms"}

STANDARD = set("""
algorithm any array atomic barrier bit bitset charconv chrono codecvt compare complex concepts condition_variable coroutine
deque exception execution expected filesystem format forward_list fstream functional future initializer_list iomanip ios
iosfwd iostream istream iterator latch limits list locale map memory memory_resource mutex new numbers numeric optional
ostream queue random ranges ratio regex scoped_allocator semaphore set shared_mutex source_location span spanstream sstream
stack stacktrace stdexcept stdfloat stop_token streambuf string string_view strstream syncstream system_error thread tuple
type_traits typeindex typeinfo unordered_map unordered_set utility valarray variant vector version
cassert cctype cerrno cfenv cfloat cinttypes climits clocale cmath csetjmp csignal cstdarg cstddef cstdint cstdio cstdlib
cstring ctime cuchar cwchar cwctype
assert.h ctype.h errno.h inttypes.h limits.h math.h signal.h stdarg.h stdbool.h stddef.h stdint.h stdio.h stdlib.h string.h
time.h
""".split())

# Every route pays for the public headers, and is compiled with whatever the app's author has.
NOT_PUBLIC = {
    "expected": "libstdc++ 12 has it only for compilers that came after it",
    "format": "libstdc++ 12 has none",
    "fstream": "it costs each route a tenth of a second",
    "iostream": "it costs each route a tenth of a second, and a static initialiser",
    "regex": "it costs each route half a second",
}

# What the kernel and libc give beside the standard library.
SYSTEM = re.compile(r"^(sys|netinet|arpa|linux|net)/[\w./]+\.h$|^("
                    r"cxxabi|dirent|dlfcn|elf|endian|execinfo|fcntl|fnmatch|getopt|glob|grp|ifaddrs|langinfo|link|netdb|poll|pthread"
                    r"|pwd|sched|spawn|strings|syslog|termios|ucontext|unistd|utime|immintrin|x86intrin|arm_neon|malloc"
                    r")\.h$|^sanitizer/[\w_]+\.h$")

INCLUDE = re.compile(r"^[ \t]*#[ \t]*(?:include|include_next|import)[ \t]*(<[^>\n]+>|\"[^\"\n]+\"|[^\s<\"]\S*)", re.MULTILINE)

# Comments, raw strings, strings and characters, in the order in which one can hide another.
TOKENS = re.compile(
    r"//[^\n]*|/\*.*?\*/"
    r"|\b(?:u8|[uUL])?R\"(?P<delimiter>[^()\\\s]{0,16})\(.*?\)(?P=delimiter)\""
    r"|(?P<directive>^[ \t]*#[ \t]*(?:include|include_next|import)[ \t]*(?:<[^>\n]+>|\"[^\"\n]+\"))"
    r"|\"(?:\\.|[^\"\\\n])*\""
    r"|(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])*'",
    re.DOTALL | re.MULTILINE)


def includes_of(text):
    """The (line, spelling) of each #include that a compiler would see, `<x>` or `"x"`; conditions are not evaluated."""
    text = join_lines(text)

    def blank(match):
        if match["directive"] is not None:
            return match[0]
        return re.sub(r"[^\n]", " ", match[0])

    plain = TOKENS.sub(blank, text)
    return [(plain.count("\n", 0, match.start(1)) + 1, match[1]) for match in INCLUDE.finditer(plain)]


def join_lines(text):
    """Joins lines at a backslash and gives the newlines back after the joined line, so that numbers stay right."""
    joined = []
    owed = 0
    for line in text.replace("\r\n", "\n").split("\n"):
        if line.endswith("\\"):
            joined.append(line[:-1])
            owed += 1
        else:
            joined.append(line + "\n" * (owed + 1))
            owed = 0
    return "".join(joined)


def read_layers(path):
    """{layer: layers that it may include} from folio_layer(…), in the order of the file; and what is wrong with it."""
    text = re.sub(r"#[^\n]*", "", path.read_text())
    layers = {}
    problems = []
    for match in re.finditer(r"folio_layer\(\s*([^)]*)\)", text):
        words = match[1].split()
        name, depends, section = words[0], [], None
        for word in words[1:]:
            if word in ("DEPENDS", "LINK"):
                section = word
            elif section == "DEPENDS":
                depends.append(word)
        line = text.count("\n", 0, match.start()) + 1
        for other in depends:
            if other not in layers:
                problems.append(f"framework/CMakeLists.txt:{line}: layer {name} depends on {other}, "
                                "which does not stand above it: arrows point one way")
        layers[name] = set(depends)
    return layers, problems


class Checker:
    def __init__(self, root):
        self.root = root
        self.layers, self.problems = read_layers(root / "framework" / "CMakeLists.txt")

    def run(self):
        if not self.layers:
            self.problems.append("framework/CMakeLists.txt: no folio_layer(…) found")
        framework = self.root / "framework"
        for path in sources(framework):
            part = path.relative_to(framework).parts[0]
            if part == "include":
                self.check(path, self.public_header)
            elif part in self.layers:
                self.check(path, lambda path, name, part=part: self.layer_file(path, name, part))
            elif part not in ("docs", "cmake"):
                self.problem(path, 1, f"framework/{part} is no layer of framework/CMakeLists.txt")
        for path in sources(self.root / "codegen"):
            self.check(path, self.codegen_file)
        for folder in ("routes", "example"):
            for path in sources(self.root / folder):
                self.check(path, lambda path, name, folder=folder: self.route_file(path, name, folder))
        return self.problems

    def check(self, path, rule):
        for line, spelling in includes_of(path.read_text(errors="replace")):
            if spelling[0] not in "<\"":
                self.problem(path, line, f"#include of the macro {spelling}: write the header's name")
                continue
            wrong = rule(path, spelling)
            if wrong:
                self.problem(path, line, f"{spelling}: {wrong}")

    def problem(self, path, line, text):
        self.problems.append(f"{path.relative_to(self.root)}:{line}: {text}")

    def public_header(self, path, spelling):
        name = spelling[1:-1]
        if spelling[0] == "<" and name.startswith("folio/"):
            return self.missing_public(name)
        if spelling[0] == "<" and name in STANDARD:
            return "no public header may include this: " + NOT_PUBLIC[name] if name in NOT_PUBLIC else None
        return "a public header includes the standard library and <folio/…> only"

    def layer_file(self, path, spelling, layer):
        name = spelling[1:-1]
        first = name.split("/")[0]
        if spelling[0] == "<":
            if name.startswith("folio/"):
                return self.missing_public(name)
            return self.angle(name, layer)
        if first == "codegen":
            if layer not in USES_CODEGEN:
                return f"only {listed(USES_CODEGEN)} may use codegen"
            return None if (self.root / name).is_file() else "there is no such header"
        if first not in self.layers or "/" not in name:
            return f"write \"{layer}/…\" for a header of the layer, \"<layer>/…\" for that of another, <…> for all else"
        if first != layer and first not in self.layers[layer]:
            return f"layer {layer} may not use {first}; it may use {listed(self.layers[layer])}"
        return None if (self.root / "framework" / name).is_file() else "there is no such header"

    def codegen_file(self, path, spelling):
        name = spelling[1:-1]
        first = name.split("/")[0]
        if spelling[0] == "<":
            return self.missing_public(name) if name.startswith("folio/") else self.angle(name, "codegen")
        allowed = {"codegen", "routing", "base"}
        return None if first in allowed and "/" in name else f"codegen may use {listed(allowed)}"

    def route_file(self, path, spelling, folder):
        name = spelling[1:-1]
        if spelling[0] == "<":
            if name.startswith("folio/"):
                return self.missing_public(name)
            return None if name in STANDARD or SYSTEM.match(name) else self.library_of_system(name)
        target = (path.parent / name).resolve()
        if not target.is_relative_to((self.root / folder).resolve()):
            return f"routes include <folio/…> and files of {folder}/ only"
        return None

    def library_of_system(self, name):
        """A route may use any library that is installed, but none of Folio's inner headers."""
        if name.split("/")[0] in self.layers or (self.root / "framework" / name).exists():
            return "routes include <folio/…>, never the framework's inner headers"
        return None

    def angle(self, name, layer):
        if name in STANDARD:
            return None
        for prefix, owners in LIBRARIES.items():
            if name == prefix or (prefix.endswith("/") and name.startswith(prefix)):
                return None if layer in owners else f"only {listed(owners)} may see this library"
        if SYSTEM.match(name):
            return f"layer {layer} is pure: bytes in, bytes out" if layer in WITHOUT_SYSTEM else None
        if (self.root / "framework" / name).is_file():
            return "write inner headers with quotation marks"
        return "this library is in no table of tests/layers/layers.py"

    def missing_public(self, name):
        return None if (self.root / "framework" / "include" / name).is_file() else "there is no such public header"


def listed(names):
    return ", ".join(sorted(names)) or "nothing"


def sources(folder):
    return sorted(path for path in folder.rglob("*") if path.suffix in SOURCES and ".folio" not in path.parts)


def main(arguments):
    if len(arguments) > 1:
        print(f"error: {__doc__}", file=sys.stderr)
        return 2
    root = pathlib.Path(arguments[0] if arguments else pathlib.Path(__file__).parent.parent.parent).resolve()
    problems = Checker(root).run()
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
