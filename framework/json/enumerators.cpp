// The names of an enum, taken from what the compiler writes when it spells a list of values.
#include <folio/reflect.hpp>

namespace folio::reflect {
namespace {

// The end of the entry that `text` begins with: a comma outside brackets, or the end of the list.
std::size_t entry_end(std::string_view text) {
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == ',' && depth == 0) return i;
    if (c == '<' || c == '(' || c == '{' || c == '[') ++depth;
    if (c == '>' || c == ')' || c == '}' || c == ']') {
      if (depth == 0) return i;
      --depth;
    }
  }
  return text.size();
}

}  // namespace

Enumerators::Enumerators(std::string_view spelled, std::int64_t lowest) {
  // clang: `… [Values = <(Color)-1, Color::red, one]`, g++: `… [with auto ...Values = {(Color)-1, Color::red, one}]`.
  // What is no enumerator is spelled as a cast and so ends in digits.
  std::size_t at = spelled.find(" = ") + 4;
  for (std::int64_t value = lowest; at < spelled.size(); ++value) {
    const std::string_view rest = spelled.substr(at);
    const std::size_t end = entry_end(rest);
    const std::string_view name = detail::last_name(rest.substr(0, end));
    if (!name.empty() && (name.front() < '0' || name.front() > '9')) {
      all_.push_back({detail::without_underscore(name), value});
    }
    if (end == rest.size() || rest[end] != ',') break;
    at += end + 2;
  }
}

const Enumerator* Enumerators::find(std::string_view name) const {
  for (const Enumerator& one : all_) {
    if (one.name == name) return &one;
  }
  return nullptr;
}

const Enumerator* Enumerators::find(std::int64_t value) const {
  for (const Enumerator& one : all_) {
    if (one.value == value) return &one;
  }
  return nullptr;
}

}  // namespace folio::reflect
