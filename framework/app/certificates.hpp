// Certificates: the server's TLS context, made of files, and made anew when they change. A set of files that cannot be
// used leaves the one in force that could.
//
// Thread rule: one thread, but for ticket_keys().
#pragma once

#include <folio/result.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "app/config.hpp"
#include "net/tls_context.hpp"
#include "net/tls_tickets.hpp"

namespace folio::app {

class Certificates {
 public:
  // REQUIRES: the settings outlive it.
  explicit Certificates(const TlsSettings& settings);

  [[nodiscard]] bool used() const noexcept { return !settings_.identities.empty(); }
  // Reads the files. The error says which one is wrong, and why. Warnings go to the log. REQUIRES: used().
  [[nodiscard]] Result<std::shared_ptr<const net::TlsContext>> load();
  // Whether a file is another one, or has other content, than when load() last looked.
  [[nodiscard]] bool changed() const;

  [[nodiscard]] net::TlsTicketKeys& ticket_keys() noexcept { return *ticket_keys_; }

 private:
  // What tells one state of a file from another.
  struct Stamp {
    std::uint64_t inode = 0;
    std::int64_t size = -1;
    std::int64_t changed_at = 0;  // nanoseconds
    bool operator==(const Stamp&) const = default;
  };
  [[nodiscard]] static Stamp stamp(const std::string& file);
  [[nodiscard]] std::vector<Stamp> stamps() const;

  const TlsSettings& settings_;
  std::vector<std::string> files_;
  std::vector<Stamp> loaded_;
  std::shared_ptr<net::TlsTicketKeys> ticket_keys_;
};

}  // namespace folio::app
