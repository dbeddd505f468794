#include <folio/folio.hpp>
using namespace folio;

std::string GET() { return "Hello, World!"; }
