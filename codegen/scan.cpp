#include "codegen/scan.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <system_error>
#include <utility>

namespace folio::codegen {
namespace {

namespace fs = std::filesystem;

class Scanner {
 public:
  explicit Scanner(const Options& options) : options_(options) {}

  Scan run() && {
    std::error_code error;
    if (!fs::exists(options_.routes, error)) {
      fail("there is no routes folder: " + options_.routes.string(),
           "create it with a first file in it, `" + options_.prefix + "/index.cpp`");
    } else if (!fs::is_directory(options_.routes, error)) {
      fail(options_.routes.string() + " is not a folder", "give the folder that holds the route files");
    } else {
      folder(options_.routes, "", 0);
    }
    if (options_.public_files) public_folder();
    std::ranges::sort(scan_.files, {}, &ScannedFile::file);
    std::ranges::sort(scan_.public_files);
    return std::move(scan_);
  }

 private:
  void fail(std::string message, std::string help) {
    scan_.errors.push_back({"", std::move(message), {}, std::move(help)});
  }

  void folder(const fs::path& path, const std::string& name, std::size_t depth) {
    std::error_code error;
    for (fs::directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error)) {
      const std::string own = entry->path().filename().string();
      const std::string file = name.empty() ? own : name + "/" + own;
      std::error_code ignored;
      if (entry->is_directory(ignored)) {
        // A link to a folder is not followed: it may lead back up.
        if (!entry->is_symlink(ignored) && !routing::is_closed_folder(own, depth) && !is_public(entry->path())) {
          folder(entry->path(), file, depth + 1);
        }
      } else if (entry->is_regular_file(ignored)) {
        add(entry->path(), file);
      }
    }
    if (error) fail("cannot read the folder " + path.string() + ": " + error.message(), "check its permissions");
  }

  [[nodiscard]] bool is_public(const fs::path& path) const {
    std::error_code ignored;
    return options_.public_files && fs::equivalent(path, *options_.public_files, ignored);
  }

  void add(const fs::path& path, const std::string& file) {
    const routing::Classification is = routing::classify(file);
    if (is.role != routing::Role::Unit && is.role != routing::Role::Misspelt) return;
    ScannedFile& scanned = scan_.files.emplace_back(ScannedFile{file, is, {}, {}});
    if (is.role == routing::Role::Misspelt) return;
    std::ifstream input(path, std::ios::binary);
    std::ostringstream text;
    text << input.rdbuf();
    if (!input.is_open() || input.bad()) fail("cannot read " + path.string(), "check its permissions");
    scanned.text = without_bom(std::move(text).str());
    scanned.facts = read_source(scanned.text);
  }

  void public_folder() {
    std::error_code error;
    const fs::path& root = *options_.public_files;
    if (!fs::exists(root, error)) return;  // an app need not have one
    for (fs::recursive_directory_iterator entry(root, error), end; !error && entry != end; entry.increment(error)) {
      std::error_code ignored;
      if (entry->is_regular_file(ignored)) {
        scan_.public_files.push_back(entry->path().lexically_relative(root).generic_string());
      }
    }
    if (error) fail("cannot read the folder " + root.string() + ": " + error.message(), "check its permissions");
  }

  const Options& options_;
  Scan scan_;
};

}  // namespace

Scan scan(const Options& options) {
  return Scanner(options).run();
}

}  // namespace folio::codegen
