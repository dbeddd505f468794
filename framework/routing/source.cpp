#include "routing/source.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "routing/suggest.hpp"

namespace folio::routing {
namespace {

constexpr std::string_view kMatcherFolder = "_matchers";
constexpr std::string_view kWellKnown = ".well-known";
constexpr std::string_view kExtension = ".cpp";

struct SpecialFile {
  std::string_view name;
  Kind kind;
};
constexpr std::array kSpecialFiles{SpecialFile{"_middleware.cpp", Kind::Middleware},
                                   SpecialFile{"_error.cpp", Kind::Error}, SpecialFile{"_404.cpp", Kind::NotFound}};

// The name without what people vary: case, underscores, dashes.
std::string bare(std::string_view stem) {
  std::string result;
  for (const char c : stem) {
    if (c == '_' || c == '-') continue;
    result += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return result;
}

bool is_cpp_like(std::string_view extension) {
  constexpr std::array<std::string_view, 7> kExtensions{".cpp", ".cc", ".cxx", ".c++", ".CPP", ".C", ".cp"};
  return std::ranges::find(kExtensions, extension) != kExtensions.end();
}

// `_midleware.cpp`, `_Middleware.cpp`, `_middleware.cc`, `_500.cpp`: ignored in silence, each would be a hole.
std::string_view meant_by(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || !is_cpp_like(name.substr(dot))) return {};
  const std::string stem = bare(name.substr(0, dot));
  if (edit_distance(stem, "middleware") <= 2) return "_middleware.cpp";
  if (stem == "404" || stem == "4o4" || stem == "notfound") return "_404.cpp";
  if (edit_distance(stem, "error") <= 1) return "_error.cpp";
  const bool is_status = stem.size() == 3 && (stem[0] == '4' || stem[0] == '5') &&
                         std::ranges::all_of(stem, [](char c) { return c >= '0' && c <= '9'; });
  return is_status ? "_error.cpp" : std::string_view{};
}

bool is_hidden(std::string_view component) {
  return component.starts_with('.') && component != kWellKnown && component != ".well-known.cpp";
}

}  // namespace

std::string_view folder_of(std::string_view file) {
  const std::size_t slash = file.rfind('/');
  return slash == std::string_view::npos ? std::string_view{} : file.substr(0, slash);
}

std::string_view file_name_of(std::string_view file) {
  const std::size_t slash = file.rfind('/');
  return slash == std::string_view::npos ? file : file.substr(slash + 1);
}

std::string_view matcher_name_of(std::string_view file) {
  const std::string_view name = file_name_of(file);
  return name.substr(0, name.size() - kExtension.size());
}

bool is_closed_folder(std::string_view name, std::size_t depth) {
  if (is_hidden(name)) return true;
  return name.starts_with('_') && !(depth == 0 && name == kMatcherFolder);
}

Classification classify(std::string_view file) {
  const std::string_view name = file_name_of(file);
  const std::string_view folder = folder_of(file);
  std::size_t depth = 0;
  for (std::size_t at = 0; !folder.empty() && at <= folder.size(); ++depth) {
    const std::size_t slash = std::min(folder.find('/', at), folder.size());
    if (is_closed_folder(folder.substr(at, slash - at), depth)) {
      return {folder.substr(at).starts_with('.') ? Role::Ignored : Role::Private, Kind::Route, {}};
    }
    at = slash + 1;
  }
  if (is_hidden(name)) return {};
  const bool is_source = name.ends_with(kExtension) && name.size() > kExtension.size();
  if (folder.starts_with(kMatcherFolder)) {
    if (folder != kMatcherFolder || name.starts_with('_')) return {Role::Private, Kind::Route, {}};
    return {is_source ? Role::Unit : Role::Ignored, Kind::Matcher, {}};
  }
  if (name.starts_with('_')) {
    for (const auto& special : kSpecialFiles) {
      if (name == special.name) return {Role::Unit, special.kind, {}};
    }
    const std::string_view meant = meant_by(name);
    return {meant.empty() ? Role::Private : Role::Misspelt, Kind::Route, meant};
  }
  return {is_source ? Role::Unit : Role::Ignored, Kind::Route, {}};
}

}  // namespace folio::routing
