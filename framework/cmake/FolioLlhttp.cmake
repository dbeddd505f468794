# llhttp as the target `llhttp`: the system's libllhttp (9.x, strict always), or node-llhttp's C sources (8.x), which
# are strict only when every translation unit that sees the header is compiled with LLHTTP_STRICT_MODE=1.
# tests/http/llhttp_strict_test.cpp pins that.

enable_language(C)
add_library(llhttp INTERFACE)
pkg_check_modules(libllhttp QUIET IMPORTED_TARGET libllhttp)
if(libllhttp_FOUND)
  target_link_libraries(llhttp INTERFACE PkgConfig::libllhttp)
else()
  set(FOLIO_LLHTTP_SOURCES /usr/share/llhttp CACHE PATH "Folder with node-llhttp's api.c, http.c and llhttp.c")
  find_path(FOLIO_LLHTTP_INCLUDE llhttp.h PATHS /usr/share/include/llhttp ${FOLIO_LLHTTP_SOURCES} NO_DEFAULT_PATH)
  if(NOT FOLIO_LLHTTP_INCLUDE OR NOT EXISTS ${FOLIO_LLHTTP_SOURCES}/llhttp.c)
    message(FATAL_ERROR "llhttp not found: install libllhttp-dev, or node-llhttp (its C sources are compiled here).")
  endif()
  add_library(llhttp_objects STATIC ${FOLIO_LLHTTP_SOURCES}/api.c ${FOLIO_LLHTTP_SOURCES}/http.c ${FOLIO_LLHTTP_SOURCES}/llhttp.c)
  target_include_directories(llhttp_objects SYSTEM PUBLIC ${FOLIO_LLHTTP_INCLUDE})
  target_compile_definitions(llhttp_objects PUBLIC LLHTTP_STRICT_MODE=1)
  target_compile_options(llhttp_objects PRIVATE -w ${FOLIO_PROFILE_OPTIONS})
  target_link_libraries(llhttp INTERFACE llhttp_objects)
endif()
