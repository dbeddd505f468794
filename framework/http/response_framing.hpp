// How long the body of a response is, for clients. RFC 9112 §6.3. Pure.
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

#include "http/request_head.hpp"
#include "http/response_head.hpp"

namespace folio::http {

struct ResponseFraming {
  Framing framing = Framing::None;
  bool until_close = false;          // the body ends with the connection; framing is None then
  std::uint64_t content_length = 0;  // REQUIRES: framing == Framing::Length
  bool keep_alive = true;            // the connection may carry another request once the body is whole
};

// `method` of the request that is answered. Gives what is wrong, in a sentence: two lengths, a length beside chunks, or
// a coding that we did not ask for. Where the RFC lets a client guess, this one does not.
[[nodiscard]] std::variant<ResponseFraming, std::string_view> response_framing(const AnswerHead& head,
                                                                               std::string_view block,
                                                                               std::string_view method);

}  // namespace folio::http
