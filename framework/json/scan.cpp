#include "json/scan.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>

#include <folio/json.hpp>

#include "json/utf8_sequence.hpp"

namespace folio::json {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

std::string hexadecimal(unsigned value, int digits) {
  std::string text;
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) text += "0123456789ABCDEF"[(value >> shift) & 15];
  return text;
}

// How an offending byte is called in a message.
std::string describe(char c) {
  if (c == '\'') return "a single quote";
  if (c >= 0x20 && c < 0x7F) return std::string("'") + c + "'";
  return "the byte 0x" + hexadecimal(static_cast<unsigned char>(c), 2);
}

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::optional<Fault> fault() { return std::move(fault_); }
  std::size_t position() const { return at_; }
  void seek(std::size_t at) { at_ = at; }

  // RFC 8259 §2: "JSON-text = ws value ws"
  bool document() {
    space();
    if (!value()) return false;
    space();
    if (at_ < text_.size()) return fail("unexpected " + describe(text_[at_]) + " behind the value");
    return true;
  }

  void space() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c != ' ' && c != '\t' && c != '\n' && c != '\r') return;
      ++at_;
    }
  }

  bool value() {
    if (at_ == text_.size()) return fail("the text ends where a value is expected");
    const char c = text_[at_];
    if (c == '{') return object();
    if (c == '[') return array();
    if (c == '"') return string();
    if (c == '-' || is_digit(c)) return number();
    if (is_letter(c)) return word();
    if (c == '\'') return fail("strings take double quotes");
    if (c == '/') return fail("comments are not allowed");
    if (c == '+') return fail("a number must not begin with '+'");
    if (c == '.') return fail("a digit must stand before the decimal point");
    return fail("expected a value, not " + describe(c));
  }

  // RFC 8259 §7: strings. The offset of a fault is that of the byte or escape at fault.
  bool string() {
    const std::size_t begin = at_++;
    while (true) {
      if (at_ == text_.size()) return fail_at(begin, "the string that begins here is not closed");
      const char c = text_[at_];
      if (c == '"') {
        ++at_;
        return true;
      }
      if (c == '\\') {
        if (!escape()) return false;
      } else if (c >= 0 && c < 0x20) {
        return fail("the control character " + std::string("0x") + hexadecimal(static_cast<unsigned char>(c), 2) +
                    " must be escaped in a string");
      } else {
        const std::size_t length = utf8_sequence_length(text_.substr(at_));
        if (length == 0) {
          return fail("the byte 0x" + hexadecimal(static_cast<unsigned char>(c), 2) + " is not valid UTF-8 here");
        }
        at_ += length;
      }
    }
  }

  // Steps over the "," or to the end behind an item. REQUIRES: the text is valid.
  void step_over_separator() {
    space();
    ++at_;
    space();
  }

 private:
  bool fail_at(std::size_t offset, std::string what) {
    if (!fault_) fault_ = Fault{offset, std::move(what)};
    return false;
  }
  bool fail(std::string what) { return fail_at(at_, std::move(what)); }

  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  bool enter() {
    if (++depth_ > max_json_depth) {
      return fail("nested more than " + std::to_string(max_json_depth) + " levels deep");
    }
    ++at_;
    space();
    return true;
  }
  bool leave() {
    --depth_;
    ++at_;
    return true;
  }

  // RFC 8259 §4: "object = begin-object [ member *( value-separator member ) ] end-object"
  bool object() {
    const std::size_t begin = at_;
    if (!enter()) return false;
    if (peek() == '}') return leave();
    while (true) {
      if (at_ == text_.size()) return fail_at(begin, "the object that begins here is not closed");
      if (text_[at_] != '"') return fail(key_fault());
      if (!string()) return false;
      space();
      if (peek() != ':') return fail("expected ':' behind the field's name" + instead());
      ++at_;
      space();
      if (!value()) return false;
      space();
      if (at_ == text_.size()) return fail_at(begin, "the object that begins here is not closed");
      if (text_[at_] == '}') return leave();
      if (text_[at_] != ',') return fail("expected ',' or '}' behind a field" + instead());
      const std::size_t comma = at_++;
      space();
      if (peek() == '}') return fail_at(comma, "a comma must not stand before '}'");
    }
  }

  // RFC 8259 §5: "array = begin-array [ value *( value-separator value ) ] end-array"
  bool array() {
    const std::size_t begin = at_;
    if (!enter()) return false;
    if (peek() == ']') return leave();
    while (true) {
      if (at_ == text_.size()) return fail_at(begin, "the array that begins here is not closed");
      if (!value()) return false;
      space();
      if (at_ == text_.size()) return fail_at(begin, "the array that begins here is not closed");
      if (text_[at_] == ']') return leave();
      if (text_[at_] != ',') return fail("expected ',' or ']' behind an item" + instead());
      const std::size_t comma = at_++;
      space();
      if (peek() == ']') return fail_at(comma, "a comma must not stand before ']'");
    }
  }

  std::string key_fault() const {
    const char c = text_[at_];
    if (c == '/') return "comments are not allowed";
    if (is_letter(c) || c == '\'') return "a field's name takes double quotes";
    return "expected a field's name in double quotes" + instead();
  }

  std::string instead() const {
    return at_ < text_.size() ? ", not " + describe(text_[at_]) : std::string(", but the text ends");
  }

  // RFC 8259 §7: an escape, which may be a pair of surrogates.
  bool escape() {
    const std::size_t begin = at_++;
    if (at_ == text_.size()) return fail_at(begin, "the text ends inside an escape");
    const char c = text_[at_++];
    if (c == 'u') {
      unsigned unit = 0;
      if (!hex_unit(begin, unit)) return false;
      if (unit < 0xD800 || unit > 0xDFFF) return true;
      const std::string lone = "the surrogate \\u" + hexadecimal(unit, 4) + " stands alone";
      if (unit > 0xDBFF || peek() != '\\' || peek(1) != 'u') return fail_at(begin, lone);
      const std::size_t second = at_;
      at_ += 2;
      if (!hex_unit(second, unit)) return false;
      return (unit >= 0xDC00 && unit <= 0xDFFF) || fail_at(begin, lone);
    }
    if (c == '"' || c == '\\' || c == '/' || c == 'b' || c == 'f' || c == 'n' || c == 'r' || c == 't') return true;
    return fail_at(begin, "a backslash must not stand before " + describe(c));
  }

  bool hex_unit(std::size_t begin, unsigned& unit) {
    unit = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      const char c = peek();
      unsigned digit = 0;
      if (is_digit(c)) {
        digit = static_cast<unsigned>(c - '0');
      } else if (c >= 'a' && c <= 'f') {
        digit = static_cast<unsigned>(c - 'a' + 10);
      } else if (c >= 'A' && c <= 'F') {
        digit = static_cast<unsigned>(c - 'A' + 10);
      } else {
        return fail_at(begin, "\\u takes four hexadecimal digits");
      }
      unit = unit * 16 + digit;
    }
    return true;
  }

  // RFC 8259 §6: "number = [ minus ] int [ frac ] [ exp ]"
  bool number() {
    const std::size_t begin = at_;
    if (peek() == '-') ++at_;
    if (peek() == '0' && is_digit(peek(1))) return fail_at(begin, "a number must not begin with 0");
    if (!digits("a digit must follow '-'")) return false;
    if (peek() == '.') {
      ++at_;
      if (!digits("a digit must follow the decimal point")) return false;
    }
    if (peek() == 'e' || peek() == 'E') {
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      if (!digits("a digit must follow the exponent's 'e'")) return false;
    }
    if (is_letter(peek()) || peek() == '.') return fail("unexpected " + describe(peek()) + " in a number");
    return true;
  }
  bool digits(const char* what) {
    if (!is_digit(peek())) return fail(what);
    while (is_digit(peek())) ++at_;
    return true;
  }

  // RFC 8259 §3: "false / null / true"; "The literal names MUST be lowercase."
  bool word() {
    const std::size_t begin = at_;
    while (is_letter(peek()) || is_digit(peek())) ++at_;
    const std::string_view word = text_.substr(begin, at_ - begin);
    if (word == "true" || word == "false" || word == "null") return true;
    return fail_at(begin, "unknown word '" + std::string(word.substr(0, 20)) + "'; a string takes double quotes");
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  std::optional<Fault> fault_;
};

}  // namespace

