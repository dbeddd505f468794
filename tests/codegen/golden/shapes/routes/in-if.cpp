#include <folio/folio.hpp>
#ifdef FANCY
int GET() { return 200; }
#else
int GET(folio::Request&) { return 204; }
#endif
