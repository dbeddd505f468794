// Which pages may open a WebSocket here. Browsers let a page of any site connect anywhere, with the user's cookies;
// what stands between is the server's look at Origin. RFC 6455 §10.2: "Servers that are not intended to process input
// from any web page but only for certain sites SHOULD verify the |Origin| field is an origin they expect."
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace folio::ws {

struct OriginPolicy {
  // Origins that are allowed besides the server's own:
  //   https://example.com       that one, its default port understood
  //   https://*.example.com     every subdomain, but not example.com itself
  //   example.com:8443          whatever the scheme
  //   null                      pages without an origin: sandboxed frames, local files
  //   *                         every origin: for what needs no protection from other sites
  // An origin's scheme and host compare without case.
  std::vector<std::string> allowed;
};

// `origin` is the value of the request's Origin; a client that sends none is no browser and is not judged here. `host`
// is the authority that the request is for. Its own origin: the same host and port, and for a request that came by https that
// scheme, since somebody in between may have put what he likes into a page that came by http. Otherwise the scheme is
// not compared, because a proxy in front may have taken TLS off.
[[nodiscard]] bool is_origin_allowed(const OriginPolicy& policy, std::string_view origin, std::string_view host,
                                     bool secure = false);

}  // namespace folio::ws
