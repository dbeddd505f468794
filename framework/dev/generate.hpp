// The code generator, as the builder wants it.
#pragma once

#include <string>

#include "codegen/codegen.hpp"
#include "dev/app_folder.hpp"
#include "dev/builder.hpp"
#include "dev/diagnostic.hpp"

namespace folio::dev {

[[nodiscard]] codegen::Options codegen_options(const AppFolder& app, const std::string& out);
[[nodiscard]] Diagnostic to_diagnostic(const codegen::Diagnostic& error, const AppFolder& app);
// Writes the app's wrappers to `out`, looks for its private sources, and asks for its packages. `outcome` is kept for
// whoever wants to show the table.
[[nodiscard]] Generated generate_app(const AppFolder& app, const std::string& out, codegen::Outcome& outcome);

}  // namespace folio::dev
