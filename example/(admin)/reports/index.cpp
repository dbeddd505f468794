// GET /reports, for those whom (admin)/_middleware.cpp lets through.
#include <folio/folio.hpp>

#include <string>

#include "../_admin.hpp"

using namespace folio;

struct Report {
  std::string written_for;
  int open_tickets;
};

// The middleware left an Admin with req.set(…).
Json<Report> GET(const Admin& admin) {
  return Report{admin.name, 3};
}
