// What a browser and an API client are shown instead of an answer while an app does not build or has crashed.
// Pure: text in, text out. Every piece of it is inserted as text, never as HTML.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dev/diagnostic.hpp"

namespace folio::dev {

struct Trouble {
  enum class Kind {
    Build,      // the sources do not build
    Crash,      // the app died, and is up again
    CrashLoop,  // it dies again and again, and stays down until a change
    Load,       // the built objects cannot be loaded
  };
  Kind kind = Kind::Build;
  std::string summary;  // one line: "2 errors", "SIGSEGV in routes/users/[id].cpp:12"
  std::vector<Diagnostic> diagnostics;
  std::string trace;             // of a crash: the stack, or what the sanitizer said
  std::uint64_t generation = 0;  // of a crash: the version of the app that is up again
};

// A whole HTML document, with inline style and the client script that takes it away once the trouble is over.
[[nodiscard]] std::string render_error_page(const Trouble& trouble);
// RFC 9457 problem details, with the diagnostics as the member `errors`.
[[nodiscard]] std::string render_error_json(const Trouble& trouble);

// The script behind /__folio/client.js: reload, CSS swap, overlay. It is added to every HTML page in development.
[[nodiscard]] std::string_view client_script();
// What is put into an HTML page of this version of the app to load it.
[[nodiscard]] std::string client_tag(std::uint64_t generation);
// Where in an HTML document the tag goes: before the last </body>, else before </html>, else at the end.
[[nodiscard]] std::size_t client_tag_position(std::string_view html);

}  // namespace folio::dev
