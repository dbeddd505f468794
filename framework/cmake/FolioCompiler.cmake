# The compiler that Folio is built with, and the flags that every target shares.

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 14)
  message(FATAL_ERROR
    "g++ ${CMAKE_CXX_COMPILER_VERSION} cannot build Folio: g++ before 14 miscompiles C++20 coroutines without a "
    "word (double frees, wrong control flow). Use clang-19: run ./folio, which installs and selects it, or pass "
    "-DCMAKE_C_COMPILER=clang-19 -DCMAKE_CXX_COMPILER=clang++-19.")
endif()
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 16)
  message(FATAL_ERROR "clang ${CMAKE_CXX_COMPILER_VERSION} is too old for Folio: clang 16 is the floor, clang-19 is what it is tested with.")
endif()

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)

# What every C++ target of ours is compiled with; apps are compiled with the same ones (FolioApp.cmake).
add_library(folio_flags INTERFACE)
set(FOLIO_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Wcast-align -Wunused
    -Woverloaded-virtual -Wno-missing-field-initializers -Wno-c++26-extensions -Wno-unknown-warning-option)
target_compile_options(folio_flags INTERFACE "$<$<COMPILE_LANGUAGE:CXX>:${FOLIO_WARNINGS}>")
if(FOLIO_WERROR)
  target_compile_options(folio_flags INTERFACE -Werror)
endif()

if(FOLIO_SANITIZE)
  set(FOLIO_SANITIZE_FLAGS -fsanitize=${FOLIO_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_compile_options(${FOLIO_SANITIZE_FLAGS})
  add_link_options(${FOLIO_SANITIZE_FLAGS})
endif()
if(FOLIO_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)  # the layers tell libFuzzer where they have been
endif()

# mold links fastest; ThinLTO objects need the lld of the compiler's own version.
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  string(REGEX MATCH "^[0-9]+" FOLIO_CLANG_MAJOR "${CMAKE_CXX_COMPILER_VERSION}")
  find_program(FOLIO_MOLD mold)
  find_program(FOLIO_LLD NAMES ld.lld-${FOLIO_CLANG_MAJOR})
  if(CMAKE_INTERPROCEDURAL_OPTIMIZATION AND FOLIO_LLD)
    add_link_options(--ld-path=${FOLIO_LLD} -Wl,--thinlto-cache-dir=${PROJECT_BINARY_DIR}/lto)
  elseif(FOLIO_MOLD AND NOT CMAKE_INTERPROCEDURAL_OPTIMIZATION)
    add_link_options(--ld-path=${FOLIO_MOLD})
  endif()
  if(CMAKE_INTERPROCEDURAL_OPTIMIZATION)
    find_program(FOLIO_AR NAMES llvm-ar-${FOLIO_CLANG_MAJOR})
    find_program(FOLIO_RANLIB NAMES llvm-ranlib-${FOLIO_CLANG_MAJOR})
    if(FOLIO_AR AND FOLIO_RANLIB)
      set(CMAKE_AR ${FOLIO_AR})
      set(CMAKE_RANLIB ${FOLIO_RANLIB})
      set(CMAKE_CXX_COMPILER_AR ${FOLIO_AR})
      set(CMAKE_CXX_COMPILER_RANLIB ${FOLIO_RANLIB})
      set(CMAKE_C_COMPILER_AR ${FOLIO_AR})
      set(CMAKE_C_COMPILER_RANLIB ${FOLIO_RANLIB})
    endif()
  endif()
endif()
