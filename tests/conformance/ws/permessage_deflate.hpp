// RFC 7692 from the client's side, over zlib and without the code under test.
#pragma once

#include <zlib.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace folio::conformance {

// What the server's Sec-WebSocket-Extensions says.
struct Agreement {
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  // 0: the response does not mention it, which leaves 15.
  int server_max_window_bits = 0;
  int client_max_window_bits = 0;
};

// Nothing when it is not exactly one permessage-deflate with parameters that RFC 7692 §7.1 allows in a response.
[[nodiscard]] std::optional<Agreement> read_agreement(std::string_view value);

// What compress() does beyond the usual. RFC 7692 §7.2.3 has an example of each.
enum class Block {
  Dynamic,      // whatever zlib finds best
  Fixed,        // §7.2.3.1: fixed Huffman codes
  Stored,       // §7.2.3.3: no compression
  Final,        // §7.2.3.4: the last block has BFINAL set
  Two,          // §7.2.3.5: two blocks in one message
  EmptyStored,  // the tail that §7.2.1 says to take off is left in place: another empty block, which is legal
};

// Messages into the payloads of compressed ones.
class Compressor {
 public:
  explicit Compressor(int window_bits = 15, bool context_takeover = true);
  ~Compressor();
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;

  [[nodiscard]] std::string compress(std::string_view message, Block block = Block::Dynamic);

 private:
  void run(std::string_view message, int flush, std::string& out);

  z_stream stream_ = {};
  bool context_takeover_;
};

// Payloads of compressed messages into messages. Refuses what the agreement does not cover: a message that refers to
// one before it, or back past the window.
class Decompressor {
 public:
  explicit Decompressor(const Agreement& agreement);
  ~Decompressor();
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;

  [[nodiscard]] std::optional<std::string> decompress(std::string payload);

 private:
  z_stream stream_ = {};
  bool context_takeover_;
};

}  // namespace folio::conformance
