#include "dev/dev_certificate.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <string_view>

#include "dev/console.hpp"
#include "net/self_signed.hpp"
#include "net/tls_context.hpp"

namespace folio::dev {

namespace {

constexpr std::chrono::hours used_for = std::chrono::hours(24 * 365);  // it is valid for a month more

bool write_file(const std::string& file, std::string_view text, mode_t mode, std::string& error) {
  // A key is never readable by others, not even for a moment.
  (void)::unlink(file.c_str());
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  const bool written = fd >= 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (!written) error = "cannot write " + file + ": " + std::strerror(errno);
  if (fd >= 0) ::close(fd);
  return written;
}

bool is_recent(const std::string& file) {
  struct stat status{};
  return ::stat(file.c_str(), &status) == 0 &&
         std::time(nullptr) - status.st_mtim.tv_sec < std::chrono::seconds(used_for).count();
}

// The host of "http://192.0.2.7".
std::string host_of(const std::string& url) {
  return url.substr(url.find("//") + 2);
}

}  // namespace

bool make_dev_certificate(const std::string& build_folder, DevCertificate& certificate, std::string& error) {
  certificate = {.certificate_file = build_folder + "/https.pem", .key_file = build_folder + "/https.key"};
  net::TlsIdentity identity;
  identity.certificate_file = certificate.certificate_file;
  identity.key_file = certificate.key_file;
  if (is_recent(certificate.certificate_file) && net::TlsContext::server(identity).context) return true;

  net::SelfSignedOptions options;
  for (const auto& url : addresses_of("0.0.0.0", 80).network) options.names.push_back(host_of(url));
  const auto made = net::make_self_signed(options);
  return write_file(certificate.key_file, made.key_pem, S_IRUSR | S_IWUSR, error) &&
         write_file(certificate.certificate_file, made.certificate_pem, S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH, error);
}

}  // namespace folio::dev
