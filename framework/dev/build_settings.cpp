#include "dev/build_settings.hpp"

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <utility>

namespace folio::dev {
namespace {

constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
constexpr std::array<std::string_view, 6> kComparisons{"=", "!=", "<", "<=", ">", ">="};

// Letters, digits and some marks, a letter or digit first: nothing that could be an option of pkg-config.
bool is_word(std::string_view text, std::string_view marks) {
  return !text.empty() && kLetters.find(text.front()) != std::string_view::npos &&
         std::ranges::all_of(text, [&](char byte) {
           return kLetters.find(byte) != std::string_view::npos || marks.find(byte) != std::string_view::npos;
         });
}

// Takes what is before the first of `ends` away, and the blanks behind it.
std::string_view take_until(std::string_view& text, auto is_end) {
  const auto end = std::ranges::find_if(text, is_end);
  const auto word = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(word.size());
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  return word;
}

// "sqlite3", "sqlite3 >= 3.40", "sqlite3>=3.40".
bool parse_package(std::string_view text, WantedPackage& package) {
  const auto in_comparison = [](char byte) { return std::string_view("=!<>").find(byte) != std::string_view::npos; };
  const auto name = take_until(text, [&](char byte) { return byte == ' ' || in_comparison(byte); });
  if (!is_word(name, "+-._")) return false;
  package.name = name;
  if (text.empty()) return true;
  const auto comparison = take_until(text, [&](char byte) { return !in_comparison(byte); });
  if (std::ranges::find(kComparisons, comparison) == kComparisons.end() || !is_word(text, "+-._~:")) return false;
  package.condition = std::string(comparison) + " " + std::string(text);
  return true;
}

class Reader {
 public:
  Reader(const std::string& file, std::vector<Diagnostic>& errors) : file_(file), errors_(errors) {}

  BuildSettings read(const toml::parse_result& document) {
    BuildSettings settings;
    if (!document) {
      fail(document.error().source(), "not TOML: " + std::string(document.error().description()), {});
      return settings;
    }
    const toml::node* section = document.table().get("build");
    if (section == nullptr) return settings;
    if (section->as_table() == nullptr) {
      fail(section->source(), "build must be a section", "write [build] on a line of its own");
      return settings;
    }
    for (const auto& [key, node] : *section->as_table()) {
      if (key.str() == "packages") {
        settings.packages = packages(node);
      } else {
        fail(key.source(), "there is no setting 'build." + std::string(key.str()) + "'",
             "the section [build] knows packages = [\"…\"] alone");
      }
    }
    return settings;
  }

 private:
  std::vector<WantedPackage> packages(const toml::node& node) {
    std::vector<WantedPackage> list;
    if (node.as_array() == nullptr) {
      fail(node.source(), "build.packages must be a list of texts", "write packages = [\"sqlite3\"]");
      return list;
    }
    for (const auto& item : *node.as_array()) {
      WantedPackage package{.name = {}, .condition = {}, .place = place(item.source())};
      const auto text = item.value_exact<std::string>();
      if (text && parse_package(*text, package)) {
        list.push_back(std::move(package));
      } else {
        fail(
            item.source(), text ? "'" + *text + "' is no package" : "a package must be a text in quotes",
            "write the name that pkg-config has for it, with a condition or without: \"sqlite3\", \"sqlite3 >= 3.40\"");
      }
    }
    return list;
  }

  [[nodiscard]] Place place(const toml::source_region& region) const {
    return {file_, region.begin.line, region.begin.column};
  }

  void fail(const toml::source_region& region, std::string message, std::string help) {
    Diagnostic error;
    error.message = std::move(message);
    error.place = place(region);
    error.help = std::move(help);
    errors_.push_back(std::move(error));
  }

  const std::string& file_;
  std::vector<Diagnostic>& errors_;
};

}  // namespace

BuildSettings read_build_settings(std::string_view text, const std::string& file, std::vector<Diagnostic>& errors) {
  return Reader(file, errors).read(toml::parse(text));
}

}  // namespace folio::dev
