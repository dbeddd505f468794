# The profile of the framework: how often each branch of it is taken when a server is busy, recorded by
# `./folio bench --train` in framework/profile.proftext. Release builds are laid out and inlined by it.
#
# FOLIO_PROFILE says what is made of it:
#   use     (the default) release builds by clang 19 are compiled with it. A function that has changed since it was
#           recorded is compiled without, and everything works as it did.
#   record  builds programs that record it: each writes what it did to LLVM_PROFILE_FILE when it ends
#   off     builds without
# A profile belongs to a version of the compiler; others build without.
set(FOLIO_PROFILE "use" CACHE STRING "What release builds make of framework/profile.proftext: use, record or off")
set_property(CACHE FOLIO_PROFILE PROPERTY STRINGS use record off)
set(FOLIO_PROFILE_CLANG 19)

# Sets FOLIO_PROFILE_OPTIONS to what the layers, and apps, are compiled with. A local function is known by the name of its
# file without the folders, so that the profile holds wherever the sources are.
function(folio_find_profile)
  set(names -mllvm -static-func-full-module-prefix=false)
  set(FOLIO_PROFILE_OPTIONS "" PARENT_SCOPE)
  if(NOT FOLIO_PROFILE MATCHES "^(use|record|off)$")
    message(FATAL_ERROR "FOLIO_PROFILE is '${FOLIO_PROFILE}': set it to use, record or off.")
  endif()
  set(knows OFF)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND FOLIO_CLANG_MAJOR STREQUAL FOLIO_PROFILE_CLANG)
    set(knows ON)
  endif()
  if(FOLIO_PROFILE STREQUAL "record")
    if(NOT knows)
      message(FATAL_ERROR "A profile is recorded by clang ${FOLIO_PROFILE_CLANG}: run ./folio bench --train, which selects it.")
    endif()
    set(FOLIO_PROFILE_OPTIONS -fprofile-generate ${names} PARENT_SCOPE)
    add_link_options(-fprofile-generate)  # what writes it
    return()
  endif()
  if(FOLIO_PROFILE STREQUAL "off" OR NOT knows OR NOT CMAKE_BUILD_TYPE STREQUAL "Release" OR FOLIO_SANITIZE)
    return()
  endif()

  set(text ${PROJECT_SOURCE_DIR}/framework/profile.proftext)
  set_property(DIRECTORY ${PROJECT_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${text})
  find_program(FOLIO_PROFDATA NAMES llvm-profdata-${FOLIO_CLANG_MAJOR})
  if(NOT EXISTS ${text} OR NOT FOLIO_PROFDATA)
    message(STATUS "Without the profile of the framework, so a little slower: it takes ${text} and llvm-profdata-${FOLIO_CLANG_MAJOR}")
    return()
  endif()
  # Named after what is in it: an object of another profile is then seen to be out of date.
  file(SHA256 ${text} hash)
  string(SUBSTRING ${hash} 0 16 hash)
  set(binary ${PROJECT_BINARY_DIR}/profile-${hash}.profdata)
  if(NOT EXISTS ${binary})
    execute_process(COMMAND ${FOLIO_PROFDATA} merge -o ${binary}.new ${text} RESULT_VARIABLE status ERROR_VARIABLE why)
    if(NOT status EQUAL 0)
      message(FATAL_ERROR "${text} cannot be made use of: ${why}Take it from version control, or record it anew with ./folio bench --train.")
    endif()
    file(RENAME ${binary}.new ${binary})
  endif()
  set(FOLIO_PROFILE_OPTIONS -fprofile-use=${binary} ${names} -Wno-profile-instr-out-of-date
    -Wno-profile-instr-unprofiled -Wno-backend-plugin PARENT_SCOPE)
endfunction()
