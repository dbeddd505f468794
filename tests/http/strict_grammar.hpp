// RFC 9112 read a second time, by somebody who does not care for speed: the whole of the input as one recursive descent
// over the grammar, without a state that survives a byte. It shares no code with the parser, and differs from the RFC
// only where the parser does so on purpose; those places are marked POLICY.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace folio::http::testing {

struct GrammarMessage {
  std::string method, target, host, body;
  std::vector<std::pair<std::string, std::string>> fields;
  bool keep_alive = false;
  bool upgrade = false;

  friend bool operator==(const GrammarMessage&, const GrammarMessage&) = default;
};

// Either: llhttp 8 refuses it and llhttp 9 does not; both may.
enum class Verdict { Complete, Incomplete, Invalid, Either };

struct Reading {
  std::vector<GrammarMessage> messages;  // the complete ones
  Verdict end = Verdict::Complete;       // of what follows them: nothing, the beginning of a message, no message …
};

class StrictGrammar {
 public:
  static Reading read(std::string_view input, std::uint64_t max_body) {
    StrictGrammar grammar(input, max_body);
    Reading reading;
    try {
      while (true) {
        const std::string_view rest = input.substr(grammar.at_);
        if (rest.empty() || rest == "\r\n") return reading;
        reading.messages.push_back(grammar.message());
      }
    } catch (Incomplete) {
      reading.end = Verdict::Incomplete;
    } catch (Invalid) {
      reading.end = Verdict::Invalid;
    } catch (Either) {
      reading.end = Verdict::Either;
    }
    return reading;
  }

 private:
  struct Incomplete {};
  struct Invalid {};
  struct Either {};

  StrictGrammar(std::string_view input, std::uint64_t max_body) : input_(input), max_body_(max_body) {}

  // --- terminals ---
  char peek() const {
    if (at_ >= input_.size()) throw Incomplete{};
    return input_[at_];
  }
  char next() {
    const char c = peek();
    ++at_;
    return c;
  }
  void literal(std::string_view text) {
    for (char c : text) require(next() == c);
  }
  static void require(bool condition) {
    if (!condition) throw Invalid{};
  }
  static bool digit(char c) { return std::string_view("0123456789").find(c) != std::string_view::npos; }
  static bool hex(char c) { return std::string_view("0123456789abcdefABCDEF").find(c) != std::string_view::npos; }
  static bool alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
  static bool tchar(char c) {
    return digit(c) || alpha(c) || (c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
  }
  static bool field_byte(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 32 && byte != 127);
  }
  static bool is_one_of(char c, std::string_view set) { return c != '\0' && set.find(c) != std::string_view::npos; }
  static bool unreserved(char c) { return alpha(c) || digit(c) || is_one_of(c, "-._~"); }
  static bool sub_delim(char c) { return is_one_of(c, "!$&'()*+,;="); }
  static std::string lower(std::string text) {
    for (char& c : text) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return text;
  }
  static std::string trimmed(std::string text) {
    while (!text.empty() && is_one_of(text.back(), " \t")) text.pop_back();
    while (!text.empty() && is_one_of(text.front(), " \t")) text.erase(0, 1);
    return text;
  }
  static std::vector<std::string> list(const std::string& text) {
    std::vector<std::string> members(1);
    for (char c : text) {
      if (c == ',') {
        members.emplace_back();
      } else {
        members.back() += c;
      }
    }
    for (std::string& member : members) member = lower(trimmed(member));
    return members;
  }

