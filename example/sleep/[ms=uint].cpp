// GET /sleep/250 answers after 250 ms. The request waits; its thread does not, and serves others in the meantime.
#include <folio/folio.hpp>

#include <chrono>
#include <string>

using namespace folio;

Task<Result<Text>> GET(Path<"ms", unsigned> ms) {
  if (*ms > 10'000) co_return AppError::bad_request("10000 ms at most");
  co_await sleep_for(std::chrono::milliseconds(*ms));
  co_return Text("slept for " + std::to_string(*ms) + " ms\n");
}
