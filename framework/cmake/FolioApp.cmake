# What an app is built with. Apps are compiled outside CMake, by a ninja file that the `folio` tool writes; this module
# gives the tool what only CMake knows: the target folio_shared, and the file folio-app.env in the build folder.
#
# folio_shared is libfolio.so: every layer but dev, whole. Route objects of the dev server and the program that loads
# them link to it, so that there is one copy of the framework in a process.
#
# folio_launch builds what the launcher needs: the tool, the program that loads routes, codegen and libfolio.so.
#
# folio-app.env has one `KEY=value` a line, the value taken as it stands up to the end of the line: no quoting, no
# escapes, spaces are part of it. A key marked [list] stands on as many lines as it has arguments, in their order, or on
# none. Lines that are empty or begin with `#` say nothing. It is written at generate time, changed or not at all.
#
#   VERSION           version of Folio
#   SOURCE_DIR        root of Folio's sources
#   BINARY_DIR        this build's folder
#   PRESET_SANITIZE   the sanitizers of the whole build, as in -fsanitize=…; empty for none
#   CXX               path of the C++ compiler
#   CXX_LAUNCHER      [list] a compiler cache to put before CXX, or none
#   NINJA             path of ninja
#   STRIP             path of strip
#   NM                path of nm; absent when there is none
#   LINKER            path of the linker in use; empty for the compiler's default
#   INCLUDES          [list] folders for -I: the public headers, and nothing else
#   CODEGEN           path of the program folio-codegen; absent when this build has none
#   HOST              path of the program that loads route objects; absent when this build has none
#   SHARED_LIBRARY    path of libfolio.so
#   ROUTE_CXXFLAGS    [list] compile a route's unit into a position-independent object for the dev server; a
#                     precompiled header takes the very same flags
#   ROUTE_LDFLAGS     [list] link one route's object into a shared object; SHARED_LIBRARY comes after the objects
#   APP_CXXFLAGS      [list] compile a unit of an app that is linked into one binary
#   APP_LDFLAGS       [list] link that binary; before the objects
#   APP_OWN_RUNTIME   [list] besides, for a binary that carries the C++ runtime in itself; none: it never does
#   APP_LIBRARIES     [list] after the objects: the layers' archives (all but dev) and the system's libraries, in order
#   APP_ARCHIVES      [list] those of APP_LIBRARIES that this build makes: what the binary has to be newer than
#   APP_TARGETS       [list] the CMake targets that make them, to be built first
include_guard(GLOBAL)

# folio_collect_libraries(OUT ARCHIVES TARGETS ROOT…): what a program that uses the targets ROOT has to be linked with,
# users before what they use. ARCHIVES are files of this build, TARGETS their targets; OUT is the whole of it.
function(folio_collect_libraries out archives targets)
  set(order "")
  foreach(root IN LISTS ARGN)
    folio_visit_library(${root} "${order}" order)
  endforeach()
  list(REVERSE order)
  set(all "")
  set(own "")
  set(own_targets "")
  foreach(item IN LISTS order)
    if(NOT TARGET ${item})
      if(item MATCHES "^[-/]")
        list(APPEND all "${item}")
      else()
        list(APPEND all "-l${item}")
      endif()
      continue()
    endif()
    get_target_property(type ${item} TYPE)
    get_target_property(imported ${item} IMPORTED)
    if(type STREQUAL "INTERFACE_LIBRARY")
      continue()
    endif()
    list(APPEND all "$<TARGET_FILE:${item}>")
    if(NOT imported)
      list(APPEND own "$<TARGET_FILE:${item}>")
      list(APPEND own_targets "${item}")
    endif()
  endforeach()
  set(${out} "${all}" PARENT_SCOPE)
  set(${archives} "${own}" PARENT_SCOPE)
  set(${targets} "${own_targets}" PARENT_SCOPE)
endfunction()

