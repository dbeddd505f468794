// Where an app's parts lie. Paths are absolute, without a slash at the end.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace folio::dev {

struct AppFolder {
  std::string root;          // the folder that was named
  std::string routes;        // the routes folder: root/routes, or root itself
  std::string base;          // what names of files are shown relative to: the folder that the routes folder lies in
  std::string prefix;        // the routes folder's name below it: "routes" or, say, "example"
  std::string sources;       // root/src, whether it exists or not; none beside a routes folder that is the app itself
  std::string public_files;  // root/public, whether it exists or not
  std::string environment;   // root/.env, whether it exists or not
  std::string settings;      // root/folio.toml, whether it exists or not
  std::string name;          // the last part of the root's path

  // How a file (absolute) is called: relative to the base when it lies in the app.
  [[nodiscard]] std::string name_of(std::string_view file) const;
  // Whether a file of the app (absolute) is one that is served as it stands.
  [[nodiscard]] bool is_public(std::string_view file) const;
};

// An app is a folder that holds routes/, or a routes folder itself. False when `given` is neither; `error` then says
// what, where and how to mend it.
[[nodiscard]] bool find_app(const std::string& given, AppFolder& app, std::string& error);

// Whether a folder of the app is looked into for changes: not what tools put there.
[[nodiscard]] bool is_watched_folder(const AppFolder& app, std::string_view folder);

// The whole of a file; empty when it cannot be read.
[[nodiscard]] std::string read_file(const std::string& path);
// Writes a file whole or not at all: a temporary one beside it, then a rename. Nothing when it has this content
// already.
[[nodiscard]] bool write_file(const std::string& path, std::string_view content);

}  // namespace folio::dev
