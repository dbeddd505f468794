// TlsContext on the server's side: certificates by name, tickets, stapled OCSP responses, clients' certificates.
#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ctime>
#include <span>
#include <utility>

#include "net/openssl.hpp"
#include "net/tls_context.hpp"
#include "net/tls_files.hpp"
#include "net/tls_names.hpp"
#include "net/tls_tickets.hpp"

namespace folio::net {

namespace {

constexpr std::chrono::seconds usual_ticket_rotation = std::chrono::hours(12);
// OCSP responders' clocks and ours may differ by so many seconds.
constexpr long clock_skew = 300;

// What a context of OpenSSL carries with it. Connections hold their context, and so this: a reload takes nothing away
// from a handshake that is under way.
struct Shown {
  std::shared_ptr<TlsTicketKeys> ticket_keys;
  std::string ocsp_response;  // DER; empty: none
  std::time_t ocsp_ends = 0;  // past it the response is no longer handed out; 0: never
  // Of the first context alone: the others, and which is for what.
  TlsNames names;
  std::vector<openssl::Context> others;  // certificate 1 and on
};

int shown_index() {
  static const int index = SSL_CTX_get_ex_new_index(
      0, nullptr, nullptr, nullptr,
      [](void*, void* shown, CRYPTO_EX_DATA*, int, long, void*) { delete static_cast<Shown*>(shown); });
  return index;
}

Shown& shown_by(SSL_CTX* context) {
  return *static_cast<Shown*>(SSL_CTX_get_ex_data(context, shown_index()));
}

// RFC 7301 §3.2: "In the event that the server supports no protocols that the client advertises, then the server SHALL
// respond with a fatal "no_application_protocol" alert."
int select_alpn(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in, unsigned in_size,
                void*) {
  unsigned char* chosen = nullptr;
  const int result =
      SSL_select_next_proto(&chosen, out_size, openssl::alpn.data(), openssl::alpn.size(), in, in_size);
  *out = chosen;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

// Before anything else is decided, resumption above all: a ticket belongs to the certificate that it was given under.
int choose_certificate(SSL* ssl, int*, void*) {
  const unsigned char* extension = nullptr;
  std::size_t size = 0;
  if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_server_name, &extension, &size) != 1) return SSL_CLIENT_HELLO_SUCCESS;
  const Shown& shown = shown_by(SSL_get_SSL_CTX(ssl));
  const auto host = host_in_server_name({reinterpret_cast<const char*>(extension), size});
  const auto found = shown.names.find(host);
  // RFC 6066 §3 lets a server go on with a name that it does not know: the client will see whether it likes the
  // certificate.
  if (found.value_or(0) != 0) SSL_set_SSL_CTX(ssl, shown.others[*found - 1].get());
  return SSL_CLIENT_HELLO_SUCCESS;
}

// Says that the name was of use (RFC 6066 §3: "SHALL include an extension of type "server_name" in the … server hello").
int acknowledge_name(SSL*, int*, void*) {
  return SSL_TLSEXT_ERR_OK;
}

int use_ticket_key(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
                   int making) {
  constexpr int failed = -1;
  constexpr int unknown = 0;  // a whole handshake follows
  constexpr int good = 1;
  constexpr int outdated = 2;  // good, and the client gets a new ticket
  TlsTicketKeys& keys = *shown_by(SSL_get_SSL_CTX(ssl)).ticket_keys;
  const auto prepare = [&](TlsTicketKeys::Key& key) {
    std::string digest = "SHA256";
    const std::array<OSSL_PARAM, 3> parameters = {
        OSSL_PARAM_construct_octet_string("key", key.mac.data(), key.mac.size()),
        OSSL_PARAM_construct_utf8_string("digest", digest.data(), 0), OSSL_PARAM_construct_end()};
    const bool done = EVP_MAC_CTX_set_params(mac, parameters.data()) == 1 &&
                      EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), nullptr, key.cipher.data(), iv, making) == 1;
    OPENSSL_cleanse(&key, sizeof(key));
    return done;
  };
  TlsTicketKeys::Key current = keys.current();
  if (making != 0) {
    std::ranges::copy(current.name, name);
    // RFC 5077 §4: "The IV should be generated as described in" — at random, anew each time.
    if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) != 1) return failed;
    return prepare(current) ? good : failed;
  }
  auto made_with = keys.find(name);
  if (!made_with) return unknown;
  const bool newest = made_with->name == current.name;
  OPENSSL_cleanse(&current, sizeof(current));
  if (!prepare(*made_with)) return failed;
  // RFC 8446 §C.4: "Clients SHOULD NOT reuse a ticket for multiple connections"; one that does not needs another each time.
  const bool single_use = SSL_version(ssl) >= TLS1_3_VERSION;
  return newest && !single_use ? good : outdated;
}