  // --- RFC 3986 ---
  // Percent-escapes are whole and every other byte passes `allowed`.
  template <typename Allowed>
  static bool uri_text(std::string_view text, Allowed allowed) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '%') {
        if (i + 2 >= text.size() || !hex(text[i + 1]) || !hex(text[i + 2])) return false;
        i += 2;
      } else if (!allowed(text[i])) {
        return false;
      }
    }
    return true;
  }
  static bool authority(std::string_view text) {
    std::string_view port;
    if (text.starts_with('[')) {
      const std::size_t end = text.find(']');
      if (end == std::string_view::npos) return false;
      const std::string_view literal = text.substr(1, end - 1);
      if (literal.size() < 2) return false;  // `::` is the shortest address
      for (char c : literal) {
        if (!unreserved(c) && !sub_delim(c) && c != ':') return false;
      }
      port = text.substr(end + 1);
    } else {
      const std::size_t colon = text.find(':');
      const std::string_view name = text.substr(0, colon);
      if (name.empty() || !uri_text(name, [](char c) { return unreserved(c) || sub_delim(c); })) return false;
      if (colon != std::string_view::npos) port = text.substr(colon);
    }
    if (port.empty()) return true;
    if (port[0] != ':' || port.size() > 6) return false;  // POLICY: no port has more than five digits
    for (char c : port.substr(1)) {
      if (!digit(c)) return false;
    }
    return true;
  }
  // POLICY: `[` and `]` are let pass in paths and queries.
  static bool path_and_query(std::string_view text) {
    bool query = false;
    return uri_text(text, [&](char c) {
      if (c == '?') return query = true;
      return unreserved(c) || sub_delim(c) || is_one_of(c, ":@/[]");
    });
  }

  // --- RFC 9112 ---
  GrammarMessage message() {
    GrammarMessage message;
    // §2.2; POLICY: one empty line.
    if (peek() == '\r') literal("\r\n");
    const int minor = request_line(message);
    field_lines(message);
    return conclude(std::move(message), minor);
  }

  static bool known_method(const std::string& method) {
    // POLICY: what llhttp knows; anything else is 501.
    for (const char* known :
         {"DELETE",      "GET",   "HEAD",   "POST",       "PUT",       "CONNECT", "OPTIONS",  "TRACE",  "COPY",
          "LOCK",        "MKCOL", "MOVE",   "PROPFIND",   "PROPPATCH", "SEARCH",  "UNLOCK",   "BIND",   "REBIND",
          "UNBIND",      "ACL",   "REPORT", "MKACTIVITY", "CHECKOUT",  "MERGE",   "M-SEARCH", "NOTIFY", "SUBSCRIBE",
          "UNSUBSCRIBE", "PATCH", "PURGE",  "MKCALENDAR", "LINK",      "UNLINK",  "SOURCE",   "QUERY"}) {
      if (method == known) return true;
    }
    return false;
  }

  int request_line(GrammarMessage& message) {
    while (peek() != ' ') {
      require(tchar(peek()));
      message.method += next();
    }
    literal(" ");
    while (peek() != ' ') {
      require(static_cast<unsigned char>(peek()) > 32 && static_cast<unsigned char>(peek()) < 127);
      message.target += next();
    }
    literal(" HTTP/1.");
    const char minor = next();
    require(minor == '0' || minor == '1');
    literal("\r\n");
    require(known_method(message.method));
    require(message.method != "CONNECT");  // POLICY: 501
    const std::string& target = message.target;
    require(!target.empty());
    if (target == "*") {
      require(message.method == "OPTIONS");
    } else if (target[0] == '/') {
      require(path_and_query(target));
    } else {
      require(target.find("://") != std::string::npos);
      const std::string scheme = lower(target.substr(0, target.find("://")));
      require(scheme == "http" || scheme == "https");
      const std::string rest = target.substr(scheme.size() + 3);
      const std::size_t end = rest.find_first_of("/?");
      message.host = rest.substr(0, end);
      require(authority(message.host));
      require(end == std::string::npos || path_and_query(rest.substr(end)));
    }
    return minor - '0';
  }

  void field_line(std::vector<std::pair<std::string, std::string>>& fields) {
    std::string name;
    std::string value;
    while (peek() != ':') {
      require(tchar(peek()));
      name += next();
    }
    require(!name.empty());
    literal(":");
    while (peek() != '\r') {
      require(field_byte(peek()));
      value += next();
    }
    literal("\r\n");
    fields.emplace_back(name, trimmed(value));
    // llhttp 8 takes no TAB behind a Content-Length, nor behind a transfer coding.
    const bool tab = value.find('\t', value.find_last_not_of(" \t") + 1) != std::string::npos;
    const bool framing = lower(name) == "content-length" || lower(name) == "transfer-encoding";
    if (framing && tab && !trimmed(value).empty()) tab_behind_framing_ = true;
  }

  void field_lines(GrammarMessage& message) {
    tab_behind_framing_ = false;
    while (peek() != '\r') field_line(message.fields);
    literal("\r\n");
    if (tab_behind_framing_) throw Either{};
  }

  static std::vector<std::string> all(const GrammarMessage& message, const std::string& name) {
    std::vector<std::string> values;
    for (const auto& [field, value] : message.fields) {
      if (lower(field) == name) values.push_back(value);
    }
    return values;
  }

  GrammarMessage conclude(GrammarMessage message, int minor) {
    const auto hosts = all(message, "host");
    require(hosts.size() == 1 || (hosts.empty() && minor == 0));
    require(hosts.empty() || authority(hosts[0]));
    if (!hosts.empty() && message.host.empty()) message.host = hosts[0];

    bool close = false;
    bool persist = false;
    bool upgrade = false;
    for (const std::string& value : all(message, "connection")) {
      for (const std::string& option : list(value)) {
        close = close || option == "close";
        persist = persist || option == "keep-alive";
        upgrade = upgrade || option == "upgrade";
      }
    }
    message.keep_alive = !close && (minor == 1 || persist);
    bool upgrade_field = false;
    for (const std::string& value : all(message, "upgrade")) upgrade_field = upgrade_field || !value.empty();
    message.upgrade = minor == 1 && upgrade && upgrade_field;

    for (const std::string& value : all(message, "expect")) {
      for (const std::string& member : list(value)) require(member.empty() || member == "100-continue");  // POLICY: 417
    }

    const auto codings = all(message, "transfer-encoding");
    const auto lengths = all(message, "content-length");
    require(codings.empty() || lengths.empty());
    require(codings.size() <= 1 && lengths.size() <= 1);
    if (!codings.empty()) {
      require(minor == 1 && lower(codings[0]) == "chunked");
      chunks(message.body);
    } else if (!lengths.empty()) {
      counted(lengths[0], message.body);
    }
    return message;
  }

  void counted(const std::string& text, std::string& body) {
    require(!text.empty() && text.find_first_not_of("0123456789") == std::string::npos);
    const std::string digits = text.substr(std::min(text.find_first_not_of('0'), text.size()));
    require(digits.size() <= 18);  // far over any limit
    const std::uint64_t size = digits.empty() ? 0 : std::strtoull(digits.c_str(), nullptr, 10);
    require(size <= max_body_);
    for (std::uint64_t i = 0; i < size; ++i) body += next();
  }

  // §7.1
  void chunks(std::string& body) {
    while (true) {
      std::string digits;
      while (hex(peek())) digits += next();
      require(!digits.empty());
      extensions();
      literal("\r\n");
      digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
      require(digits.size() <= 15);
      const std::uint64_t size = digits.empty() ? 0 : std::strtoull(digits.c_str(), nullptr, 16);
      if (size == 0) break;
      require(size <= max_body_ - body.size());
      for (std::uint64_t i = 0; i < size; ++i) body += next();
      literal("\r\n");
    }
    std::vector<std::pair<std::string, std::string>> trailers;
    while (peek() != '\r') field_line(trailers);
    literal("\r\n");
  }

  // POLICY: no white space around `;` and `=`.
  void extensions() {
    while (peek() == ';') {
      literal(";");
      token();
      if (peek() != '=') continue;
      literal("=");
      if (peek() != '"') {
        token();
        continue;
      }
      literal("\"");
      while (peek() != '"') {
        if (peek() == '\\') next();
        require(field_byte(next()));
      }
      literal("\"");
    }
  }

  void token() {
    require(tchar(next()));
    while (tchar(peek())) next();
  }

  std::string_view input_;
  std::uint64_t max_body_;
  std::size_t at_ = 0;
  bool tab_behind_framing_ = false;
};

}  // namespace folio::http::testing
