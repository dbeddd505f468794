#ifdef FANCY
#include <map>
using Map = int;
#endif
int GET() { return 200; }
