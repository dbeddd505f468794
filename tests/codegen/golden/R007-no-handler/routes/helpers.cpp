#include <folio/folio.hpp>
using namespace folio;

int half(int x) { return x / 2; }
