// `folio new`: the files of an app to start from.
#include <array>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include "dev/commands.hpp"

namespace folio::dev {
namespace fs = std::filesystem;

namespace {

struct StarterFile {
  const char* name;
  std::string_view content;
};

constexpr std::array<StarterFile, 7> kStarter{{
    {"routes/index.cpp", R"route(// Answers `/`. A file's place below routes/ is its path.
#include <folio/folio.hpp>
using namespace folio;

Html GET() {
  return Html(R"html(<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>A new app</title>
  <link rel="stylesheet" href="/style.css">
</head>
<body>
  <h1>It works.</h1>
  <p>This page is <code>routes/index.cpp</code>: edit it, save, and look here again.</p>
  <ul>
    <li><a href="/hello/Ada">/hello/Ada</a> is <code>routes/hello/[name].cpp</code></li>
    <li><code>/ws/echo</code> is a WebSocket, <code>routes/ws/echo.cpp</code>:
      <button id="say">say hello</button> <output id="heard"></output></li>
  </ul>
  <script>
    const socket = new WebSocket((location.protocol === 'https:' ? 'wss://' : 'ws://') + location.host + '/ws/echo');
    socket.onmessage = (event) => { document.getElementById('heard').textContent = event.data; };
    document.getElementById('say').onclick = () => socket.send('hello, ' + new Date().toLocaleTimeString());
  </script>
</body>
</html>
)html");
}
)route"},
    {"routes/hello/[name].cpp", R"route(// Answers `/hello/Ada`, as JSON: {"message":"Hello, Ada!"}
#include <folio/folio.hpp>
using namespace folio;

struct Greeting {
  std::string message;
};

Json<Greeting> GET(Path<"name", std::string> name) { return Greeting{"Hello, " + *name + "!"}; }
)route"},
    {"routes/ws/echo.cpp", R"route(// A WebSocket at `/ws/echo` that says everything back.
#include <folio/folio.hpp>
using namespace folio;

Task<> WS(WebSocket ws) {
  while (auto message = co_await ws.next()) co_await ws.send(std::move(*message));
}
)route"},
    {"public/style.css", R"css(:root { color-scheme: light dark; }
body { max-width: 40rem; margin: 4rem auto; padding: 0 1.25rem; font: 1.05rem/1.6 system-ui, sans-serif; }
code { padding: .1em .35em; border-radius: .3em; background: rgb(127 127 127 / .15); }
a { color: #2563c9; }
)css"},
    {"tests/hello_test.sh", R"sh(#!/bin/sh
# `folio test` runs every script in tests/ against the running app, whose address is in FOLIO_URL. Exit 0 is a pass.
set -eu
answer=$(curl -fsS "$FOLIO_URL/hello/Ada")
[ "$answer" = '{"message":"Hello, Ada!"}' ] || { echo "unexpected answer: $answer"; exit 1; }
)sh"},
    {".gitignore", ".folio/\n.env\n"},
    {"README.md", R"md(# NAME

An app on Folio: a file below `routes/` is a path.

| command | does |
|---|---|
| `folio dev NAME` | serve it at http://localhost:5000, and reload at every save |
| `folio routes NAME` | list its routes |
| `folio test NAME` | run the scripts in `tests/` against it |
| `folio build NAME -o server` | make one optimised binary of it |

`public/` is served as it stands. Settings (`PORT`, `HOST`, your own) may stand in `.env`.
)md"},
}};

std::string with_name(std::string_view text, const std::string& name) {
  std::string result(text);
  for (auto at = result.find("NAME"); at != std::string::npos; at = result.find("NAME", at + name.size())) {
    result.replace(at, 4, name);
  }
  return result;
}

}  // namespace

int new_app(const std::string& folder) {
  std::error_code error;
  const fs::path root = fs::absolute(folder, error).lexically_normal();
  const std::string name = root.has_filename() ? root.filename().string() : root.parent_path().filename().string();
  if (name.empty() || name.starts_with('-')) return complain("'" + folder + "' is no name for an app's folder", 2);
  const bool is_empty_folder = fs::is_directory(root, error) && fs::is_empty(root, error);
  if (fs::exists(root, error) && !is_empty_folder) {
    return complain(folder + " is there already: choose another name, or remove it", 1);
  }
  for (const auto& file : kStarter) {
    const fs::path path = root / file.name;
    fs::create_directories(path.parent_path(), error);
    const bool is_text = path.filename() == "README.md";
    if (error || !write_file(path.string(), is_text ? with_name(file.content, name) : std::string(file.content))) {
      return complain("cannot write " + path.string() + ": make the folder writable to you", 1);
    }
  }
  fs::permissions(root / "tests/hello_test.sh", fs::perms::owner_exec | fs::perms::group_exec | fs::perms::others_exec,
                  fs::perm_options::add, error);
  std::printf("Made %s. To see it:\n\n  ./folio dev %s\n", folder.c_str(), folder.c_str());
  return 0;
}

}  // namespace folio::dev
