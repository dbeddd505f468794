#if 1
#include <map>
#endif
/* two
 lines */ int GET() {
  static const int table[] = {
#include "table.inc"
  };
  return table[0];
}
#if 0
#include <set>
#endif
