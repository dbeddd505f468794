#include "app/deflate_contexts.hpp"

namespace folio::app {

namespace {

struct ContextsOfLoop {
  explicit ContextsOfLoop(net::Loop&) {}
  std::shared_ptr<ws::DeflateContexts> contexts = std::make_shared<ws::DeflateContexts>();
};

}  // namespace

std::shared_ptr<ws::DeflateContexts> deflate_contexts(net::Loop& loop) {
  return loop.local<ContextsOfLoop>().contexts;
}

}  // namespace folio::app
