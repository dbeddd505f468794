# folio_layer(NAME [DEPENDS layer…] [LINK target…]): framework/NAME as the static library folio_NAME.
# A layer may include its own headers, those of the layers it depends on, and the public ones; tests/layers checks it.
# Programs live beside their layer in files named main.cpp or *_main.cpp, which the library leaves out.
function(folio_layer name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "DEPENDS;LINK")
  set(target folio_${name})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "[/_]main\\.cpp$")
  file(GLOB headers CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.hpp)
  list(TRANSFORM arg_DEPENDS PREPEND folio_)
  if(sources)
    add_library(${target} STATIC ${sources})
    set(scope PUBLIC)
    target_link_libraries(${target} PRIVATE folio_flags)
    folio_precompile(${target})
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(${target} ${scope} ${CMAKE_CURRENT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR}/include)
  target_link_libraries(${target} ${scope} ${arg_DEPENDS} ${arg_LINK})
  set_property(GLOBAL APPEND PROPERTY FOLIO_LAYERS ${target})
endfunction()

# folio_precompile(TARGET [AT_LEAST count] [header…]): with FOLIO_PCH, the standard headers that most of our files include,
# and those that are named, once for the target instead of once a file. It pays from about six files on, or as many as
# AT_LEAST says. Files that are compiled with other flags have to set SKIP_PRECOMPILE_HEADERS. Every file still includes
# what it uses: other builds do without.
function(folio_precompile target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "AT_LEAST" "")
  if(NOT arg_AT_LEAST)
    set(arg_AT_LEAST 6)
  endif()
  get_target_property(sources ${target} SOURCES)
  list(LENGTH sources count)
  if(FOLIO_PCH AND count GREATER_EQUAL arg_AT_LEAST)
    target_precompile_headers(${target} PRIVATE <algorithm> <array> <chrono> <functional> <map> <memory> <optional>
      <span> <string> <string_view> <unordered_map> <utility> <variant> <vector> ${arg_UNPARSED_ARGUMENTS})
  endif()
endfunction()

# folio_test(NAME [OPTIMISED] [FOLDER folder] [LINK target…]): the sources in tests/NAME, or tests/FOLDER, as the GoogleTest
# program test_NAME, one entry in ctest. A test's own code is compiled in half the time when it is not optimised; with
# OPTIMISED, which is for those that compute for long, it is.
function(folio_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "OPTIMISED" "FOLDER" "LINK")
  if(NOT arg_FOLDER)
    set(arg_FOLDER ${name})
  endif()
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${arg_FOLDER}/*.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(test_${name} ${sources})
  target_link_libraries(test_${name} PRIVATE folio_flags ${arg_LINK} GTest::gmock GTest::gtest GTest::gtest_main)
  target_include_directories(test_${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/framework)
  target_compile_definitions(test_${name} PRIVATE FOLIO_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  if(NOT arg_OPTIMISED)
    target_compile_options(test_${name} PRIVATE $<$<CONFIG:Debug>:-O0>)
  endif()
  folio_precompile(test_${name} AT_LEAST 2 <gmock/gmock.h> <gtest/gtest.h>)
  add_test(NAME ${name} COMMAND test_${name} --gtest_output=json:${PROJECT_BINARY_DIR}/results/${name}.json)
endfunction()

# folio_python_test(NAME): tests/NAME/NAME_test.py, run by unittest, one entry in ctest.
function(folio_python_test name)
  find_program(FOLIO_PYTHON NAMES python3 PATHS /usr/bin NO_DEFAULT_PATH REQUIRED)
  add_test(NAME ${name} COMMAND ${FOLIO_PYTHON} ${PROJECT_SOURCE_DIR}/tests/runner/unittest_results.py
    --results=${PROJECT_BINARY_DIR}/results/${name}.json ${CMAKE_CURRENT_SOURCE_DIR}/${name}/${name}_test.py)
endfunction()

# folio_fuzz_targets(LINK target…): every tests/fuzz/NAME_fuzz.cpp, with its seeds in tests/fuzz/seeds/NAME and, if it is
# there, a dictionary in tests/fuzz/NAME.dict. Each is a program replay_NAME that replays the seeds, entry fuzz_NAME in
# ctest; and with FOLIO_FUZZ the libFuzzer program fuzz_NAME:
#   build/fuzz/tests/fuzz_NAME -dict=tests/fuzz/NAME.dict FOLDER_FOR_FINDS tests/fuzz/seeds/NAME
function(folio_fuzz_targets)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "" "LINK")
  file(GLOB targets CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/*_fuzz.cpp)
  foreach(source IN LISTS targets)
    cmake_path(GET source STEM name)
    string(REGEX REPLACE "_fuzz$" "" name ${name})
    set(programs replay_${name})
    add_executable(replay_${name} ${source} fuzz/replay_main.cpp)
    add_test(NAME fuzz_${name} COMMAND replay_${name} --results=${PROJECT_BINARY_DIR}/results/fuzz_${name}.json
      ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/seeds/${name})
    if(FOLIO_FUZZ)
      list(APPEND programs fuzz_${name})
      add_executable(fuzz_${name} ${source})
      target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    endif()
    foreach(program IN LISTS programs)
      target_link_libraries(${program} PRIVATE folio_flags ${arg_LINK})
      target_include_directories(${program} PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/framework)
    endforeach()
  endforeach()
endfunction()

# folio_program(TARGET SOURCE OUTPUT_NAME name [LINK target…]): a program of ours in bin/ of the build folder. It is
# defined once its source is there.
function(folio_program target source)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "OUTPUT_NAME" "LINK")
  if(NOT EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${source})
    return()
  endif()
  add_executable(${target} ${source})
  target_link_libraries(${target} PRIVATE folio_flags ${arg_LINK})
  set_target_properties(${target} PROPERTIES OUTPUT_NAME ${arg_OUTPUT_NAME} RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
endfunction()
