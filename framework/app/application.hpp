// Application: the set of route units that a server answers with, and the router over them. Never changed once it is
// built; the dev server builds another one and publishes it in its place.
#pragma once

#include <folio/result.hpp>
#include <folio/route_unit.hpp>
#include <memory>
#include <span>
#include <vector>

#include "routing/router.hpp"

namespace folio::app {

class Application {
 public:
  // REQUIRES: the units outlive the application. Fails when the set of files is faulty, and says how.
  static Result<std::shared_ptr<const Application>> build(std::span<const RouteUnit* const> units);

  [[nodiscard]] const routing::Router& router() const { return router_; }
  [[nodiscard]] const RouteUnit& unit(std::uint32_t file) const { return *units_[file]; }
  [[nodiscard]] std::size_t size() const { return units_.size(); }

  Application(std::vector<const RouteUnit*> units, routing::Router router)
      : units_(std::move(units)), router_(std::move(router)) {}

 private:
  std::vector<const RouteUnit*> units_;
  routing::Router router_;
};

}  // namespace folio::app
