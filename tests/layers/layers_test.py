"""The arrows of this repository, and the checker itself on trees that break them."""

import contextlib
import io
import pathlib
import tempfile
import unittest

import layers

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

CMAKE = """
# folio_layer(comment)
folio_layer(base)
folio_layer(http DEPENDS base
            LINK llhttp)  # a wrapped call
folio_layer(net DEPENDS base LINK PkgConfig::libuv)
folio_layer(app DEPENDS net http base)
folio_layer(dev DEPENDS app base)
"""


class Repository(unittest.TestCase):
    def test_follows_the_arrows(self):
        problems = layers.Checker(ROOT).run()
        self.assertEqual([], problems, "\n" + "\n".join(problems))

    def test_has_layers_to_check(self):
        found, problems = layers.read_layers(ROOT / "framework" / "CMakeLists.txt")
        self.assertEqual([], problems)
        self.assertLessEqual({"base", "http", "ws", "routing", "rooms", "net", "app", "dev"}, set(found))
        self.assertEqual(set(), found["base"])

    def test_pure_layers_do_not_reach_the_loop(self):
        found, _ = layers.read_layers(ROOT / "framework" / "CMakeLists.txt")

        def reach(layer):
            return found[layer].union(*(reach(other) for other in found[layer]))

        for pure in ("http", "ws", "routing", "rooms"):
            self.assertFalse(reach(pure) & {"net", "app", "dev", "async"}, pure)

    def test_libraries_have_the_wrapper_that_the_architecture_names(self):
        self.assertEqual({"net"}, layers.LIBRARIES["uv.h"])
        self.assertEqual({"http"}, layers.LIBRARIES["llhttp.h"])
        self.assertEqual({"json"}, layers.LIBRARIES["simdjson.h"])
        self.assertEqual({"net", "crypto"}, layers.LIBRARIES["openssl/"])
        self.assertEqual({"app", "dev"}, layers.LIBRARIES["spdlog/"])


