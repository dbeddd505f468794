#include "dev/generate.hpp"

#include <filesystem>
#include <utility>

#include "dev/packages.hpp"

namespace folio::dev {

codegen::Options codegen_options(const AppFolder& app, const std::string& out) {
  codegen::Options options{.routes = app.routes, .out = out, .public_files = {}, .prefix = app.prefix};
  std::error_code ignored;
  if (std::filesystem::is_directory(app.public_files, ignored)) options.public_files = app.public_files;
  return options;
}

Diagnostic to_diagnostic(const codegen::Diagnostic& error, const AppFolder& app) {
  Diagnostic diagnostic;
  diagnostic.code = error.code;
  diagnostic.message = error.message;
  diagnostic.help = error.help;
  for (const auto& place : error.places) {
    if (&place == &error.places.front()) {
      diagnostic.place = {place.file, place.line, place.column};
    } else {
      diagnostic.others.push_back({place.file, place.line, place.column});
    }
  }
  add_code_frame(diagnostic, app.base);
  return diagnostic;
}

Generated generate_app(const AppFolder& app, const std::string& out, codegen::Outcome& outcome) {
  outcome = codegen::generate(codegen_options(app, out));
  Generated generated;
  for (const auto& error : outcome.errors) generated.errors.push_back(to_diagnostic(error, app));
  for (const auto& unit : outcome.units) {
    const std::filesystem::path file = std::filesystem::path(app.routes) / unit.file;
    generated.units.push_back(
        {{unit.name, unit.source.string(), file.parent_path().string()}, app.prefix + "/" + unit.file});
  }
  generated.packages = find_packages(app, generated.errors);
  return generated;
}

}  // namespace folio::dev
