# Self-contained headers: each one of ours is compiled alone, and twice in a row. The public ones see nothing but
# framework/include, as an app does. An inner one whose own .cpp includes it before all else is compiled alone there.
# Target folio_headers; part of the default build where FOLIO_TESTS is on.

# folio_first_elsewhere(OUT root header…): those of the headers that have no .cpp that begins with them.
function(folio_first_elsewhere out root)
  set(rest "")
  foreach(header IN LISTS ARGN)
    file(RELATIVE_PATH name ${root} ${header})
    string(REGEX REPLACE "hpp$" "cpp" unit ${header})
    set(first "")
    if(EXISTS ${unit})
      file(STRINGS ${unit} first REGEX "^#include" LIMIT_COUNT 1)
    endif()
    if(NOT first STREQUAL "#include \"${name}\"")
      list(APPEND rest ${header})
    endif()
  endforeach()
  set(${out} ${rest} PARENT_SCOPE)
endfunction()

# folio_check_headers(TARGET ROOT HEADERS header… INCLUDES folder… [LINK target…]): an object library, a unit a header.
function(folio_check_headers target root)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "HEADERS;INCLUDES;LINK")
  set(units "")
  foreach(header IN LISTS arg_HEADERS)
    file(RELATIVE_PATH name ${root} ${header})
    set(unit ${PROJECT_BINARY_DIR}/headers/${target}/${name}.cpp)
    file(CONFIGURE OUTPUT ${unit} CONTENT "#include \"${header}\"\n#include \"${header}\"\n" @ONLY)
    list(APPEND units ${unit})
  endforeach()
  if(NOT units)
    return()
  endif()
  add_library(${target} OBJECT ${units})
  target_include_directories(${target} PRIVATE ${arg_INCLUDES})
  target_link_libraries(${target} PRIVATE folio_flags ${arg_LINK})
  # What is compiled is thrown away: no code, no debug information, no sanitizers. A header has no duty to use all that
  # it declares.
  target_compile_options(${target} PRIVATE -O0 -g0 -fno-sanitize=all -Wno-unused -Wno-undefined-internal)
  add_dependencies(folio_headers ${target})
endfunction()

function(folio_check_all_headers)
  set(framework ${PROJECT_SOURCE_DIR}/framework)
  add_custom_target(folio_headers ALL)
  file(GLOB_RECURSE public CONFIGURE_DEPENDS ${framework}/include/*.hpp)
  folio_check_headers(folio_headers_public ${framework}/include HEADERS ${public} INCLUDES ${framework}/include)
  file(GLOB inner CONFIGURE_DEPENDS ${framework}/*/*.hpp)
  folio_first_elsewhere(inner ${framework} ${inner})
  folio_check_headers(folio_headers_inner ${framework} HEADERS ${inner}
    INCLUDES ${PROJECT_SOURCE_DIR} ${framework} ${framework}/include LINK folio_app)
  file(GLOB_RECURSE codegen CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/codegen/*.hpp)
  folio_check_headers(folio_headers_codegen ${PROJECT_SOURCE_DIR}/codegen HEADERS ${codegen}
    INCLUDES ${PROJECT_SOURCE_DIR} ${framework} ${framework}/include LINK fmt::fmt)
endfunction()
