// Folio with any number of routes: routes_server COUNT [Folio's own flags].
//
// A folder of 10,000 files would take an hour to compile and tell nothing more: the router sees names, and asks no file
// twice. So one unit of each kind stands for all, as the code generator writes it, under COUNT names:
//   r/N/lookup.cpp      answers /r/N/lookup
//   r/N/[id]/edit.cpp   answers /r/N/ANYTHING/edit
#include <charconv>
#include <cstdio>
#include <cstring>
#include <deque>
#include <folio/app.hpp>
#include <folio/prelude.hpp>
#include <string>
#include <vector>

#include <folio/folio.hpp>

namespace folio_app::lookup {
using namespace folio::absent;
using namespace folio;

std::string GET() { return "Hello, World!"; }

struct FolioFile {
  static constexpr std::string_view file = "r/0/lookup.cpp";
  static constexpr folio::ErrorFormat errors = folio::ErrorFormat::Negotiated;
  static constexpr folio::ParamNames<0> params{};
};
FOLIO_CHECK_HANDLER(GET)
FOLIO_ROUTE_UNIT
}  // namespace folio_app::lookup

namespace folio_app::edit {
using namespace folio::absent;
using namespace folio;

std::string GET(Path<"id"> id) { return *id; }

struct FolioFile {
  static constexpr std::string_view file = "r/0/[id]/edit.cpp";
  static constexpr folio::ErrorFormat errors = folio::ErrorFormat::Negotiated;
  static constexpr folio::ParamNames<1> params{{"id"}};
};
FOLIO_CHECK_HANDLER(GET)
FOLIO_ROUTE_UNIT
}  // namespace folio_app::edit

int main(int argc, char** argv) {
  unsigned count = 0;
  if (argc < 2 || std::from_chars(argv[1], argv[1] + std::strlen(argv[1]), count).ec != std::errc{} || count == 0) {
    std::fputs("error: routes_server wants the number of routes first, as in `routes_server 1000 --port 5000`\n", stderr);
    return 2;
  }
  std::deque<std::string> files;
  std::deque<folio::RouteUnit> units;
  std::vector<const folio::RouteUnit*> routes;
  const auto add = [&](folio::RouteUnit unit, std::string file) {
    unit.file = files.emplace_back(std::move(file));
    routes.push_back(&units.emplace_back(unit));
  };
  for (unsigned i = 0; i < count; ++i) {
    const std::string folder = "r/" + std::to_string(i);
    add(folio_app::lookup::folio_unit, folder + "/lookup.cpp");
    add(folio_app::edit::folio_unit, folder + "/[id]/edit.cpp");
  }
  argv[1] = argv[0];
  return folio::run_app(argc - 1, argv + 1, routes, {.name = "routes", .public_files = ""});
}
