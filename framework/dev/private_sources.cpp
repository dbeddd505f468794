#include "dev/private_sources.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "routing/source.hpp"

namespace folio::dev {
namespace fs = std::filesystem;

namespace {

bool is_source(const std::string& name) {
  return name.ends_with(".cpp") && !name.starts_with('.');
}

// Calls `take` with each source below the folder, absolute.
template <class Take>
void each_source(const AppFolder& app, const std::string& folder, Take take) {
  std::error_code error;
  fs::recursive_directory_iterator at(folder, fs::directory_options::skip_permission_denied, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    std::error_code ignored;
    const std::string path = at->path().string();
    if (at->is_directory(ignored)) {
      // What is served as it stands is no source, whatever it is called.
      if (!is_watched_folder(app, path) || path == app.public_files) at.disable_recursion_pending();
    } else if (is_source(at->path().filename().string()) && at->is_regular_file(ignored)) {
      take(path);
    }
  }
}

}  // namespace

std::vector<std::string> find_private_sources(const AppFolder& app) {
  std::vector<std::string> sources;
  each_source(app, app.routes, [&](const std::string& path) {
    const auto file = std::string_view(path).substr(app.routes.size() + 1);
    if (routing::classify(file).role == routing::Role::Private) sources.push_back(path);
  });
  if (!app.sources.empty()) {
    each_source(app, app.sources, [&](const std::string& path) { sources.push_back(path); });
  }
  std::ranges::sort(sources);
  return sources;
}

}  // namespace folio::dev
