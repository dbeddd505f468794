#include "core/file_body.hpp"

namespace folio {

std::uint64_t detail::FileBody::size() const {
  std::uint64_t sum = 0;
  for (const Part& part : parts) sum += part.text.size() + part.length;
  return sum;
}

std::uint64_t core::body_size(const Response& response) {
  return response.file_body ? response.file_body->size() : response.body.size();
}

bool core::load_body(Response& response, std::size_t limit) {
  if (!response.file_body) return response.body.size() <= limit;
  if (response.file_body->size() > limit) return false;
  std::string bytes;
  for (const detail::FileBody::Part& part : response.file_body->parts) {
    bytes += part.text;
    if (part.file == nullptr) continue;
    const std::size_t before = bytes.size();
    const auto length = static_cast<std::size_t>(part.length);
    bytes.resize(before + length);
    if (part.file->read(part.offset, bytes.data() + before, length) != static_cast<std::ptrdiff_t>(length))
      return false;
  }
  response.body = std::move(bytes);
  response.file_body.reset();
  return true;
}

}  // namespace folio
