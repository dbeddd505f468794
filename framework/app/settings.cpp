#include "app/settings.hpp"

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <concepts>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <limits>
#include <optional>
#include <sstream>
#include <type_traits>
#include <utility>
#include <vector>

#include "app/access_log.hpp"
#include "app/settings_table.hpp"

namespace folio::app {

namespace {

// The words for the values of an enumeration.
template <class Enum>
struct Words;
template <>
struct Words<WsCompression> {
  static constexpr std::array<std::pair<WsCompression, std::string_view>, 3> all{
      {{WsCompression::Off, "off"}, {WsCompression::Shared, "shared"}, {WsCompression::Dedicated, "dedicated"}}};
};
template <>
struct Words<AccessLog> {
  static constexpr auto all = access_log_names;
};
template <class T>
concept Worded = std::is_enum_v<T>;

// --- printing ---

std::string quoted(const std::string& text) {
  constexpr auto flags = toml::toml_formatter::default_flags & ~toml::format_flags::allow_literal_strings &
                         ~toml::format_flags::allow_multi_line_strings;
  const toml::value<std::string> value(text);
  std::ostringstream out;
  out << toml::toml_formatter(value, flags);
  return out.str();
}

template <std::integral T>
std::string printed(const T& value) {
  if constexpr (std::same_as<T, bool>) return value ? "true" : "false";
  return std::to_string(value);
}
std::string printed(const std::string& text) {
  return quoted(text);
}
std::string printed(const std::vector<std::string>& texts) {
  std::string list = "[";
  for (const auto& text : texts) list.append(list.size() > 1 ? ", " : "").append(quoted(text));
  return list + "]";
}
template <Worded Enum>
std::string printed(Enum value) {
  for (const auto& [each, word] : Words<Enum>::all) {
    if (each == value) return quoted(std::string(word));
  }
  return "\"\"";
}

// --- reading ---

// A number with an optional unit of bytes: "64 KiB".
std::optional<std::uint64_t> parse_size(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, unsigned>, 5> units{
      {{"", 0}, {"B", 0}, {"KiB", 10}, {"MiB", 20}, {"GiB", 30}}};
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return std::nullopt;
  std::string_view rest(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (rest.starts_with(' ')) rest.remove_prefix(1);
  const auto* unit = std::ranges::find(units, rest, &std::pair<std::string_view, unsigned>::first);
  if (unit == units.end() || value > (std::numeric_limits<std::uint64_t>::max() >> unit->second)) return std::nullopt;
  return value << unit->second;
}

// Each gives what is expected instead, or nothing when it was taken.
template <std::integral T>
std::string take(const toml::node& node, T& member) {
  if constexpr (std::same_as<T, bool>) {
    const auto value = node.value_exact<bool>();
    if (value) member = *value;
    return value ? "" : "true or false";
  } else {
    std::optional<std::uint64_t> value;
    if (const auto number = node.value_exact<std::int64_t>(); number && *number >= 0) {
      value = static_cast<std::uint64_t>(*number);
    } else if (const auto text = node.value_exact<std::string>()) {
      value = parse_size(*text);
    }
    constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<T>::max());
    if (value && *value <= most) {
      member = static_cast<T>(*value);
      return {};
    }
    return "a number from 0 to " + std::to_string(most) + ", or one with a unit, such as \"64 KiB\"";
  }
}
std::string take(const toml::node& node, std::string& member) {
  auto value = node.value_exact<std::string>();
  if (value) member = *std::move(value);
  return value ? "" : "a text in quotes";
}
std::string take(const toml::node& node, std::vector<std::string>& member) {
  std::vector<std::string> texts;
  const toml::array* list = node.as_array();
  if (list == nullptr) return "a list of texts: [\"…\", \"…\"]";
  for (const auto& item : *list) {
    auto text = item.value_exact<std::string>();
    if (!text) return "a list of texts: [\"…\", \"…\"]";
    texts.push_back(*std::move(text));
  }
  member = std::move(texts);
  return {};
}
template <Worded Enum>
std::string take(const toml::node& node, Enum& member) {
  const auto text = node.value_exact<std::string>();
  std::string expected = "one of";
  for (const auto& [value, word] : Words<Enum>::all) {
    if (text && *text == word) return member = value, std::string();
    expected.append(expected.ends_with("of") ? " " : ", ").append(quoted(std::string(word)));
  }
  return expected;
}

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t before = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t same = before + (a[i - 1] == b[j - 1] ? 0 : 1);
      before = row[j];
      row[j] = std::min({same, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

std::string full_name(std::string_view section, std::string_view name) {
  return section.empty() ? std::string(name) : std::string(section) + "." + std::string(name);
}

class Reader {
 public:
  Reader(std::string_view file, Config& config) : file_(file), config_(config) {}

  bool read(const toml::table& document, std::string& fault) {
    for (const auto& [key, node] : document) {
      if (const toml::table* section = node.as_table()) {
        if (key.str() == "build") continue;  // what the app is built with, which is settled by now
        if (!is_section(key.str())) return unknown(std::string(key.str()), node, fault);
        for (const auto& [name, value] : *section) {
          if (!set(key.str(), name.str(), value, fault)) return false;
        }
      } else if (!set("", key.str(), node, fault)) {
        return false;
      }
    }
    return true;
  }

 private:
  bool is_section(std::string_view name) {
    bool found = false;
    visit_settings(config_, [&](std::string_view section, auto&&...) { found = found || section == name; });
    return found && !name.empty();
  }

  bool set(std::string_view section, std::string_view name, const toml::node& node, std::string& fault) {
    bool found = false;
    std::string expected;
    visit_settings(config_, [&](std::string_view in, std::string_view each, auto&& member) {
      if (in != section || each != name) return;
      found = true;
      expected = take(node, member);
    });
    if (!found) return unknown(full_name(section, name), node, fault);
    if (expected.empty()) return true;
    fault = where(node) + full_name(section, name) + " must be " + expected;
    return false;
  }

  // Names the setting that may have been meant.
  bool unknown(const std::string& name, const toml::node& node, std::string& fault) {
    std::string best;
    std::size_t least = name.size() / 2 + 1;
    visit_settings(config_, [&](std::string_view section, std::string_view each, auto&&) {
      for (const std::string& candidate : {full_name(section, each), std::string(each)}) {
        const std::size_t far = distance(name, candidate);
        if (far >= least) continue;
        least = far;
        best = full_name(section, each);
      }
    });
    fault = where(node) + "there is no setting '" + name + "'" +
            (best.empty() ? "; --print-config lists them all" : "; did you mean '" + best + "'?");
    return false;
  }

  [[nodiscard]] std::string where(const toml::node& node) const {
    return std::string(file_) + ":" + std::to_string(node.source().begin.line) + ": ";
  }

  std::string_view file_;
  Config& config_;
};

}  // namespace

std::string print_settings(const Config& config) {
  std::string out;
  std::string_view current;
  visit_settings(config, [&](std::string_view section, std::string_view name, const auto& member) {
    if (section != current) out.append("\n[").append(section).append("]\n");
    current = section;
    out.append(name).append(" = ").append(printed(member)).append("\n");
  });
  return out;
}

bool read_settings(std::string_view text, std::string_view name, Config& config, std::string& fault) {
  const toml::parse_result document = toml::parse(text);
  if (!document) {
    fault = std::string(name) + ":" + std::to_string(document.error().source().begin.line) +
            ": not TOML: " + std::string(document.error().description());
    return false;
  }
  Config changed = config;
  if (!Reader(name, changed).read(document.table(), fault)) return false;
  config = std::move(changed);
  return true;
}

bool read_settings_file(const std::string& path, Config& config, std::string& fault) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return true;
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  return read_settings(text, path, config, fault);
}

}  // namespace folio::app