std::optional<Fault> find_fault(std::string_view text) {
  Scanner scanner(text);
  if (scanner.document()) return std::nullopt;
  return scanner.fault();
}

Place locate(std::string_view text, std::span<const Step> path) {
  Scanner scanner(text);
  scanner.space();
  Place place{scanner.position(), scanner.position()};
  for (const Step& step : path) {
    scanner.seek(scanner.position() + 1);
    scanner.space();
    for (std::size_t i = 0;; ++i) {
      place.key = scanner.position();
      if (step.is_field) {
        (void)scanner.string();
        scanner.step_over_separator();
      }
      place.value = scanner.position();
      if (i == step.ordinal) break;
      (void)scanner.value();
      scanner.step_over_separator();
    }
  }
  return place;
}

namespace {

// Whether a number, known to lie outside a double's range, is too large rather than too small.
bool is_too_large(std::string_view number) {
  const std::size_t e = number.find_first_of("eE");
  const std::string_view mantissa = number.substr(0, e);
  std::int64_t exponent = 0;
  if (e != std::string_view::npos) {
    std::string_view digits = number.substr(e + 1);
    if (digits.front() == '+') digits.remove_prefix(1);
    if (std::from_chars(digits.data(), digits.data() + digits.size(), exponent).ec != std::errc()) {
      exponent = digits.front() == '-' ? -1'000'000'000'000 : 1'000'000'000'000;
    }
  }
  const std::size_t first = mantissa.find_first_of("123456789");
  if (first == std::string_view::npos) return false;
  const std::size_t point = mantissa.find('.');
  const std::int64_t whole = static_cast<std::int64_t>(point == std::string_view::npos ? mantissa.size() : point);
  return whole - static_cast<std::int64_t>(first) + exponent > 0;
}

enum class NumberFit { Fits, Rewrite, TooLarge };

NumberFit fit(std::string_view number) {
  const char* begin = number.data();
  const char* end = begin + number.size();
  if (number.find_first_of(".eE") == std::string_view::npos) {
    if (number == "-0") return NumberFit::Rewrite;
    std::int64_t whole = 0;
    std::uint64_t natural = 0;
    if (std::from_chars(begin, end, whole).ec == std::errc()) return NumberFit::Fits;
    if (number.front() != '-' && std::from_chars(begin, end, natural).ec == std::errc()) return NumberFit::Fits;
  }
  double value = 0;
  if (std::from_chars(begin, end, value).ec == std::errc::result_out_of_range && is_too_large(number)) {
    return NumberFit::TooLarge;
  }
  return number.find_first_of(".eE") == std::string_view::npos ? NumberFit::Rewrite : NumberFit::Fits;
}

}  // namespace

