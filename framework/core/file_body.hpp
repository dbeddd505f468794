// FileBody: the body of a response that is made of parts of files, and of text between them. Shared by copies of the
// response; it does not change once made.
#pragma once

#include <folio/response.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/file.hpp"

namespace folio::detail {

struct FileBody {
  // The text, then `length` bytes of the file.
  struct Part {
    std::string text;
    std::shared_ptr<const base::File> file;  // may be null
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
  };

  FileBody() = default;
  FileBody(std::shared_ptr<const base::File> file, std::uint64_t offset, std::uint64_t length) {
    parts.push_back({.text = {}, .file = std::move(file), .offset = offset, .length = length});
  }

  std::vector<Part> parts;

  [[nodiscard]] std::uint64_t size() const;
};

}  // namespace folio::detail

namespace folio::core {

// Bytes that the response's body has.
[[nodiscard]] std::uint64_t body_size(const Response& response);
// Turns a body of files into bytes in memory, for who has to look into it. False, and nothing is changed, when it has
// more than `limit` bytes or cannot be read.
[[nodiscard]] bool load_body(Response& response, std::size_t limit);

}  // namespace folio::core
