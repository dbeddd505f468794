// The answer to a GET or HEAD for a file: conditions, ranges, content codings and caching. RFC 9110 §8.8, §13, §14.
#pragma once

#include <folio/request.hpp>
#include <folio/response.hpp>
#include <folio/result.hpp>

#include <cstddef>
#include <string_view>

#include "app/file_cache.hpp"

namespace folio::app {

struct FilePolicy {
  std::size_t max_ranges = 16;
  // Whether a name with a hash in it says that the content never changes.
  bool trust_hashes = true;
};

// REQUIRES: the method is GET or HEAD, and `served` is a file. The errors are 412 and 416.
[[nodiscard]] Result<Response> respond_with_file(const Request& request, const ServedFile& served,
                                                 const FilePolicy& policy);

}  // namespace folio::app
