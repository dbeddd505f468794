// Answers for every failure in this folder and below. Without an _error.cpp Folio does: with a page for a browser, and
// with a problem response (RFC 9457) for all others.
#include <folio/folio.hpp>

#include <string>

using namespace folio;

Response error(Request& req, AppError error) {
  // The message of a 500 is for the log. All others were written for the client.
  const std::string what = error.status() == 500 ? "Something broke, and we know about it." : error.message();
  return text(what + "\n(" + std::to_string(error.status()) + ", request " + std::string(req.id()) + ")\n",
              error.status());
}
