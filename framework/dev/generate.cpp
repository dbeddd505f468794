#include "dev/generate.hpp"

#include <filesystem>
#include <utility>

#include "codegen/manifest.hpp"
#include "dev/packages.hpp"
#include "dev/private_sources.hpp"

namespace folio::dev {
namespace {

// By the path below the app: `routes/_a.cpp` and `src/_a.cpp` are two.
Generated::Unit private_unit(const AppFolder& app, const std::string& source) {
  const std::string file = app.name_of(source);
  // As of a route, and never like that of one.
  const std::string name = "p" + codegen::unit_name(file).substr(1);
  return {{name, source, std::filesystem::path(source).parent_path().string()}, file};
}

}  // namespace

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
  for (const auto& source : find_private_sources(app)) generated.private_units.push_back(private_unit(app, source));
  std::error_code ignored;
  if (std::filesystem::is_directory(app.sources, ignored)) generated.sources = app.sources;
  generated.packages = find_packages(app, generated.errors);
  return generated;
}

}  // namespace folio::dev
