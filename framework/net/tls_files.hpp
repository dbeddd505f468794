// Certificates and keys out of PEM, with errors that name the file and the reason. Internal.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "net/openssl.hpp"

namespace folio::net::openssl {

// A file's bytes, and what errors call them.
struct Content {
  std::string bytes;
  std::string name;  // "the certificate /etc/a.pem", or "the certificate"
};

// `text` if there is any, else what is in `file`. `what` as "the certificate". Nothing: `message` says why.
[[nodiscard]] std::optional<Content> read_content(const std::string& file, const std::string& text,
                                                  const std::string& what, std::string& message);

// All certificates in order; none: `message` says why.
[[nodiscard]] std::vector<Certificate> read_certificates(const Content& pem, std::string& message);

// Null: `message` says why.
[[nodiscard]] Key read_key(const Content& pem, std::string passphrase, std::string& message);

// What the operator should know when a certificate is not valid today; usually empty.
[[nodiscard]] std::string validity_warning(const X509* certificate, const std::string& name);

}  // namespace folio::net::openssl
