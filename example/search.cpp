// GET /search?q=folio&tag=web&tag=c%2B%2B&page=2: a query as a plain struct.
//
// `q` must be there. `page` has a default, `sort` is optional, and `tag` may come many times. Try ?q=x&page=two.
#include <folio/folio.hpp>

#include <optional>
#include <string>
#include <vector>

using namespace folio;

struct Search {
  std::string q;
  int page = 1;
  std::optional<std::string> sort;
  std::vector<std::string> tag;
};

Result<Json<Search>> GET(Query<Search> search) {
  if (search->page < 1) return AppError::bad_request("pages are counted from 1");
  return *std::move(search);
}