class Tree(unittest.TestCase):
    """Writes a small repository and checks it."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name).resolve()
        self.write("framework/CMakeLists.txt", CMAKE)
        self.write("framework/base/buffer.hpp", "#include <vector>\n")
        self.write("framework/http/parser.hpp", '#include "base/buffer.hpp"\n')
        self.write("framework/net/loop.hpp", '#include "base/buffer.hpp"\n')
        self.write("framework/include/folio/task.hpp", "#include <coroutine>\n")
        self.write("framework/include/folio/folio.hpp", "#include <folio/task.hpp>\n")

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def problems(self):
        return layers.Checker(self.root).run()

    def assert_clean(self, path, text):
        self.write(path, text)
        self.assertEqual([], self.problems())

    def assert_refused(self, path, text, part, line=1):
        self.write(path, text)
        found = self.problems()
        self.assertEqual(1, len(found), found)
        self.assertTrue(found[0].startswith(f"{path}:{line}: "), found[0])
        self.assertIn(part, found[0])


class Layers(Tree):
    def test_clean_tree(self):
        self.assertEqual([], self.problems())

    def test_own_header_and_those_below(self):
        self.assert_clean("framework/http/parser.cpp",
                          '#include "http/parser.hpp"\n#include "base/buffer.hpp"\n#include <folio/task.hpp>\n')

    def test_upward(self):
        self.assert_refused("framework/http/parser.cpp", '#include "http/parser.hpp"\n#include "net/loop.hpp"\n',
                            "layer http may not use net; it may use base", line=2)

    def test_dependency_of_a_dependency_is_not_inherited(self):
        self.assert_refused("framework/dev/watch.cpp", '#include "net/loop.hpp"\n', "layer dev may not use net")

    def test_sideways_by_path(self):
        self.assert_refused("framework/http/x.cpp", '#include "../net/loop.hpp"\n', 'write "http/…"')

    def test_bare_name(self):
        self.assert_refused("framework/http/x.cpp", '#include "parser.hpp"\n', 'write "http/…"')

    def test_inner_header_in_angle_brackets(self):
        self.assert_refused("framework/http/x.cpp", "#include <base/buffer.hpp>\n", "quotation marks")

    def test_missing_header(self):
        self.assert_refused("framework/http/x.cpp", '#include "base/none.hpp"\n', "no such header")

    def test_folder_that_is_no_layer(self):
        self.write("framework/extra/x.cpp", "")
        self.assertEqual(["framework/extra/x.cpp:1: framework/extra is no layer of framework/CMakeLists.txt"],
                         self.problems())

    def test_arrow_against_the_order(self):
        self.write("framework/CMakeLists.txt", "folio_layer(base DEPENDS net)\nfolio_layer(net DEPENDS base)\n"
                   "folio_layer(http DEPENDS base)\n")
        self.assertIn("framework/CMakeLists.txt:1: layer base depends on net", self.problems()[0])

    def test_no_layers_at_all(self):
        self.write("framework/CMakeLists.txt", "")
        self.assertIn("no folio_layer", "".join(self.problems()))

    def test_codegen_is_for_the_top_alone(self):
        self.write("codegen/scan.hpp", "")
        self.assert_refused("framework/app/serve.cpp", '#include "codegen/scan.hpp"\n', "only dev may use codegen")
        (self.root / "framework/app/serve.cpp").unlink()
        self.assert_clean("framework/dev/routes.cpp", '#include "codegen/scan.hpp"\n')
        self.assert_refused("framework/dev/routes.cpp", '#include "codegen/none.hpp"\n', "no such header")


class Libraries(Tree):
    def test_each_in_its_wrapper(self):
        for path, header in (("net/a.cpp", "uv.h"), ("net/a.cpp", "openssl/ssl.h"), ("http/a.cpp", "llhttp.h"),
                             ("app/a.cpp", "spdlog/spdlog.h"), ("dev/a.cpp", "fmt/format.h")):
            with self.subTest(header):
                self.assert_clean(f"framework/{path}", f"#include <{header}>\n")

    def test_elsewhere(self):
        for path, header, owners in (("base/a.cpp", "uv.h", "net"), ("app/a.cpp", "uv.h", "net"),
                                     ("net/a.cpp", "llhttp.h", "http"), ("http/a.cpp", "openssl/evp.h", "crypto, net"),
                                     ("app/a.cpp", "simdjson.h", "json"), ("net/a.cpp", "spdlog/spdlog.h", "app, dev"),
                                     ("net/a.cpp", "zlib.h", "http, ws"), ("app/a.cpp", "brotli/encode.h", "http"),
                                     ("app/a.cpp", "zstd.h", "http")):
            with self.subTest(f"{header} in {path}"):
                self.assert_refused(f"framework/{path}", f"#include <{header}>\n", f"only {owners} may see")
                (self.root / "framework" / path).unlink()

    def test_unknown_library(self):
        self.assert_refused("framework/app/a.cpp", "#include <boost/asio.hpp>\n", "in no table")

    def test_system_headers_stay_out_of_pure_layers(self):
        self.assert_clean("framework/net/a.cpp", "#include <sys/socket.h>\n#include <unistd.h>\n")
        self.assert_refused("framework/http/a.cpp", "#include <sys/socket.h>\n", "is pure")

    def test_codegen_has_no_loop(self):
        self.assert_refused("codegen/emit.cpp", "#include <uv.h>\n", "only net may see")

    def test_codegen_may_not_use_the_net_layer(self):
        self.assert_refused("codegen/emit.cpp", '#include "net/loop.hpp"\n', "codegen may use")


class PublicHeaders(Tree):
    def test_inner_header(self):
        self.assert_refused("framework/include/folio/x.hpp", '#include "base/buffer.hpp"\n', "only")

    def test_library(self):
        self.assert_refused("framework/include/folio/x.hpp", "#include <uv.h>\n", "only")

    def test_system_header(self):
        self.assert_refused("framework/include/folio/x.hpp", "#include <unistd.h>\n", "only")

    def test_header_that_costs_too_much(self):
        self.assert_refused("framework/include/folio/x.hpp", "#include <iostream>\n", "may include this")

    def test_missing_public_header(self):
        self.assert_refused("framework/include/folio/x.hpp", "#include <folio/none.hpp>\n", "no such public header")

    def test_below_a_condition(self):
        self.assert_refused("framework/include/folio/x.hpp", "#if 0\n#  include <uv.h>\n#endif\n", "only", line=2)


class Routes(Tree):
    def test_folio_std_and_the_system(self):
        self.assert_clean("routes/users/[id].cpp", "#include <folio/folio.hpp>\n#include <vector>\n#include <unistd.h>\n")

    def test_own_files(self):
        self.write("example/ws/shared.hpp", "")
        self.assert_clean("example/ws/chat.cpp", '#include "shared.hpp"\n#include "../ws/shared.hpp"\n')

    def test_inner_header(self):
        self.assert_refused("routes/a.cpp", "#include <net/loop.hpp>\n", "never the framework's inner headers")

    def test_inner_header_by_path(self):
        self.assert_refused("example/a.cpp", '#include "../framework/net/loop.hpp"\n', "files of example/ only")

    def test_inner_header_in_quotation_marks_is_looked_up_beside_the_route(self):
        self.write("routes/lib/x.hpp", "")
        self.assert_clean("routes/a.cpp", '#include "lib/x.hpp"\n')

    def test_what_the_tool_generates_is_no_source(self):
        self.assert_clean("example/.folio/x.cpp", '#include "anything/at/all.hpp"\n')


class Includes(unittest.TestCase):
    """What counts as an #include."""

    def assert_found(self, text, *expected):
        self.assertEqual(list(expected), layers.includes_of(text))

    def test_plain(self):
        self.assert_found('#include <a>\n  #  include "b"\n#include<c>', (1, "<a>"), (2, '"b"'), (3, "<c>"))

    def test_line_comment(self):
        self.assert_found("// #include <a>\n#include <b> // #include <c>\n", (2, "<b>"))

    def test_block_comment(self):
        self.assert_found("/*\n#include <a>\n*/\n#include <b>\n", (4, "<b>"))

    def test_comment_marks_inside_strings(self):
        self.assert_found('auto a = "/*";\n#include <b>\nauto c = "*/";\n', (2, "<b>"))
        self.assert_found("char a = '\"';\n#include <b>\nchar c = '\"';\n", (2, "<b>"))

    def test_digit_separators_are_no_characters(self):
        self.assert_found("int a = 1'000;\n#include <b>\nint c = 0xF'F;\n", (2, "<b>"))

    def test_raw_string(self):
        self.assert_found('auto a = R"(\n#include <a>\n)";\n#include <b>\n', (4, "<b>"))
        self.assert_found('auto a = R"x(\n)"\n#include <a>\n)x";\n#include <b>\n', (5, "<b>"))

    def test_joined_lines(self):
        self.assert_found("#include \\\n  <a>\n#include <b>\n", (1, "<a>"), (3, "<b>"))
        self.assert_found("// a comment \\\n#include <a>\n#include <b>\n", (3, "<b>"))

    def test_carriage_returns(self):
        self.assert_found("#include <a>\r\n#include <b>\r\n", (1, "<a>"), (2, "<b>"))

    def test_macro(self):
        self.assert_found("#include HEADER\n", (1, "HEADER"))

    def test_comment_that_begins_behind_an_include(self):
        self.assert_found("#include <a> /* from here\n#include <b>\nto here */\n#include <c>\n", (1, "<a>"), (4, "<c>"))

    def test_path_with_comment_marks(self):
        self.assert_found("#include <a//b>\n#include <c>\n", (1, "<a//b>"), (2, "<c>"))


class CommandLine(Tree):
    def test_exit_codes(self):
        self.assertEqual((0, "", ""), self.run_main(str(self.root)))
        code, _, errors = self.run_main("a", "b")
        self.assertEqual((2, "error: "), (code, errors[:7]))
        self.write("framework/base/x.cpp", "#include <uv.h>\n")
        self.assertEqual((1, "framework/base/x.cpp:1: <uv.h>: only net may see this library\n", ""),
                         self.run_main(str(self.root)))

    def run_main(self, *arguments):
        with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as errors:
            code = layers.main(arguments)
        return code, out.getvalue(), errors.getvalue()
