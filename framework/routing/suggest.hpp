// "Did you mean …?": how far apart two names are, and which of several is near enough to be what was meant.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace folio::routing {

// Insertions, deletions, substitutions and swaps of neighbours that lead from one to the other.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

// The nearest of `known`, when it is at most a third of the word away (at least one, at most two edits; a swap of
// neighbours is one); empty when none is.
[[nodiscard]] std::string_view nearest(std::string_view word, std::span<const std::string_view> known);

}  // namespace folio::routing