int give_ocsp_response(SSL* ssl, void*) {
  const Shown& shown = shown_by(SSL_get_SSL_CTX(ssl));
  if (shown.ocsp_response.empty() || (shown.ocsp_ends != 0 && std::time(nullptr) > shown.ocsp_ends)) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  void* copy = OPENSSL_memdup(shown.ocsp_response.data(), shown.ocsp_response.size());
  if (copy == nullptr) return SSL_TLSEXT_ERR_NOACK;
  SSL_set_tlsext_status_ocsp_resp(ssl, copy, static_cast<long>(shown.ocsp_response.size()));
  return SSL_TLSEXT_ERR_OK;
}

// The names that a certificate is for. RFC 6125 §6.4.4: the subject's common name counts only when there is no other.
std::vector<std::string> names_of(X509* certificate) {
  std::vector<std::string> names;
  const std::unique_ptr<GENERAL_NAMES, openssl::Free<GENERAL_NAMES_free>> list(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; list && i < sk_GENERAL_NAME_num(list.get()); ++i) {
    const GENERAL_NAME* each = sk_GENERAL_NAME_value(list.get(), i);
    if (each->type != GEN_DNS) continue;
    names.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(each->d.dNSName)),
                       static_cast<std::size_t>(ASN1_STRING_length(each->d.dNSName)));
  }
  if (!list) {
    std::array<char, 256> name{};
    const int size = X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name.data(),
                                               static_cast<int>(name.size()));
    if (size > 0) names.emplace_back(name.data(), static_cast<std::size_t>(size));
  }
  ERR_clear_error();
  return names;
}

// Sessions go on only where the same names and the same demands on clients are. RFC 6066 §3: "A server that implements
// this extension MUST NOT accept the request to resume the session if the server_name extension contains a different
// name." A renewed certificate is no other.
void bind_sessions(SSL_CTX* context, const std::vector<std::string>& names, const std::string& demands) {
  std::string what = demands;
  for (const auto& name : names) what.append("\n").append(name);
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(what.data()), what.size(), digest.data());
  SSL_CTX_set_session_id_context(context, digest.data(), digest.size());
}

}  // namespace

TlsSetup TlsContext::server(const TlsIdentity& identity) {
  return server(TlsServerOptions{.identities = {identity}});
}

TlsSetup TlsContext::server(const TlsServerOptions& options) {
  ERR_clear_error();
  std::unique_ptr<TlsContext> context(new TlsContext(TlsRole::Server));
  if (auto message = context->serve(options); !message.empty()) return {.context = {}, .message = std::move(message)};
  return {.context = std::move(context), .message = {}};
}

std::string TlsContext::serve(const TlsServerOptions& options) {
  if (options.identities.empty()) return "the certificate is missing: name its PEM file";
  auto keys = options.ticket_keys ? options.ticket_keys : std::make_shared<TlsTicketKeys>(usual_ticket_rotation);

  std::string message;
  std::string demands = std::to_string(static_cast<int>(options.client_check));
  std::vector<openssl::Certificate> authorities;
  if (options.client_check != ClientCheck::None) {
    const auto pem = openssl::read_content(options.client_authorities_file, options.client_authorities_pem,
                                           "the authorities of the clients' certificates", message);
    if (!pem) return message;
    demands += pem->bytes;
    authorities = openssl::read_certificates(*pem, message);
    if (authorities.empty()) return message;
  }

  Shown* first = nullptr;
  for (std::size_t i = 0; i < options.identities.size(); ++i) {
    openssl::Context other;
    if (i != 0) other = openssl::make_context(TlsRole::Server);
    SSL_CTX* const context = i == 0 ? context_ : other.get();

    auto* shown = new Shown;
    SSL_CTX_set_ex_data(context, shown_index(), shown);  // which deletes it
    if (i == 0) first = shown;
    shown->ticket_keys = keys;
    SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
    SSL_CTX_set_alpn_select_cb(context, select_alpn, nullptr);
    SSL_CTX_set_tlsext_ticket_key_evp_cb(context, use_ticket_key);
    SSL_CTX_set_timeout(context, static_cast<long>(keys->lifetime().count()));

    if (options.client_check != ClientCheck::None) {
      const int must = options.client_check == ClientCheck::Required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0;
      SSL_CTX_set_verify(context, SSL_VERIFY_PEER | must, nullptr);
      for (const auto& each : authorities) {
        X509_STORE_add_cert(SSL_CTX_get_cert_store(context), each.get());
        SSL_CTX_add_client_CA(context, each.get());  // the client's choice among its certificates
      }
      ERR_clear_error();
    }

    if (message = show(context, options.identities[i]); !message.empty()) return message;
    const auto names = names_of(SSL_CTX_get0_certificate(context));
    for (const auto& name : names) first->names.add(name, i);
    bind_sessions(context, names, demands);
    if (message = staple(context, options.identities[i]); !message.empty()) return message;
    if (other) first->others.push_back(std::move(other));
  }
  SSL_CTX_set_client_hello_cb(context_, choose_certificate, nullptr);
  SSL_CTX_set_tlsext_servername_callback(context_, acknowledge_name);
  return {};
}

