// An upload that is read as it arrives: its size and a checksum, without holding it.
//
//     curl -T big.iso http://127.0.0.1:5000/upload
#include <folio/folio.hpp>

#include <cstdint>

using namespace folio;

struct Upload {
  std::uint64_t bytes = 0;
  std::uint32_t adler32 = 0;
};

Task<Json<Upload>> PUT(BodyStream body) {
  body.limit(std::uint64_t{16} << 30);
  Upload upload;
  std::uint32_t a = 1;
  std::uint32_t b = 0;
  while (auto piece = co_await body.read()) {
    upload.bytes += piece->size();
    for (const char c : *piece) {
      a = (a + static_cast<unsigned char>(c)) % 65521;
      b = (b + a) % 65521;
    }
  }
  upload.adler32 = b << 16 | a;
  co_return upload;
}
