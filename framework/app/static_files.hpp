// Files of the app's public/ folder. A file goes before a route with parameters and behind a literal one (which the
// code generator refuses to hide a file: R010).
#pragma once

#include <folio/response.hpp>

#include <optional>
#include <string>
#include <unordered_set>

#include "app/config.hpp"
#include "app/exchange.hpp"

namespace folio::app {

class StaticFiles {
 public:
  explicit StaticFiles(const Config& config);

  // The answer to a GET or HEAD for a file that is there, unless a route has the path for itself.
  // REQUIRES: the exchange has been routed.
  [[nodiscard]] std::optional<Response> find(const Exchange& exchange) const;

 private:
  [[nodiscard]] bool is_candidate(const Exchange& exchange) const;

  // What there was at the start: so that a route with parameters costs no look at the disk. Files that come later are
  // served where no route answers.
  std::unordered_set<std::string> known_;
  bool changing_;
  std::string root_;  // absolute and without symbolic links; empty: there is none
  std::size_t max_size_;
};

}  // namespace folio::app
