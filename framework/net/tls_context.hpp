// TlsContext: what TLS connections have in common: whom a client trusts, or what certificate a server shows.
// TLS 1.2 (RFC 5246) and 1.3 (RFC 8446), ciphers with forward secrecy and authentication only, no compression, no
// renegotiation, no early data (it can be replayed); ALPN (RFC 7301) for http/1.1; resumption by tickets.
//
// Thread rule: connections of any number of loops may use one at the same time. Lifetime: it has to live only while a
// connection is begun with it. Making one reads files and takes milliseconds: make it once.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

struct ssl_ctx_st;

namespace folio::net {

class TlsTicketKeys;

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

// A certificate and its key.
struct TlsIdentity {
  // The certificate, and behind it those that lead to the authority: a file, or the text itself. PEM.
  std::string certificate_file;
  std::string certificate_pem;
  // Its private key, the same way.
  std::string key_file;
  std::string key_pem;
  // For a key that is encrypted.
  std::string key_passphrase;
  // The authority's latest word that the certificate is not revoked, to be handed to clients that ask for it (OCSP
  // stapling, RFC 6066 §8): a file in DER. Empty: none.
  std::string ocsp_file;
};

// Whether clients have to say who they are, by a certificate of their own.
enum class ClientCheck : std::uint8_t {
  None,      // nobody is asked
  Optional,  // who has none comes in as nobody; who has one that is not valid does not
  Required,
};

struct TlsServerOptions {
  // Which one is shown is decided by the host that the client names (SNI): names are those of the certificates, with
  // their wildcards. The first is for all other hosts, and for clients that name none. Not empty.
  std::vector<TlsIdentity> identities;
  ClientCheck client_check = ClientCheck::None;
  // Who has to have signed the clients' certificates: a file, or the text itself. PEM.
  std::string client_authorities_file;
  std::string client_authorities_pem;
  // Contexts with the same keys resume each other's sessions. Null: keys of its own, which nobody else has.
  std::shared_ptr<TlsTicketKeys> ticket_keys;
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
  // With one certificate, and nothing else.
  [[nodiscard]] static TlsSetup server(const TlsIdentity& identity);

  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  [[nodiscard]] TlsRole role() const noexcept { return role_; }
  // What the operator should know: certificates that are not valid today, which clients will refuse. Usually empty.
  [[nodiscard]] const std::vector<std::string>& warnings() const noexcept { return warnings_; }

  [[nodiscard]] ssl_ctx_st* raw() const noexcept { return context_; }

 private:
  explicit TlsContext(TlsRole role);
  [[nodiscard]] std::string trust(const TlsClientOptions& options);
  // tls_server.cpp
  [[nodiscard]] std::string serve(const TlsServerOptions& options);
  [[nodiscard]] std::string show(ssl_ctx_st* context, const TlsIdentity& identity);
  [[nodiscard]] std::string staple(ssl_ctx_st* context, const TlsIdentity& identity);

  ssl_ctx_st* context_;
  TlsRole role_;
  std::vector<std::string> warnings_;
};

}  // namespace folio::net
