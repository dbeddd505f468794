// TlsSession: TLS on one connection, without a socket: ciphertext in and plaintext out, and the other way round. It
// resumes at any split of its input and never waits. What it has to send by itself (the handshake, alerts, key updates)
// appears in its output like everything else.
#pragma once

#include <folio/client_certificate.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/buffer.hpp"

struct bio_st;
struct bio_method_st;
struct ssl_st;

namespace folio::net {

class TlsContext;

class TlsSession {
 public:
  enum class State : std::uint8_t {
    Handshaking,
    Open,
    PeerEnded,  // by close_notify. RFC 8446 §6.1: our own side is not ended by it
    Failed,
  };

  // RFC 8446 §5.1: plaintext is cut into records of 2^14 bytes or less.
  static constexpr std::size_t record_size = 16 * 1024;
  // Bytes of output past which no more is received. What the peer asks for beside its data, new keys (RFC 8446 §4.6.3)
  // or a renegotiation, is answered each time; a peer that asks and does not read would fill the memory.
  static constexpr std::size_t max_replies = 64 * 1024;
  // Room for the plaintext of `size` bytes of ciphertext: a record that began earlier may end with them.
  static constexpr std::size_t plaintext_room(std::size_t size) { return size + record_size; }

  // `host` is whom a client talks to, a name or a numeric address: what the certificate has to be for. A server's is
  // empty.
  TlsSession(const TlsContext& context, std::string_view host);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  // A client's first flight into the output. A server waits for it.
  void start() noexcept { (void)receive({}, {}); }
  // Takes all of `ciphertext`; gives how many bytes of plaintext there are at the front of `plaintext`, which has
  // plaintext_room. What is decrypted before a failure counts.
  [[nodiscard]] std::size_t receive(std::span<const char> ciphertext, std::span<char> plaintext) noexcept;
  // Appends one record of at most record_size bytes to the output. REQUIRES: the handshake is done.
  void send(std::string_view plaintext) noexcept;
  // Appends close_notify to the output: no more will be sent. REQUIRES: the handshake is done.
  void end() noexcept;

  [[nodiscard]] base::Buffer& output() noexcept { return output_; }
  [[nodiscard]] State state() const noexcept { return state_; }
  // A server's: who the client is, if it showed a certificate and that is valid. REQUIRES: the handshake is done.
  [[nodiscard]] std::optional<ClientCertificate> client_certificate() const;
  // Why the state is Failed.
  [[nodiscard]] const std::string& failure() const noexcept { return failure_; }

 private:
  static const bio_method_st* bio_method();
  void expect(std::string_view host);
  bool shake_hands() noexcept;
  // Why OpenSSL stopped: it wants more input, or the state changes.
  void stopped(int result) noexcept;

  ssl_st* ssl_;
  std::span<const char> input_;
  base::Buffer output_;
  std::string failure_;
  State state_ = State::Handshaking;
};

}  // namespace folio::net
