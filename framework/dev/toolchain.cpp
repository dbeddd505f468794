#include "dev/toolchain.hpp"

#include <array>
#include <fstream>
#include <sstream>

namespace folio::dev {
namespace {

struct SingleKey {
  std::string_view key;
  std::string Toolchain::* member;
  bool needed;
};
constexpr std::array<SingleKey, 11> kSingleKeys{{
    {"VERSION", &Toolchain::version, true},
    {"SOURCE_DIR", &Toolchain::source_folder, true},
    {"BINARY_DIR", &Toolchain::build_folder, true},
    {"PRESET_SANITIZE", &Toolchain::sanitizers, false},
    {"CXX", &Toolchain::compiler, true},
    {"NINJA", &Toolchain::ninja, true},
    {"STRIP", &Toolchain::strip, false},
    {"NM", &Toolchain::nm, false},
    {"LINKER", &Toolchain::linker, false},
    {"HOST", &Toolchain::host, false},
    {"SHARED_LIBRARY", &Toolchain::shared_library, true},
}};

struct ListKey {
  std::string_view key;
  std::vector<std::string> Toolchain::* member;
};
constexpr std::array<ListKey, 10> kListKeys{{
    {"CXX_LAUNCHER", &Toolchain::launcher},
    {"INCLUDES", &Toolchain::includes},
    {"ROUTE_CXXFLAGS", &Toolchain::route_cxxflags},
    {"ROUTE_LDFLAGS", &Toolchain::route_ldflags},
    {"APP_CXXFLAGS", &Toolchain::app_cxxflags},
    {"APP_LDFLAGS", &Toolchain::app_ldflags},
    {"APP_OWN_RUNTIME", &Toolchain::app_own_runtime},
    {"APP_LIBRARIES", &Toolchain::app_libraries},
    {"APP_ARCHIVES", &Toolchain::app_archives},
    {"APP_TARGETS", &Toolchain::app_targets},
}};

void take_line(std::string_view line, Toolchain& toolchain) {
  const auto equals = line.find('=');
  if (line.starts_with('#') || equals == std::string_view::npos) return;
  const auto key = line.substr(0, equals);
  const auto value = line.substr(equals + 1);
  for (const auto& each : kSingleKeys) {
    if (each.key == key) toolchain.*each.member = value;
  }
  for (const auto& each : kListKeys) {
    if (each.key == key) (toolchain.*each.member).emplace_back(value);
  }
}

}  // namespace

bool parse_toolchain(std::string_view text, Toolchain& toolchain, std::string& error) {
  toolchain = {};
  while (!text.empty()) {
    const auto end = text.find('\n');
    take_line(text.substr(0, end), toolchain);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  for (const auto& each : kSingleKeys) {
    if (each.needed && (toolchain.*each.member).empty()) {
      error = "the key " + std::string(each.key) + " is missing";
      return false;
    }
  }
  return true;
}

bool read_toolchain(const std::string& file, Toolchain& toolchain, std::string& error) {
  std::ifstream input(file, std::ios::binary);
  if (!input) {
    error = "cannot read " + file + ", which CMake writes: configure Folio's build folder anew";
    return false;
  }
  std::ostringstream text;
  text << input.rdbuf();
  if (parse_toolchain(text.str(), toolchain, error)) return true;
  error = file + ": " + error + ": configure Folio's build folder anew";
  return false;
}

}  // namespace folio::dev