# Depth first, what is used before its users; `seen` is the order so far.
function(folio_visit_library item seen out)
  if(TARGET ${item})
    get_target_property(aliased ${item} ALIASED_TARGET)
    if(aliased)
      set(item ${aliased})
    endif()
  endif()
  if(item IN_LIST seen)
    set(${out} "${seen}" PARENT_SCOPE)
    return()
  endif()
  if(TARGET ${item})
    # A layer without sources is an interface; one with them names its private needs in LINK_ONLY.
    get_target_property(uses ${item} INTERFACE_LINK_LIBRARIES)
    if(uses)
      foreach(use IN LISTS uses)
        string(REGEX REPLACE "^\\$<LINK_ONLY:(.*)>$" "\\1" use "${use}")
        if(use MATCHES "\\$<")
          continue()  # conditions of an imported package on its user's configuration; none carries a library here
        endif()
        folio_visit_library("${use}" "${seen}" seen)
      endforeach()
    endif()
  endif()
  list(APPEND seen "${item}")
  set(${out} "${seen}" PARENT_SCOPE)
endfunction()

# folio_env(KEY value…): one line a value, appended to the variable `env` of the caller.
macro(folio_env key)
  foreach(value ${ARGN})
    string(APPEND env "${key}=${value}\n")
  endforeach()
endmacro()

