# System packages; nothing is copied in or downloaded. The launcher installs them, and their names stand there.

find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(libuv REQUIRED IMPORTED_TARGET libuv>=1.40)
find_package(OpenSSL 3.0 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
# A release carries both in itself, so that a server needs neither of them.
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  set(FOLIO_LOGGING spdlog::spdlog_header_only fmt::fmt-header-only)
else()
  set(FOLIO_LOGGING spdlog::spdlog fmt::fmt)
endif()
pkg_check_modules(simdjson REQUIRED IMPORTED_TARGET simdjson>=3.0)
find_package(ZLIB REQUIRED)
find_path(FOLIO_TOML_INCLUDE toml++/toml.h REQUIRED)  # headers are all that is used of toml++
pkg_check_modules(brotlienc REQUIRED IMPORTED_TARGET libbrotlienc>=1.0)
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET libzstd>=1.5)
include(FolioLlhttp)
if(FOLIO_TESTS)
  find_package(GTest REQUIRED)
  pkg_check_modules(brotlidec REQUIRED IMPORTED_TARGET libbrotlidec>=1.0)
endif()
if(FOLIO_BENCH)
  find_package(benchmark)  # bench/micro is left out without it: ./folio test has no need of it
endif()
