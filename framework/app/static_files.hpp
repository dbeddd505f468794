// Files of the app's public/ folder, for paths that no route answers.
#pragma once

#include <folio/response.hpp>

#include <optional>
#include <string>

#include "app/config.hpp"
#include "app/exchange.hpp"

namespace folio::app {

class StaticFiles {
 public:
  explicit StaticFiles(const Config& config);

  // The answer to a GET or HEAD for a file that is there.
  [[nodiscard]] std::optional<Response> find(const Exchange& exchange) const;

 private:
  std::string root_;  // absolute and without symbolic links; empty: there is none
  std::size_t max_size_;
};

}  // namespace folio::app
