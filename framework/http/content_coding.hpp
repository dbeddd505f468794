// Content codings, and which of them a client takes: the Accept-Encoding field. RFC 9110 §8.4.1, §12.5.3.
// Pure: no codec, only their names and weights. Members of a field that are malformed are passed over.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

namespace folio::http {

// In the order in which a server that has them all would rather send them.
enum class ContentCoding : std::uint8_t { Brotli, Zstd, Gzip, Identity };
inline constexpr std::size_t content_codings = 4;

// As in Content-Encoding: "br", "zstd", "gzip", "identity". The last one is never sent.
[[nodiscard]] std::string_view coding_name(ContentCoding coding);
// What a file has behind its name that is stored in this coding: ".br", ".zst", ".gz", and nothing.
[[nodiscard]] std::string_view coding_suffix(ContentCoding coding);

// What a client takes.
class AcceptedCodings {
 public:
  // A request without the field. RFC 9110 §12.5.3: "If no Accept-Encoding header field is in the request, any content
  // coding is considered acceptable by the user agent." Such a client has not said that it can decode anything, though,
  // so it is sent identity alone.
  AcceptedCodings() = default;
  // The field's value; several fields of that name are one list with commas between them.
  explicit AcceptedCodings(std::string_view field);

  // In thousandths; 0: not acceptable.
  [[nodiscard]] int weight(ContentCoding coding) const { return weights_[static_cast<std::size_t>(coding)]; }

  // The one that the client likes best of those `available`, besides identity; of two that it likes as well, the one
  // that stands first. Identity when none is acceptable: RFC 9110 §12.4.1 lets a server "disregard the header field by
  // treating the response as if it is not subject to content negotiation", and a client that refuses identity as well is
  // better off with an answer that it may understand than with a 406.
  [[nodiscard]] ContentCoding choose(std::span<const ContentCoding> available) const;
  [[nodiscard]] ContentCoding choose(std::initializer_list<ContentCoding> available) const {
    return choose(std::span(available.begin(), available.size()));
  }

 private:
  std::array<int, content_codings> weights_{0, 0, 0, 1};
};

}  // namespace folio::http
