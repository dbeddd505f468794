// A BIO between OpenSSL and a loop that reads and writes by itself. OpenSSL's own memory BIOs move and clear their
// bytes more than once.
#pragma once

#include <openssl/bio.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

namespace limits {

struct TlsBytes {
  std::string_view in;  // what has arrived and not been read
  std::string out;      // what is to be sent
};

// One for all connections of a loop: it is empty behind each event.
inline BIO* make_tls_bio(TlsBytes& bytes) {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_TYPE_SOURCE_SINK | BIO_get_new_index(), "loop");
    BIO_meth_set_read(made, [](BIO* bio, char* to, int size) {
      auto& in = static_cast<TlsBytes*>(BIO_get_data(bio))->in;
      BIO_clear_retry_flags(bio);
      if (in.empty()) {
        BIO_set_retry_read(bio);
        return -1;
      }
      const std::size_t taken = std::min(in.size(), static_cast<std::size_t>(size));
      std::memcpy(to, in.data(), taken);
      in.remove_prefix(taken);
      return static_cast<int>(taken);
    });
    BIO_meth_set_write(made, [](BIO* bio, const char* from, int size) {
      static_cast<TlsBytes*>(BIO_get_data(bio))->out.append(from, static_cast<std::size_t>(size));
      return size;
    });
    BIO_meth_set_ctrl(made, [](BIO*, int command, long, void*) -> long { return command == BIO_CTRL_FLUSH ? 1 : 0; });
    return made;
  }();
  BIO* bio = BIO_new(method);
  BIO_set_data(bio, &bytes);
  BIO_set_init(bio, 1);
  return bio;
}

}  // namespace limits
