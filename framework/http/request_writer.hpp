// Writes the head of a request, for clients. RFC 9112 §3, §5, §6. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/buffer.hpp"

namespace folio::http {

struct OutgoingRequest {
  std::string_view method;
  std::string_view target;     // path and query
  std::string_view authority;  // for Host, unless the fields have one
  std::span<const std::pair<std::string, std::string>> fields;
  bool chunked = false;              // chunks follow
  std::uint64_t content_length = 0;  // otherwise
};

// What cannot stand in a request, in a sentence with its name in it; empty when all is well: a method or a field name
// that is no token, a value with control characters, and fields that are the client's own to write.
[[nodiscard]] std::string request_fault(std::string_view method,
                                        std::span<const std::pair<std::string, std::string>> fields);

// REQUIRES: request_fault is empty, and target and authority are a parsed URL's.
void write_request_head(base::Buffer& out, const OutgoingRequest& request);

}  // namespace folio::http
