#include "app/application.hpp"

#include "routing/route_map.hpp"
#include "routing/source.hpp"

namespace folio::app {

Result<std::shared_ptr<const Application>> Application::build(std::span<const RouteUnit* const> units) {
  std::vector<const RouteUnit*> all(units.begin(), units.end());
  std::vector<routing::SourceFile> files;
  std::vector<routing::NamedMatcher> matchers;
  for (const RouteUnit* unit : all) {
    if (unit->version != unit_version) {
      return AppError::internal(std::string(unit->file) +
                                " was built for another version of Folio: build the app again");
    }
    const auto kind = routing::classify(unit->file).kind;
    files.push_back({std::string(unit->file), kind});
    if (kind == routing::Kind::Matcher) matchers.push_back({routing::matcher_name_of(unit->file), unit->match});
  }
  const routing::RouteMap map = routing::build(files);
  if (!map.problems.empty()) {
    const auto& problem = map.problems.front();
    std::string message = problem.code + ": " + problem.message;
    for (const std::uint32_t file : problem.files) message += "\n  --> " + files[file].file;
    if (!problem.help.empty()) message += "\n  help: " + problem.help;
    return AppError::internal(std::move(message));
  }
  return std::make_shared<const Application>(std::move(all), routing::Router(map, matchers));
}

}  // namespace folio::app
