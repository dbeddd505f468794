#include "base/moved_view.hpp"

#include <gtest/gtest.h>

#include <string>

namespace folio::base {
namespace {

TEST(MovedView, LooksIntoTheCopy) {
  const std::string text = "GET /users/7";
  const std::string copy = text;
  const std::string_view view = text;
  const std::string_view moved = moved_view(view.substr(5, 5), view, copy.data());
  EXPECT_EQ(moved.data(), copy.data() + 5);
  EXPECT_EQ(moved, "users");
  EXPECT_EQ(moved_view(view, view, copy.data()).data(), copy.data());
  EXPECT_EQ(moved_view(view.substr(view.size()), view, copy.data()).data(), copy.data() + copy.size()) << "at the end";
}

TEST(MovedView, StaysWhenItLooksElsewhere) {
  const std::string text = "a text that is the head of a request";
  const std::string copy = text;
  const std::string decoded = "decoded";
  EXPECT_EQ(moved_view(decoded, text, copy.data()).data(), decoded.data());
  EXPECT_EQ(moved_view({}, text, copy.data()).data(), nullptr);
}

}  // namespace
}  // namespace folio::base
