// Hot paths of routing: a site of 1,000 routes.
#include "routing/router.hpp"

#include <string>
#include <vector>

#include "count.hpp"
#include "site.hpp"

namespace bench {

namespace {

void count_match(const folio::routing::Router& router, const std::string& name, const std::vector<std::string>& paths) {
  folio::routing::MatchResult result;
  std::size_t at = 0;
  hot_operation(name, 2000, [&] {
    expect(router.match(paths[at], result), name.c_str(), "matches nothing");
    if (++at == paths.size()) at = 0;
  });
}

}  // namespace

void count_routing() {
  const Site site = make_site(1000);
  const folio::routing::Router router(folio::routing::build(site.files));
  count_match(router, "route: no parameter", site.literal);
  count_match(router, "route: one parameter", site.one);
  count_match(router, "route: two parameters", site.two);
}

}  // namespace bench
