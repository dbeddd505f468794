#include "dev/app_folder.hpp"

#include <algorithm>
#include <cctype>
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

bool is_name_byte(char byte) {
  return std::isalnum(static_cast<unsigned char>(byte)) != 0 || byte == '_';
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

// The value behind the equals sign; false when a quotation mark is not closed.
bool read_value(std::string_view text, std::string& value) {
  if (text.starts_with('\'')) {
    const auto end = text.find('\'', 1);
    if (end == std::string_view::npos) return false;
    value = text.substr(1, end - 1);
    return true;
  }
  if (!text.starts_with('"')) {
    // Unquoted: up to a # that stands after a blank.
    const auto comment = text.find(" #");
    value = trimmed(text.substr(0, comment));
    if (text.starts_with('#')) value.clear();
    return true;
  }
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] == '"') return true;
    if (text[at] == '\\' && at + 1 < text.size()) {
      const char next = text[++at];
      if (next == 'n') {
        value += '\n';
      } else if (next == 't') {
        value += '\t';
      } else if (next == '"' || next == '\\' || next == '$') {
        value += next;
      } else {
        value += '\\';
        value += next;
      }
    } else {
      value += text[at];
    }
  }
  return false;
}

}  // namespace

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
  if (fs::is_directory(root / "routes", code)) {
    app.routes = (root / "routes").string();
    app.prefix = "routes/";
    return true;
  }
  app.routes = app.root;
  app.prefix = "";
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

std::vector<EnvironmentPair> parse_environment(std::string_view text, std::vector<std::string>& problems) {
  std::vector<EnvironmentPair> pairs;
  std::size_t number = 0;
  while (!text.empty()) {
    ++number;
    const auto end = text.find('\n');
    auto line = trimmed(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty() || line.starts_with('#')) continue;
    if (line.starts_with("export ")) line = trimmed(line.substr(7));
    const auto equals = line.find('=');
    const auto name = equals == std::string_view::npos ? line : trimmed(line.substr(0, equals));
    const bool is_name = !name.empty() && std::ranges::all_of(name, is_name_byte) && std::isdigit(name[0]) == 0;
    EnvironmentPair pair{std::string(name), {}};
    if (equals == std::string_view::npos || !is_name || !read_value(trimmed(line.substr(equals + 1)), pair.value)) {
      problems.push_back("line " + std::to_string(number) + " is not NAME=value");
      continue;
    }
    pairs.push_back(std::move(pair));
  }
  return pairs;
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
