// Reading in one line, for tests.
#pragma once

#include <gtest/gtest.h>
#include <folio/json.hpp>

#include <string>
#include <string_view>

namespace folio::test {

// What `text` reads as; fails the test when it does not.
template <class T>
T read(std::string_view text) {
  T value{};
  JsonError error;
  EXPECT_TRUE(read_json(text, value, error)) << text << "\n" << error.message;
  return value;
}

// The error that `text` gives; fails the test when there is none.
template <class T>
JsonError refuse(std::string_view text) {
  T value{};
  JsonError error;
  EXPECT_FALSE(read_json(text, value, error)) << text;
  return error;
}

// Its message without the words before the position.
template <class T>
std::string message(std::string_view text) {
  std::string whole = refuse<T>(text).message;
  constexpr std::string_view prefix = "Invalid JSON at ";
  EXPECT_TRUE(whole.starts_with(prefix) || whole.starts_with("Invalid JSON: ")) << whole;
  return whole.starts_with(prefix) ? whole.substr(prefix.size()) : whole;
}

}  // namespace folio::test
