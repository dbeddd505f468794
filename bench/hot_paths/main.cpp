// The hot paths of Folio, one after the other, for bench/instructions.py to count their instructions. Prints a line for
// each, its name and how many operations it did; with --versions what it was made with, on which the numbers depend. With
// --train it runs those of the whole server alone, for the profile that bench/train.py records.
#include <gnu/libc-version.h>
#include <uv.h>

#include <cstdio>
#include <string_view>

#include "count.hpp"

int main(int count, char** arguments) {
  const std::string_view option = count > 1 ? arguments[1] : "";
  if (option == "--versions") {
    std::printf("compiler\t%s\n", __VERSION__);
    std::printf("C library\tglibc %s\n", gnu_get_libc_version());
    std::printf("C++ library\tlibstdc++ %d of %d\n", _GLIBCXX_RELEASE, __GLIBCXX__);
    std::printf("libuv\t%s\n", uv_version_string());
#if defined(__x86_64__)
    std::printf("vectors\t%s\n", __builtin_cpu_supports("avx2") ? "AVX2" : "SSE2");
#endif
    return 0;
  }
  if (option == "--train") {
    bench::count_server();
    return 0;
  }
  bench::count_http();
  bench::count_routing();
  bench::count_websocket();
  bench::count_tasks();
  bench::count_server();
}
