// Loads route objects into the process. What is loaded stays: coroutines, sockets and static objects may use its code
// for as long as they like.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace folio {
struct RouteUnit;
}

namespace folio::dev {

class ModuleLoader {
 public:
  // The units of these objects, in this order; one that is loaded already is not loaded again. A new version of an
  // object therefore has a name of its own. False, with an `error`, when one of them cannot be loaded.
  [[nodiscard]] bool load(const std::vector<std::string>& objects, std::vector<const RouteUnit*>& units,
                          std::string& error);
  // Objects that were loaded since the start.
  [[nodiscard]] std::size_t loads() const { return loaded_.size(); }

 private:
  std::map<std::string, const RouteUnit*> loaded_;
};

}  // namespace folio::dev