# folio_export_app(): defines folio_shared and writes folio-app.env. Call it once, when every layer and
# program is defined.
function(folio_export_app)
  get_property(layers GLOBAL PROPERTY FOLIO_LAYERS)
  list(REMOVE_ITEM layers folio_dev)

  # libfolio.so, from the very objects of the archives.
  set(empty ${PROJECT_BINARY_DIR}/shared.cpp)
  file(CONFIGURE OUTPUT ${empty} CONTENT "// The layers' objects make libfolio.so; CMake wants a source besides.\n" @ONLY)
  add_library(folio_shared SHARED ${empty})
  set_target_properties(folio_shared PROPERTIES OUTPUT_NAME folio LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib)
  foreach(layer IN LISTS layers)
    get_target_property(type ${layer} TYPE)
    if(type STREQUAL "STATIC_LIBRARY")
      target_sources(folio_shared PRIVATE $<TARGET_OBJECTS:${layer}>)
    endif()
    get_target_property(uses ${layer} INTERFACE_LINK_LIBRARIES)
    if(uses)
      list(FILTER uses EXCLUDE REGEX "^folio_|LINK_ONLY:folio_")
      target_link_libraries(folio_shared PRIVATE ${uses})
    endif()
  endforeach()
  target_include_directories(folio_shared INTERFACE ${PROJECT_SOURCE_DIR}/framework ${PROJECT_SOURCE_DIR}/framework/include)

  # Flags that routes of both kinds are compiled with: the language, the sanitizers, warnings that are worth a user's
  # time. Never -Werror: an app's warnings are its own affair.
  # C++26 where there is choice: its static_assert takes a message made at compile time, which names the parameter that
  # a handler asks for and its file name does not declare.
  set(common -Wall -Wextra -Wno-missing-field-initializers)
  if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    list(APPEND common -std=c++2c -fcolor-diagnostics)
  else()
    list(APPEND common -std=c++${CMAKE_CXX_STANDARD} -fdiagnostics-color=always)
  endif()
  list(APPEND common ${FOLIO_SANITIZE_FLAGS})
  separate_arguments(everywhere NATIVE_COMMAND "${CMAKE_CXX_FLAGS}")
  list(APPEND common ${everywhere})

  # g++ marks inline statics and variables of templates as unique in the process, which keeps the code of an unloaded
  # generation in use; clang has no such symbols and does not know the flag.
  include(CheckCXXCompilerFlag)
  check_cxx_compiler_flag(-fno-gnu-unique FOLIO_HAS_NO_GNU_UNIQUE)
  set(route_cxxflags ${common} -O0 -g -fPIC -fvisibility=hidden)
  if(FOLIO_HAS_NO_GNU_UNIQUE)
    list(APPEND route_cxxflags -fno-gnu-unique)
  endif()

  set(linker "")
  get_property(link_options DIRECTORY PROPERTY LINK_OPTIONS)
  foreach(option IN LISTS link_options)
    if(option MATCHES "^--ld-path=(.*)$")
      set(linker ${CMAKE_MATCH_1})
    endif()
  endforeach()
  set(linker_flags "")
  if(linker)
    set(linker_flags --ld-path=${linker})
  endif()
  set(route_ldflags ${linker_flags} -shared -fPIC ${FOLIO_SANITIZE_FLAGS})
  if(NOT FOLIO_SANITIZE)
    list(APPEND route_ldflags -Wl,-z,defs)  # a sanitizer's runtime is in the program alone
  endif()

  string(TOUPPER "${CMAKE_BUILD_TYPE}" configuration)
  separate_arguments(optimise NATIVE_COMMAND "${CMAKE_CXX_FLAGS_${configuration}}")
  set(app_cxxflags ${common} ${optimise} ${FOLIO_PROFILE_OPTIONS})
  set(app_ldflags ${linker_flags} ${FOLIO_SANITIZE_FLAGS})
  set(app_own_runtime "")
  if(CMAKE_INTERPROCEDURAL_OPTIMIZATION)
    if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
      list(APPEND app_cxxflags -flto=thin)
      list(APPEND app_ldflags -flto=thin)
    else()
      list(APPEND app_cxxflags -flto)
      list(APPEND app_ldflags -flto=auto)
    endif()
  endif()
  list(APPEND app_ldflags ${optimise})
  list(FILTER app_ldflags EXCLUDE REGEX "^-D")
  if(CMAKE_BUILD_TYPE STREQUAL "Release")
    list(APPEND app_cxxflags -ffunction-sections -fdata-sections)
    list(APPEND app_ldflags -Wl,--gc-sections -Wl,--as-needed -Wl,-z,relro -Wl,-z,now)
    if(linker MATCHES "lld")
      list(APPEND app_ldflags -Wl,--icf=safe)  # functions that are the same, and whose address nobody asks for, are one
    endif()
    set(app_own_runtime -static-libstdc++ -static-libgcc)
  endif()
  folio_collect_libraries(app_libraries app_archives app_targets ${layers})

  set(env "# Written by CMake; framework/cmake/FolioApp.cmake says what the keys mean.\n")
  folio_env(VERSION ${PROJECT_VERSION})
  folio_env(SOURCE_DIR "${PROJECT_SOURCE_DIR}")
  folio_env(BINARY_DIR "${PROJECT_BINARY_DIR}")
  string(APPEND env "PRESET_SANITIZE=${FOLIO_SANITIZE}\n")
  folio_env(CXX "${CMAKE_CXX_COMPILER}")
  folio_env(CXX_LAUNCHER ${CMAKE_CXX_COMPILER_LAUNCHER})
  folio_env(NINJA "${CMAKE_MAKE_PROGRAM}")
  folio_env(STRIP "${CMAKE_STRIP}")
  if(CMAKE_NM)
    folio_env(NM "${CMAKE_NM}")
  endif()
  string(APPEND env "LINKER=${linker}\n")
  folio_env(INCLUDES "${PROJECT_SOURCE_DIR}/framework/include")
  if(TARGET folio-codegen)
    folio_env(CODEGEN "$<TARGET_FILE:folio-codegen>")
  endif()
  if(TARGET folio_host)
    folio_env(HOST "$<TARGET_FILE:folio_host>")
  endif()
  folio_env(SHARED_LIBRARY "$<TARGET_FILE:folio_shared>")
  folio_env(ROUTE_CXXFLAGS ${route_cxxflags})
  folio_env(ROUTE_LDFLAGS ${route_ldflags})
  folio_env(APP_CXXFLAGS ${app_cxxflags})
  folio_env(APP_LDFLAGS ${app_ldflags})
  folio_env(APP_OWN_RUNTIME ${app_own_runtime})
  folio_env(APP_LIBRARIES ${app_libraries})
  folio_env(APP_ARCHIVES ${app_archives})
  folio_env(APP_TARGETS ${app_targets})
  file(GENERATE OUTPUT ${PROJECT_BINARY_DIR}/folio-app.env CONTENT "${env}")

  # What the launcher builds before it hands over.
  add_custom_target(folio_launch)
  foreach(target folio_tool folio_host folio_shared folio-codegen)
    if(TARGET ${target})
      add_dependencies(folio_launch ${target})
    endif()
  endforeach()
endfunction()
