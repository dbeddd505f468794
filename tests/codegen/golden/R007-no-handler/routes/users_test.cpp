#include <folio/folio.hpp>
using namespace folio;

int main() {}
