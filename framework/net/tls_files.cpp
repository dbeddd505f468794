#include "net/tls_files.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <fstream>
#include <sstream>
#include <utility>

namespace folio::net::openssl {

namespace {

// Without a callback OpenSSL would ask on the terminal.
int give_passphrase(char* buffer, int size, int, void* given) {
  const auto& passphrase = *static_cast<const std::string*>(given);
  if (passphrase.empty() || passphrase.size() > static_cast<std::size_t>(size)) return -1;
  std::memcpy(buffer, passphrase.data(), passphrase.size());
  return static_cast<int>(passphrase.size());
}

std::string date_of(const ASN1_TIME* time) {
  std::tm fields{};
  if (ASN1_TIME_to_tm(time, &fields) != 1) return "an unknown date";
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d", &fields)};
}

}  // namespace

std::optional<Content> read_content(const std::string& file, const std::string& text, const std::string& what,
                                    std::string& message) {
  if (!text.empty()) return Content{.bytes = text, .name = what};
  if (file.empty()) {
    message = what + " is missing: name its PEM file";
    return std::nullopt;
  }
  errno = 0;
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text_of_file;
  text_of_file << stream.rdbuf();
  std::string content = std::move(text_of_file).str();
  if (content.empty()) {
    message = "cannot read " + what + " " + file + ": " + (errno != 0 ? std::strerror(errno) : "the file is empty");
    return std::nullopt;
  }
  return Content{.bytes = std::move(content), .name = what + " " + file};
}

std::vector<Certificate> read_certificates(const Content& pem, std::string& message) {
  const auto source = read_from(pem.bytes);
  std::string no_passphrase;
  std::vector<Certificate> certificates;
  while (Certificate each{PEM_read_bio_X509_AUX(source.get(), nullptr, give_passphrase, &no_passphrase)}) {
    certificates.push_back(std::move(each));
  }
  const std::string reason = take_error();  // the end of the file is an error to OpenSSL
  if (certificates.empty()) message = pem.name + ": there is no PEM certificate in it (" + reason + ")";
  return certificates;
}

Key read_key(const Content& pem, std::string passphrase, std::string& message) {
  const auto source = read_from(pem.bytes);
  Key key(PEM_read_bio_PrivateKey(source.get(), nullptr, give_passphrase, &passphrase));
  if (key) return key;
  const std::string reason = take_error();
  if (pem.bytes.find("ENCRYPTED") == std::string::npos) {
    message = pem.name + ": there is no PEM private key in it (" + reason + ")";
  } else {
    message = pem.name + (passphrase.empty() ? " is encrypted: give its passphrase" : ": the passphrase is wrong");
  }
  return key;
}

std::string validity_warning(const X509* certificate, const std::string& name) {
  if (X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0) {
    return name + " has expired on " + date_of(X509_get0_notAfter(certificate)) + ": clients will refuse it; renew it";
  }
  if (X509_cmp_current_time(X509_get0_notBefore(certificate)) > 0) {
    return name + " is not valid before " + date_of(X509_get0_notBefore(certificate)) +
           ": clients will refuse it; is the clock right?";
  }
  return {};
}

}  // namespace folio::net::openssl
