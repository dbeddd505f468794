#include <folio/persistent.hpp>

#include <map>
#include <mutex>
#include <string>
#include <tuple>

namespace folio::detail {

namespace {

// Lives as long as the process: objects in it are asked for by code of every generation, up to the end.
struct Registry {
  struct Entry {
    void* object;
    void (*destroy)(void*);
  };
  std::recursive_mutex mutex;  // a constructor may ask for another persistent object
  std::map<std::tuple<std::string, std::string, std::size_t>, Entry, std::less<>> entries;
};

Registry& registry() {
  static auto* const instance = new Registry;  // not destroyed: other statics' destructors may still use it
  return *instance;
}

}  // namespace

void* persistent_object(std::string_view type, std::string_view name, std::size_t size, void* (*make)(),
                        void (*destroy)(void*)) {
  auto& [mutex, entries] = registry();
  std::lock_guard lock(mutex);
  const auto key = std::tuple(std::string(type), std::string(name), size);
  if (const auto found = entries.find(key); found != entries.end()) return found->second.object;
  void* object = make();
  entries.emplace(key, Registry::Entry{object, destroy});
  return object;
}

}  // namespace folio::detail
