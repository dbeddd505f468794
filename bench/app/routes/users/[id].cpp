#include <folio/folio.hpp>
using namespace folio;

std::string GET(Path<"id"> id) { return *id; }
