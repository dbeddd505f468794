// The routes of a site like real ones: most are literal, many take one parameter, some two, a few a catch-all.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "routing/route_map.hpp"

namespace bench {

struct Site {
  std::vector<folio::routing::SourceFile> files;
  std::vector<std::string> literal, one, two, rest, escaped, miss;  // paths of each kind, over the whole site
};

// Ten routes a resource: /resource7, /resource7/archive, …, /resource7/:id, /resource7/:id/comments/:comment, …
inline Site make_site(std::size_t routes) {
  Site site;
  for (std::size_t at = 0; at * 10 < routes; ++at) {
    const std::string name = "resource" + std::to_string(at);
    for (const char* file : {"/index", "/archive", "/about", "/search", "/new", "/[id]", "/[id]/edit",
                             "/[id]/comments/index", "/[id]/comments/[comment]", "/files/[...path]"}) {
      site.files.push_back({name + file + ".cpp", folio::routing::Kind::Route});
    }
    site.literal.push_back("/" + name + "/archive");
    site.one.push_back("/" + name + "/1234567");
    site.two.push_back("/" + name + "/1234567/comments/89");
    site.rest.push_back("/" + name + "/files/a/long/path.txt");
    site.escaped.push_back("/" + name + "/caf%C3%A9");
    site.miss.push_back("/" + name + "/archive/nothing");
  }
  return site;
}

}  // namespace bench
