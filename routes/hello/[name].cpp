// GET /hello/Ada  →  {"message":"Hello, Ada!"}
//
// The brackets in the file name declare the parameter, and the handler asks for it by that name. It arrives decoded:
// /hello/Ada%20Lovelace is "Ada Lovelace". As JSON, whatever a name holds stays text.
#include <folio/folio.hpp>

#include <string>

using namespace folio;

struct Greeting {
  std::string message;
};

Json<Greeting> GET(Path<"name"> name) {
  return Greeting{"Hello, " + *name + "!"};
}
