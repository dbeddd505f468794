#include "dev/app_folder.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

namespace folio::dev {
namespace fs = std::filesystem;

namespace {

bool holds_source(const fs::path& folder) {
  std::error_code error;
  fs::recursive_directory_iterator at(folder, fs::directory_options::skip_permission_denied, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    const auto name = at->path().filename().string();
    if (at->is_directory(error) && (name.starts_with('.') || name == "node_modules")) at.disable_recursion_pending();
    if (name.ends_with(".cpp")) return true;
  }
  return false;
}

}  // namespace

std::string AppFolder::name_of(std::string_view file) const {
  const bool is_ours = file.size() > root.size() && file.starts_with(root) && file[root.size()] == '/';
  if (!is_ours || base == "/") return std::string(file);
  return std::string(file.substr(base.size() + 1));
}

bool AppFolder::is_public(std::string_view file) const {
  return file.size() > public_files.size() && file.starts_with(public_files) && file[public_files.size()] == '/';
}

bool find_app(const std::string& given, AppFolder& app, std::string& error) {
  std::error_code code;
  const fs::path root = fs::canonical(given, code);
  if (code) {
    error = "there is no folder " + given + ": name a folder that holds routes/, or make one with `folio new NAME`";
    return false;
  }
  if (!fs::is_directory(root, code)) {
    error = given + " is no folder: name a folder that holds routes/, or a routes folder itself";
    return false;
  }
  app.root = root.string();
  app.name = root.filename().string();
  app.public_files = (root / "public").string();
  app.environment = (root / ".env").string();
  app.settings = (root / "folio.toml").string();
  if (fs::is_directory(root / "routes", code)) {
    app.routes = (root / "routes").string();
    app.sources = (root / "src").string();
    app.base = app.root;
    app.prefix = "routes";
    return true;
  }
  app.routes = app.root;
  app.base = root.parent_path().string();
  app.prefix = app.name;
  if (app.name == "routes" || holds_source(root)) return true;
  error = given + " holds neither routes/ nor a route file: make " + given +
          "/routes/index.cpp, or start an app with `folio new NAME`";
  return false;
}

bool is_watched_folder(const AppFolder& app, std::string_view folder) {
  const auto slash = folder.rfind('/');
  const auto name = folder.substr(slash + 1);
  if (name == "node_modules" || name == "__pycache__") return false;
  if (name.starts_with('.')) return name == ".well-known";
  // The app's own build output; a route below routes/build/ is a route.
  const bool at_top = slash != std::string_view::npos && folder.substr(0, slash) == app.root;
  return !(at_top && app.routes != app.root && (name == "build" || name == "dist"));
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

bool write_file(const std::string& path, std::string_view content) {
  std::error_code error;
  if (fs::file_size(path, error) == content.size() && !error && read_file(path) == content) return true;
  const std::string temporary = path + ".new";
  std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
  file.close();
  if (!file) return false;
  fs::rename(temporary, path, error);
  return !error;
}

}  // namespace folio::dev
