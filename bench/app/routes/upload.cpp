#include <folio/folio.hpp>
using namespace folio;

std::string POST(Body body) { return std::to_string(body->size()); }
