// GET /primes/1000000: work that takes long goes to a thread of its own, so that it holds nobody else up.
//
// What is handed to offload() runs on that thread: give it copies of what it needs, and take back what it returns.
#include <folio/folio.hpp>

#include <cstdint>
#include <vector>

using namespace folio;

struct Primes {
  std::uint32_t below;
  std::uint32_t count;
};

static Primes count_primes(std::uint32_t below) {
  std::vector<bool> composite(below);
  std::uint32_t count = 0;
  for (std::uint64_t n = 2; n < below; ++n) {
    if (composite[n]) continue;
    ++count;
    for (std::uint64_t multiple = n * n; multiple < below; multiple += n) composite[multiple] = true;
  }
  return {below, count};
}

Task<Result<Json<Primes>>> GET(Path<"below", std::uint32_t> below) {
  if (*below > 20'000'000) co_return AppError::bad_request("20000000 at most");
  co_return co_await offload([below = *below] { return count_primes(below); });
}
