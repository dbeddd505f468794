// Files of a folder, served by a handler's own hand: behind a check of who asks, or from where users put them.
#pragma once

#include <string>
#include <string_view>

#include <folio/request.hpp>
#include <folio/response.hpp>
#include <folio/result.hpp>

namespace folio {

// The file of `folder` that `path` names, as files of public/ are served: conditions, ranges, compressed neighbours,
// media types. `folder` is relative to the folder that the server was started in. `path` may come from a request: what
// leads out of the folder, hides (a leading dot) or is no regular file is a 404. A folder is its index.html.
//
//     // routes/uploads/[...path].cpp
//     Result<Response> GET(Request& req, Path<"path"> path) {
//       return serve_files(req, "uploads", *path);
//     }
//
// Errors: 404; 405 for a method that is neither GET nor HEAD; 412 and 416. Loop thread only; it waits for the disk when
// a file is opened.
[[nodiscard]] Result<Response> serve_files(const Request& request, const std::string& folder, std::string_view path);

// The same for the route's last parameter, `[...path]` whatever its name; index.html of the folder when it has none.
[[nodiscard]] Result<Response> serve_files(const Request& request, const std::string& folder);

}  // namespace folio
