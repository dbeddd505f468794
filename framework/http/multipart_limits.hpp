// What a form with files may ask its reader to hold and to go through. Past any of them: 413, or 431 for the head of a
// part.
#pragma once

#include <cstddef>
#include <cstdint>

namespace folio::http {

struct MultipartLimits {
  // Parts of a form. Each costs its handler time and memory, however small it is.
  std::size_t max_parts = 1000;
  // Bytes of a part's head, its empty line included; it is held whole.
  std::size_t max_part_head = 8 * 1024;
  // Bytes of a part without a file name, which its reader holds in memory.
  std::uint64_t max_field = 1024 * 1024;
  // Bytes of all parts without a file name together, with the heads of all parts: what a form takes of memory.
  std::uint64_t max_fields = 8 * 1024 * 1024;
  // Bytes of a part with a file name.
  std::uint64_t max_file = std::uint64_t{1024} * 1024 * 1024;
  // Bytes of the whole form, with its boundaries and what stands before the first and after the last of them.
  std::uint64_t max_form = std::uint64_t{2} * 1024 * 1024 * 1024;
};

}  // namespace folio::http
