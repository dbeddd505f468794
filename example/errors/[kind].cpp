// 'ui'
// The line above (it must be the first) says that people look at this route: its errors are pages, not JSON.
#include <folio/folio.hpp>

#include <stdexcept>
#include <string>

using namespace folio;

Result<Text> GET(Path<"kind"> kind) {
  if (*kind == "teapot") return AppError(418, "short and stout");
  if (*kind == "conflict") throw AppError::conflict("somebody else was faster");
  // What escapes is a 500: the log has all of it, the client learns nothing.
  if (*kind == "bug") throw std::runtime_error("the password of the database is hunter2");
  return Text("There is no error of the kind " + *kind + ".\n");
}