std::string TlsContext::show(ssl_ctx_st* context, const TlsIdentity& identity) {
  std::string message;
  const auto pem =
      openssl::read_content(identity.certificate_file, identity.certificate_pem, "the certificate", message);
  if (!pem) return message;
  const auto chain = openssl::read_certificates(*pem, message);
  if (chain.empty()) return message;
  X509* const certificate = chain.front().get();
  if (SSL_CTX_use_certificate(context, certificate) != 1) {
    return pem->name + " cannot be used: " + openssl::take_error();
  }
  for (const auto& each : std::span(chain).subspan(1)) {
    if (SSL_CTX_add1_chain_cert(context, each.get()) != 1) {
      return pem->name + ": a certificate of the chain cannot be used: " + openssl::take_error();
    }
  }
  if (auto warning = openssl::validity_warning(certificate, pem->name); !warning.empty()) {
    warnings_.push_back(std::move(warning));
  }

  const auto key_pem = openssl::read_content(identity.key_file, identity.key_pem, "the private key", message);
  if (!key_pem) return message;
  const openssl::Key key = openssl::read_key(*key_pem, identity.key_passphrase, message);
  if (!key) return message;
  if (X509_check_private_key(certificate, key.get()) != 1) {
    ERR_clear_error();
    return key_pem->name + " does not belong to " + pem->name + ": give the key that the certificate was made with";
  }
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1) {
    return key_pem->name + " cannot be used: " + openssl::take_error();
  }
  return {};
}

std::string TlsContext::staple(ssl_ctx_st* context, const TlsIdentity& identity) {
  if (identity.ocsp_file.empty()) return {};
  std::string message;
  auto der = openssl::read_content(identity.ocsp_file, {}, "the OCSP response", message);
  if (!der) return message;
  const auto* bytes = reinterpret_cast<const unsigned char*>(der->bytes.data());
  const std::unique_ptr<OCSP_RESPONSE, openssl::Free<OCSP_RESPONSE_free>> response(
      d2i_OCSP_RESPONSE(nullptr, &bytes, static_cast<long>(der->bytes.size())));
  if (!response) return der->name + ": it is no OCSP response in DER (" + openssl::take_error() + ")";
  if (const int status = OCSP_response_status(response.get()); status != OCSP_RESPONSE_STATUS_SUCCESSFUL) {
    return der->name + ": the authority did not answer but says \"" + OCSP_response_status_str(status) + "\"";
  }
  const std::unique_ptr<OCSP_BASICRESP, openssl::Free<OCSP_BASICRESP_free>> basic(
      OCSP_response_get1_basic(response.get()));
  OCSP_SINGLERESP* single = basic ? OCSP_resp_get0(basic.get(), 0) : nullptr;
  if (single == nullptr) return der->name + ": there is no answer in it";
  ASN1_INTEGER* serial = nullptr;
  OCSP_id_get0_info(nullptr, nullptr, nullptr, &serial, const_cast<OCSP_CERTID*>(OCSP_SINGLERESP_get0_id(single)));
  if (ASN1_INTEGER_cmp(serial, X509_get0_serialNumber(SSL_CTX_get0_certificate(context))) != 0) {
    return der->name + " is for another certificate than " + identity.certificate_file;
  }
  ASN1_GENERALIZEDTIME* from = nullptr;
  ASN1_GENERALIZEDTIME* until = nullptr;
  if (const int status = OCSP_single_get0_status(single, nullptr, nullptr, &from, &until);
      status != V_OCSP_CERTSTATUS_GOOD) {
    warnings_.push_back(der->name + " says that the certificate is " + OCSP_cert_status_str(status));
  }
  if (OCSP_check_validity(from, until, clock_skew, -1) != 1) {
    ERR_clear_error();
    warnings_.push_back(der->name + " is out of date, and is not handed to clients; fetch a new one");
    return {};
  }
  Shown& shown = shown_by(context);
  std::tm ends{};
  if (until != nullptr && ASN1_TIME_to_tm(until, &ends) == 1) shown.ocsp_ends = ::timegm(&ends);
  shown.ocsp_response = std::move(der->bytes);
  SSL_CTX_set_tlsext_status_cb(context, give_ocsp_response);
  return {};
}

}  // namespace folio::net
