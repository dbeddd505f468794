// Step two: what the files mean together, and everything that is wrong with them. Pure.
#pragma once

#include <array>
#include <string_view>

#include "codegen/codegen.hpp"
#include "codegen/scan.hpp"

namespace folio::codegen {

// In the order of the table. WS is told apart from them.
inline constexpr std::array<std::string_view, 8> kMethods{"GET",    "POST", "PUT",     "PATCH",
                                                          "DELETE", "HEAD", "OPTIONS", "ANY"};
inline constexpr std::string_view kWebSocket = "WS";
// The constant WsOptions of a route file, under the one name that is read.
inline constexpr std::string_view kSocketOptions = "ws_options";

// `out` is where the wrappers will be, for Unit::source.
[[nodiscard]] Outcome manifest(const Scan& scan, const Options& options);

// The function that a file of this kind has to define; empty for a route.
[[nodiscard]] std::string_view required_function(routing::Kind kind);

// "r_users_id_1a2b3c4d" for "users/[id].cpp": readable, and told apart by a hash of the path alone.
[[nodiscard]] std::string unit_name(std::string_view file);

// The declaration of that name that stands at the file's top scope with a body or a value; null when there is none.
[[nodiscard]] const Declared* definition_of(const SourceFacts& facts, std::string_view name);

}  // namespace folio::codegen
