// Where an app's parts lie. Paths are absolute, without a slash at the end.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace folio::dev {

struct AppFolder {
  std::string root;          // what names of files are shown relative to
  std::string routes;        // the routes folder: root/routes, or root itself
  std::string prefix;        // routes relative to root, with a slash at its end: "routes/", or empty
  std::string public_files;  // root/public, whether it exists or not
  std::string environment;   // root/.env, whether it exists or not
  std::string name;          // the last part of the root's path

  // Whether a file of the app (absolute) is one that is served as it stands.
  [[nodiscard]] bool is_public(std::string_view file) const;
};

// An app is a folder that holds routes/, or a routes folder itself. False when `given` is neither; `error` then says
// what, where and how to mend it.
[[nodiscard]] bool find_app(const std::string& given, AppFolder& app, std::string& error);

// Whether a folder of the app is looked into for changes: not what tools put there.
[[nodiscard]] bool is_watched_folder(const AppFolder& app, std::string_view folder);

// The pairs of a .env file: NAME=value, `export` before it is taken, # begins a comment, values may be quoted ("…" with
// \n \t \" \\, '…' as it stands). Lines that are none are skipped and named in `problems`.
struct EnvironmentPair {
  std::string name;
  std::string value;
};
[[nodiscard]] std::vector<EnvironmentPair> parse_environment(std::string_view text, std::vector<std::string>& problems);

// The whole of a file; empty when it cannot be read.
[[nodiscard]] std::string read_file(const std::string& path);
// Writes a file whole or not at all: a temporary one beside it, then a rename. Nothing when it has this content
// already.
[[nodiscard]] bool write_file(const std::string& path, std::string_view content);

}  // namespace folio::dev
