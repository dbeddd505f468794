// Compression of responses (RFC 9110 §8.4, §12.5.3): which are compressed, for whom, how, and where.
//
// What is worth it: a body of text by its media type, within the sizes of ResponseCompression, which nobody has encoded
// yet and nobody has forbidden to. Such a response says `Vary: Accept-Encoding` to everybody, since a cache must not hand
// one client's coding to another. A client that names zstd, br or gzip gets the one that it likes best.
#pragma once

#include <folio/response.hpp>
#include <folio/task.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

#include "app/config.hpp"
#include "app/exchange.hpp"
#include "http/content_coding.hpp"

namespace folio::app {

enum class Compressing : std::uint8_t { Done, Elsewhere };

// Compresses the response when that is to be done, and is quick enough to be done on the loop: with Elsewhere it is not,
// and compress_elsewhere has to follow.
[[nodiscard]] Compressing compress(Exchange& exchange, Response& response);
// Whether compress() has anything to look at. `settings`: the exchange's.
[[nodiscard]] inline bool may_compress(const ResponseCompression& settings, const Response& response) {
  if (!settings.on) return false;
  return response.status_code == 304 || (!response.body.empty() && response.body.size() >= settings.from);
}
// On a thread of the pool.
[[nodiscard]] Task<> compress_elsewhere(Exchange& exchange, Response& response);

// --- the parts, for a response whose body comes piece by piece, with an http::ContentEncoder ---

// What a response is to be encoded in; nothing: as it is. Adds Vary. Of a body whose size is not known, the limits of size
// are not asked.
[[nodiscard]] std::optional<http::ContentCoding> choose_coding(const Exchange& exchange, Response& response,
                                                               std::optional<std::size_t> size);
// The fields of a response that is encoded.
void mark_encoded(Response& response, http::ContentCoding coding);
[[nodiscard]] int level_of(const ResponseCompression& settings, http::ContentCoding coding);

// Whether content of this type gets much smaller: text, and what consists of text or is laid out like it. Pictures,
// films and archives are compressed by themselves.
[[nodiscard]] bool is_compressible(std::string_view content_type);

}  // namespace folio::app
