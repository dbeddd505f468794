#include "ws/deflate_contexts.hpp"

#include <algorithm>
#include <utility>

#include "ws/deflate.hpp"

namespace folio::ws {
namespace {

// Takes the spare that fits, if there is one.
template <class Context, class Fits>
std::unique_ptr<Context> take_spare(std::vector<std::unique_ptr<Context>>& spares, Fits fits) {
  const auto found = std::ranges::find_if(spares, fits);
  if (found == spares.end()) return nullptr;
  std::unique_ptr<Context> taken = std::move(*found);
  spares.erase(found);
  return taken;
}

// When there are enough, the one that has been here longest goes: nobody wants its setting.
template <class Context>
void keep_spare(std::vector<std::unique_ptr<Context>>& spares, std::unique_ptr<Context> context, std::size_t limit) {
  context->reset();
  if (spares.size() == limit) spares.erase(spares.begin());
  spares.push_back(std::move(context));
}

}  // namespace

DeflateContexts::DeflateContexts() = default;
DeflateContexts::~DeflateContexts() = default;

DeflateContexts::LentDeflater DeflateContexts::lend_deflater(int window_bits, int level) {
  auto deflater = take_spare(deflaters_, [&](const std::unique_ptr<Deflater>& spare) {
    return spare->window_bits() == window_bits && spare->level() == level;
  });
  if (deflater == nullptr) deflater = std::make_unique<Deflater>(window_bits, level);
  return LentDeflater(deflater.release(), Return{this});
}

DeflateContexts::LentInflater DeflateContexts::lend_inflater(int window_bits) {
  auto inflater = take_spare(
      inflaters_, [&](const std::unique_ptr<Inflater>& spare) { return spare->window_bits() == window_bits; });
  if (inflater == nullptr) inflater = std::make_unique<Inflater>(window_bits);
  return LentInflater(inflater.release(), Return{this});
}

void DeflateContexts::Return::operator()(Deflater* deflater) const {
  keep_spare(contexts->deflaters_, std::unique_ptr<Deflater>(deflater), max_spare_deflaters);
}

void DeflateContexts::Return::operator()(Inflater* inflater) const {
  keep_spare(contexts->inflaters_, std::unique_ptr<Inflater>(inflater), max_spare_inflaters);
}

}  // namespace folio::ws
