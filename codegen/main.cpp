// The program folio-codegen. Reads its arguments and hands over to commands.hpp. Exit codes: 0 done, 1 the routes have
// errors or cannot be written, 2 wrong use.
#include <CLI/CLI.hpp>
#include <exception>
#include <filesystem>
#include <iostream>
#include <string>

#include "codegen/commands.hpp"

namespace {

int run(int argc, char** argv) {
  using folio::codegen::Options;
  Options options;
  folio::codegen::RoutesQuery query;
  std::string public_files;
  std::string why;

  CLI::App app("Makes wrapper units, a table and routes.json of a folder of route files.", "folio-codegen");
  app.set_help_flag("-h,--help", "Print this and leave");
  app.require_subcommand(0, 1);
  const auto common = [&](CLI::App& command) {
    auto* routes = command.add_option("--routes", options.routes, "The routes folder")->type_name("DIR");
    command.add_option("--public", public_files, "The folder of static files")->type_name("DIR");
    command.add_option("--prefix", options.prefix, "How the routes folder is called in messages")
        ->type_name("NAME")
        ->capture_default_str();
    return routes;
  };
  auto* generate_routes = common(app);
  auto* out = app.add_option("--out", options.out, "Where to write")->type_name("DIR");

  CLI::App* routes = app.add_subcommand("routes", "List the routes, or say which file answers a path and why");
  routes->set_help_flag("-h,--help", "Print this and leave");
  common(*routes)->required();
  auto* json = routes->add_flag("--json", query.json, "As JSON");
  routes->add_option("--why", why, "Which file answers this path, and why the others do not")
      ->type_name("PATH")
      ->excludes(json);

  try {
    app.parse(argc, argv);
    if (!*routes && (!*generate_routes || !*out)) {
      throw CLI::RequiredError(*generate_routes ? "--out" : "--routes");
    }
  } catch (const CLI::Success& help) {
    return app.exit(help);
  } catch (const CLI::Error& error) {
    std::cerr << "error: " << error.what() << "; folio-codegen --help tells the options\n";
    return 2;
  }
  if (!public_files.empty()) options.public_files = public_files;
  if (!*routes) return run_generate(options, std::cout, std::cerr);
  if (routes->count("--why") != 0) query.why = why;
  return print_routes(options, query, std::cout, std::cerr);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << '\n';
    return 1;
  }
}
