#include "app/certificates.hpp"

#include <sys/stat.h>
#include <folio/log.hpp>

#include <chrono>
#include <utility>

namespace folio::app {

Certificates::Certificates(const TlsSettings& settings)
    : settings_(settings),
      ticket_keys_(std::make_shared<net::TlsTicketKeys>(std::chrono::seconds(settings.ticket_rotation))) {
  for (const auto& identity : settings.identities) {
    for (const auto* file : {&identity.certificate_file, &identity.key_file, &identity.ocsp_file}) {
      if (!file->empty()) files_.push_back(*file);
    }
  }
  if (!settings.client_authorities.empty()) files_.push_back(settings.client_authorities);
}

Result<std::shared_ptr<const net::TlsContext>> Certificates::load() {
  loaded_ = stamps();  // before reading: what changes meanwhile is seen next time
  auto setup = net::TlsContext::server({.identities = settings_.identities,
                                        .client_check = settings_.client_check,
                                        .client_authorities_file = settings_.client_authorities,
                                        .client_authorities_pem = {},
                                        .ticket_keys = ticket_keys_});
  if (!setup.context) return AppError::internal(std::move(setup.message));
  for (const auto& warning : setup.context->warnings()) log::warn(warning);
  return std::shared_ptr<const net::TlsContext>(std::move(setup.context));
}

bool Certificates::changed() const {
  return stamps() != loaded_;
}

// Follows links: certbot's names stay, and what they point at changes.
Certificates::Stamp Certificates::stamp(const std::string& file) {
  struct stat status{};
  if (::stat(file.c_str(), &status) != 0) return {};
  return {.inode = status.st_ino,
          .size = status.st_size,
          .changed_at = std::int64_t{status.st_ctim.tv_sec} * 1'000'000'000 + status.st_ctim.tv_nsec};
}

std::vector<Certificates::Stamp> Certificates::stamps() const {
  std::vector<Stamp> result;
  result.reserve(files_.size());
  for (const auto& file : files_) result.push_back(stamp(file));
  return result;
}

}  // namespace folio::app
