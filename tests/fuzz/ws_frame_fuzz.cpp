// Any bytes as a frame header, under any policy: the verdict falls once and stays, whatever the prefix; what is read is
// within the policy, and written again gives the same bytes.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "ws/close.hpp"
#include "ws/frame.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

// Input: a byte of policy, a byte that chooses the limit, then the header.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace folio::ws;
  if (size < 2) return 0;
  HeaderPolicy policy;
  policy.reader = (data[0] & 1) != 0 ? Role::Client : Role::Server;
  policy.inside_message = (data[0] & 2) != 0;
  policy.reserved_bits = data[0] & (rsv1 | rsv2 | rsv3);
  if (data[1] != 0) policy.max_length = std::uint64_t{1} << (data[1] % 63);
  policy.max_reserved_length = 2 * (policy.max_length / 2) + 1000;
  const std::string bytes(reinterpret_cast<const char*>(data) + 2, size - 2);

  HeaderStatus verdict = HeaderStatus::NeedMore;
  FrameHeader header;
  for (std::size_t count = 0; count <= bytes.size() && count <= max_header_size + 1; ++count) {
    const std::string prefix = bytes.substr(0, count);
    FrameHeader read;
    const HeaderStatus status = read_header(prefix.data(), prefix.size(), policy, read);
    require(verdict == HeaderStatus::NeedMore || status == verdict);
    if (status == HeaderStatus::Complete && verdict == HeaderStatus::NeedMore) {
      require(read.size == count);
      header = read;
    }
    verdict = status;
  }
  require(bytes.size() < max_header_size || verdict != HeaderStatus::NeedMore);
  require((verdict == HeaderStatus::Complete || verdict == HeaderStatus::NeedMore) == describe(verdict).empty());

  if (verdict == HeaderStatus::Complete) {
    if (is_control(header.opcode)) {
      require(header.final && header.length <= max_control_payload && header.reserved == 0);
    } else {
      require(header.length <= (header.reserved != 0 ? policy.max_reserved_length : policy.max_length));
      require((header.reserved & ~policy.reserved_bits) == 0);
      require((header.opcode == Opcode::Continuation) == policy.inside_message);
    }
    char out[max_header_size];
    const std::uint8_t first = first_byte(header.opcode, header.final, header.reserved);
    const std::size_t written = policy.reader == Role::Server
                                    ? write_client_header(out, first, header.length, header.mask_key)
                                    : write_server_header(out, first, header.length);
    require(written == header.size && std::memcmp(out, bytes.data(), written) == 0);
  }

  // The same bytes as the payload of a Close frame.
  CloseStatus status;
  const std::string_view payload = std::string_view(bytes).substr(0, max_control_payload);
  if (read_close(payload, status) == CloseFault::None) {
    char out[max_control_payload];
    require(std::string_view(out, write_close(out, status.code, status.reason)) == payload);
  }
  return 0;
}
