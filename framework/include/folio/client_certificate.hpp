// ClientCertificate: who a client is, by the certificate that it showed and the server verified.
#pragma once

#include <string>
#include <vector>

namespace folio {

// What a verified certificate says of its owner. All text is UTF-8. A name with a NUL byte in it is left out.
struct ClientCertificate {
  std::string subject;      // RFC 4514, the most specific part first: "CN=alice,O=Example"
  std::string common_name;  // the subject's CN alone; empty when it has none
  std::string issuer;       // the authority's name, written as the subject is
  std::string serial;       // hexadecimal, upper case; unlike that of any other certificate of the issuer
  std::string fingerprint;  // SHA-256 of the whole certificate, hexadecimal, lower case

  // Subject alternative names, RFC 5280 §4.2.1.6.
  std::vector<std::string> dns_names;
  std::vector<std::string> email_addresses;
  std::vector<std::string> uris;  // a SPIFFE id, for one
};

}  // namespace folio
