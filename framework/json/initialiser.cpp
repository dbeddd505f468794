#include <folio/detail/initialiser.hpp>

#include <algorithm>
#include <cstring>
#include <new>

namespace folio::json_detail {

bool has_initialiser(const Shape& shape, std::size_t index, std::size_t scalar_size) {
  constexpr unsigned char pattern = 0xA5;
  const std::align_val_t alignment{std::max(shape.alignment, alignof(std::max_align_t))};
  auto* memory = static_cast<unsigned char*>(::operator new(shape.size, alignment));
  std::memset(memory, pattern, shape.size);
  shape.construct(memory);
  void* addresses[reflect::max_members] = {};
  shape.addresses(memory, addresses);
  const auto* bytes = static_cast<const unsigned char*>(addresses[index]);
  const bool written = !std::all_of(bytes, bytes + scalar_size, [](unsigned char byte) { return byte == pattern; });
  shape.destroy(memory);
  ::operator delete(memory, alignment);
  return written;
}

}  // namespace folio::json_detail
