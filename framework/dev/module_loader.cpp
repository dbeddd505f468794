#include "dev/module_loader.hpp"

#include <dlfcn.h>
#include <folio/websocket.hpp>

namespace folio::dev {
namespace {

// dlerror() forgets what it said: it is asked once.
std::string loader_error() {
  const char* text = ::dlerror();
  return text == nullptr ? "unknown error of the dynamic loader" : text;
}

}  // namespace

bool ModuleLoader::load(const std::vector<std::string>& objects, std::vector<const RouteUnit*>& units,
                        std::string& error) {
  units.clear();
  (void)detail::note_request_is_asked_for();  // by a unit that is yet to be loaded
  for (const auto& object : objects) {
    const auto known = loaded_.find(object);
    if (known != loaded_.end()) {
      units.push_back(known->second);
      continue;
    }
    // All symbols at once: a missing one is an error here, not a crash in a handler.
    void* handle = ::dlopen(object.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) {
      error = loader_error();
      return false;
    }
    auto* entry = reinterpret_cast<const RouteUnit* (*)()>(::dlsym(handle, "folio_route_unit"));
    if (entry == nullptr) {
      error = loader_error();
      return false;
    }
    const RouteUnit* unit = entry();
    loaded_.emplace(object, unit);
    units.push_back(unit);
  }
  return true;
}

}  // namespace folio::dev
