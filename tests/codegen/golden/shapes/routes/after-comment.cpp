#include <folio/folio.hpp>
/* one
   two */ int GET() { return 200; }
