#include <folio/folio.hpp>
using namespace folio;

struct Greeting {
  std::string message;
};

Json<Greeting> GET() { return Greeting{"Hello, World!"}; }
