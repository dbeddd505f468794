#include <folio/folio.hpp>
extern "C" {
int GET() { return 200; }
}
