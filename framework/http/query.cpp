#include "http/query.hpp"

#include <cstddef>

#include "base/percent.hpp"

namespace folio::http {
namespace {

bool is_plain(std::string_view text) {
  return text.find_first_of("+%") == std::string_view::npos;
}

}  // namespace

std::optional<QueryPair> QueryReader::next() {
  while (!rest_.empty()) {
    const std::size_t end = rest_.find('&');
    const std::string_view piece = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    // WHATWG URL §5.1: "If bytes is the empty byte sequence, then continue."
    if (piece.empty()) continue;
    const std::size_t equals = piece.find('=');
    if (equals == std::string_view::npos) return QueryPair{piece, {}};
    return QueryPair{piece.substr(0, equals), piece.substr(equals + 1)};
  }
  return std::nullopt;
}

std::string decode_form_text(std::string_view text) {
  return is_plain(text) ? std::string(text) : base::form_decode_lenient(text);
}

bool form_text_equals(std::string_view encoded, std::string_view text) {
  // Decoding never makes a text longer.
  if (encoded.size() < text.size()) return false;
  return is_plain(encoded) ? encoded == text : base::form_decode_lenient(encoded) == text;
}

std::optional<std::string> query_value(std::string_view query, std::string_view name) {
  QueryReader reader(query);
  while (const std::optional<QueryPair> pair = reader.next()) {
    if (form_text_equals(pair->name, name)) return decode_form_text(pair->value);
  }
  return std::nullopt;
}

}  // namespace folio::http