Rewritten rewrite_numbers(std::string_view text) {
  Rewritten result;
  std::vector<Step> path;  // of the value that stands at `at`
  std::size_t copied = 0;
  std::string key;
  const auto count_value = [&] {
    if (!path.empty()) path.back().key = key;
  };
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '{' || c == '[') {
      count_value();
      path.push_back({0, c == '{', {}});
      ++at;
    } else if (c == '}' || c == ']') {
      path.pop_back();
      ++at;
    } else if (c == ',') {
      ++path.back().ordinal;
      ++at;
    } else if (c == '"') {
      const std::size_t begin = ++at;
      while (text[at] != '"') at += text[at] == '\\' ? 2 : 1;
      key.assign(text.substr(begin, at - begin));
      ++at;
    } else if (c == '-' || is_digit(c)) {
      std::size_t end = at;
      while (end < text.size() && (is_digit(text[end]) || text[end] == '-' || text[end] == '+' || text[end] == '.' ||
                                   text[end] == 'e' || text[end] == 'E')) {
        ++end;
      }
      const NumberFit number = fit(text.substr(at, end - at));
      if (number == NumberFit::TooLarge) {
        count_value();
        result.text.clear();
        result.fault = Fault{at, "the number is out of a double's range"};
        result.path = std::move(path);
        return result;
      }
      if (number == NumberFit::Rewrite) {
        result.text.append(text.substr(copied, end - copied)).append(".0");
        copied = end;
      }
      at = end;
    } else {
      ++at;
    }
  }
  if (copied > 0) result.text.append(text.substr(copied));
  return result;
}

}  // namespace folio::json
