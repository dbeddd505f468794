// The `folio` tool: reads the command line and hands over to commands.hpp.
// Exit codes: 0 done, 1 the work failed, 2 wrong use.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <system_error>

#include "app/environment.hpp"
#include "codegen/commands.hpp"
#include "dev/commands.hpp"
#include "dev/generate.hpp"
#include "net/terminal.hpp"

namespace {

using namespace folio::dev;
namespace fs = std::filesystem;

// <build folder>/bin/folio → <build folder>/folio-app.env
bool find_tools(Toolchain& tools, std::string& error) {
  std::error_code code;
  const fs::path self = fs::read_symlink("/proc/self/exe", code);
  const fs::path file = self.parent_path().parent_path() / "folio-app.env";
  return read_toolchain(file.string(), tools, error);
}

std::string root_of(const Toolchain& tools) {
  const char* root = std::getenv("FOLIO_ROOT");
  return root != nullptr && *root != '\0' ? std::string(root) : tools.source_folder;
}

template <class Number>
bool read_number(const std::string& text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

// What the environment says, and behind it the app's .env; flags have been read before and stay.
bool read_environment(const AppFolder& app, const CLI::App& command, DevOptions& options, std::string& error) {
  std::string fault;
  const auto environment = folio::app::Environment::load(app.environment, fault);
  if (!fault.empty()) std::cerr << "warning: " << fault << "\n";
  const auto given = [&](const char* flag) { return command.count(flag) != 0; };
  if (const auto host = environment.get("HOST"); host && !given("--host")) options.host = *host;
  if (const auto port = environment.get("PORT"); port && !given("--port") && !read_number(*port, options.port)) {
    error = "PORT is '" + *port + "': give a number from 0 to 65535";
    return false;
  }
  const auto threads = environment.get("THREADS");
  if (threads && !given("--threads") && !read_number(*threads, options.threads)) {
    error = "THREADS is '" + *threads + "': give a number, 0 for one a core";
    return false;
  }
  return true;
}

int run(int argc, char** argv) {
  CLI::App cli("Folio: a file below routes/ is a path.", "folio");
  cli.set_help_flag("-h,--help", "Print this and leave");
  cli.require_subcommand(0, 1);
  bool version = false;
  cli.add_flag("--version", version, "Print the version and leave");

  std::string app_path;
  const auto add_app = [&](CLI::App& command) {
    command.set_help_flag("-h,--help", "Print this and leave");
    return command.add_option("app", app_path, "A folder that holds routes/, or a routes folder itself")
        ->type_name("APP");
  };

  DevOptions options;
  bool json = false;
  CLI::App* dev = cli.add_subcommand("dev", "Serve an app, rebuild what is edited, reload the browser");
  add_app(*dev);
  dev->add_option("--host", options.host, "Address to listen on [HOST]")
      ->take_last()
      ->type_name("ADDRESS")
      ->capture_default_str();
  dev->add_option("--port", options.port, "Port to listen on, or the next free one; 0: any [PORT]")
      ->take_last()
      ->type_name("NUMBER")
      ->capture_default_str();
  dev->add_flag("--strict-port", options.strict_port, "Fail when the port is taken");
  dev->add_option("--threads", options.threads, "Event loops; 0: one a core [THREADS]")
      ->take_last()
      ->type_name("NUMBER")
      ->check(CLI::Range(0U, 1024U))
      ->capture_default_str();
  dev->add_flag("--https", options.https, "Serve https, with a certificate of its own making");
  dev->add_flag("--open", options.open, "Open the app in a browser");
  dev->add_flag("--json", json, "Say what happens as JSON, one object a line");

  std::string file;
  CLI::App* build = cli.add_subcommand("build", "Make one optimised binary of an app");
  add_app(*build);
  build->add_option("-o,--output", file, "Where to write it; NAME of the app by default")
      ->take_last()
      ->type_name("FILE");

  folio::codegen::RoutesQuery query;
  std::string why;
  CLI::App* routes = cli.add_subcommand("routes", "List the routes, or say which file answers a path and why");
  add_app(*routes);
  auto* as_json = routes->add_flag("--json", query.json, "As JSON");
  routes->add_option("--why", why, "Which file answers this path, and why the others do not")
      ->type_name("PATH")
      ->excludes(as_json);

  std::string name;
  CLI::App* fresh = cli.add_subcommand("new", "Make an app to start from");
  fresh->set_help_flag("-h,--help", "Print this and leave");
  fresh->add_option("name", name, "Its folder")->type_name("NAME")->required();

  CLI::App* test =
      cli.add_subcommand("test", "Run an app's tests/: .cpp with GoogleTest, and scripts against the running app at FOLIO_URL");
  add_app(*test)->required();

  Toolchain tools;
  std::string error;
  const bool has_tools = find_tools(tools, error);
  try {
    cli.parse(argc, argv);
  } catch (const CLI::Success& help) {
    return cli.exit(help);
  } catch (const CLI::Error& wrong) {
    const auto used = cli.get_subcommands();
    const std::string command = used.empty() ? "folio" : "folio " + used.front()->get_name();
    return complain(std::string(wrong.what()) + "; " + command + " --help tells how it is used", 2);
  }
  if (!has_tools) return complain(error, 1);
  if (version) {
    std::cout << "folio " << tools.version << "\n";
    return 0;
  }
  if (cli.get_subcommands().empty()) {
    std::cerr << cli.help();
    return 2;
  }
  if (*fresh) return new_app(name);

  AppFolder app;
  if (!find_app(app_path.empty() ? root_of(tools) : app_path, app, error)) return complain(error, 2);
  if (*routes) {
    if (routes->count("--why") != 0) query.why = why;
    return folio::codegen::print_routes(codegen_options(app, {}), query, std::cout, std::cerr);
  }
  if (*build) return build_app(root_of(tools), tools, app, file);
  if (*test) return test_app(tools, app);
  if (!read_environment(app, *dev, options, error)) return complain(error, 2);
  if (json) options.form = Console::Form::Json;
  if (folio::net::shows_colour(STDOUT_FILENO)) options.paint = Paint::Colour;
  return serve_app(tools, app, options);
}

}  // namespace

int main(int argc, char** argv) {
  return run(argc, argv);
}
