// ANY answers every method that has no handler of its own: /inspect tells what it was asked, as JSON.
//
//     curl -X PATCH -d 'some body' 'localhost:5000/inspect?a=1'
#include <folio/folio.hpp>

#include <string>

using namespace folio;

struct Seen {
  std::string method;
  std::string path;
  std::string query;
  std::string content_type;
  std::string body;
};

Json<Seen> ANY(Request& req) {
  return Seen{std::string(req.method()), std::string(req.path()), std::string(req.query_string()),
              std::string(req.header("Content-Type")), std::string(req.body())};
}
