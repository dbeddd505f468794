// GET /.well-known/security.txt (RFC 9116). Every other file or folder with a leading dot is ignored.
#include <folio/folio.hpp>

using namespace folio;

Response GET() {
  return text("Contact: mailto:security@example.org\nPreferred-Languages: en\n");
}
