// TlsContext: what TLS connections have in common: whom a client trusts, or what certificate a server shows.
// TLS 1.2 (RFC 5246) and 1.3 (RFC 8446), ciphers with forward secrecy and authentication only, no compression, no
// renegotiation; ALPN (RFC 7301) for http/1.1.
//
// Thread rule: connections of any number of loops may use one at the same time. Lifetime: it has to live only while a
// connection is begun with it. Making one reads files and takes milliseconds: make it once.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

struct ssl_ctx_st;

namespace folio::net {

enum class TlsRole : std::uint8_t { Client, Server };

enum class PeerCheck : std::uint8_t {
  // The server's certificate has to be valid, for the host that is connected to, and from an authority that is trusted.
  Verify,
  // Encrypts, but to anybody at all, an attacker in between included. For tests against servers of one's own.
  AcceptAnybodyInsecurely,
};

struct TlsClientOptions {
  // Authorities to trust instead of the system's: a file, or the text itself. PEM.
  std::string authorities_file;
  std::string authorities_pem;
  PeerCheck peer_check = PeerCheck::Verify;
};

struct TlsServerOptions {
  // The server's certificate, and behind it those that lead to the authority: a file, or the text itself. PEM.
  std::string certificate_file;
  std::string certificate_pem;
  // Its private key, the same way.
  std::string key_file;
  std::string key_pem;
  // For a key that is encrypted.
  std::string key_passphrase;
};

class TlsContext;

// The context, or why there is none.
struct TlsSetup {
  std::unique_ptr<TlsContext> context;
  std::string message;  // for a person: what, where, how to mend it; empty when there is a context
};

class TlsContext {
 public:
  [[nodiscard]] static TlsSetup client(const TlsClientOptions& options = {});
  [[nodiscard]] static TlsSetup server(const TlsServerOptions& options);

  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  [[nodiscard]] TlsRole role() const noexcept { return role_; }
  // What the operator should know: a certificate that is not valid today, which clients will refuse. Usually empty.
  [[nodiscard]] const std::string& warning() const noexcept { return warning_; }

  [[nodiscard]] ssl_ctx_st* raw() const noexcept { return context_; }

 private:
  explicit TlsContext(TlsRole role);
  [[nodiscard]] std::string trust(const TlsClientOptions& options);
  [[nodiscard]] std::string show(const TlsServerOptions& options);

  ssl_ctx_st* context_;
  TlsRole role_;
  std::string warning_;
};

}  // namespace folio::net
