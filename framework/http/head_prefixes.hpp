// What the head of a response begins with: its status line, Date and Content-Type. HeadPrefixes makes it once for those
// that are alike: most of a server's answers have one of a few statuses and types, and the date stands still for a second.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/same_bytes.hpp"

namespace folio::http {

// Bytes that a prefix takes beside its date and type.
inline constexpr std::size_t prefix_overhead = 128;

struct PrefixWritten {
  char* end;
  bool has_date;
  bool has_content_type;
};
// Writes one at `at`. A field whose value is empty is left out, as is one whose value could not stand in a field.
// REQUIRES: 100 <= status <= 999; there is room for prefix_overhead bytes, the date and the type.
[[nodiscard]] PrefixWritten write_head_prefix(char* at, int status, std::string_view date, std::string_view type);

// One thread at a time.
class HeadPrefixes {
 public:
  static constexpr std::size_t longest_type = 128;  // bytes of a type that is kept

  // An IMF-fixdate, for all heads from now on.
  void set_date(std::string_view date);
  [[nodiscard]] std::string_view date() const { return date_; }

  // The prefix, good until the next call. Empty for a head that is not kept: one without date, or with a type that is
  // empty, too long or no field value. REQUIRES: 100 <= status <= 999.
  [[nodiscard]] std::string_view of(int status, std::string_view type) {
    const Prefix& prefix = prefixes_[place_of(status, type)];
    if (prefix.status == status && base::same_bytes(prefix.type, type)) [[likely]] return prefix.bytes;
    return make(status, type);
  }

 private:
  struct Prefix {
    int status = 0;  // 0: none is kept
    std::string type;
    std::string bytes;
  };
  static constexpr std::size_t count = 16;

  // Where two meet, each makes its own anew.
  [[nodiscard]] static std::size_t place_of(int status, std::string_view type) {
    return (static_cast<std::size_t>(status) + type.size()) % count;
  }
  [[nodiscard]] std::string_view make(int status, std::string_view type);

  std::string date_;
  std::array<Prefix, count> prefixes_;
};

}  // namespace folio::http
