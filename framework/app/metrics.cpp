#include "app/metrics.hpp"

namespace folio::app {

void SocketCounters::closed(std::uint16_t code) noexcept {
  constexpr std::size_t libraries = 16;
  constexpr std::size_t applications = 17;
  constexpr std::size_t others = 18;
  std::size_t kind = others;
  if (code >= 1000 && code <= 1015) kind = code - 1000U;
  // RFC 6455 §7.4.2: "Status codes in the range 3000-3999 are reserved for use by libraries, frameworks, and
  // applications", 4000-4999 "for private use".
  if (code >= 3000 && code <= 3999) kind = libraries;
  if (code >= 4000 && code <= 4999) kind = applications;
  closes[kind].add(1);
}

Metrics::Metrics(net::Loop& loop) : traffic_(loop.traffic()) {
  no_route_ = &routes_.emplace_back("none");
  static_files_ = &routes_.emplace_back("static");
}

void Metrics::publish(const Application& application) {
  by_file_.resize(application.size());
  for (std::uint32_t file = 0; file < by_file_.size(); ++file) by_file_[file] = &route(application.unit(file).file);
}

RouteCounters& Metrics::route(std::string_view name) {
  for (RouteCounters& counters : routes_) {
    if (counters.route == name) return counters;
  }
  const std::lock_guard lock(mutex_);
  return routes_.emplace_back(std::string(name));
}

}  // namespace folio::app
