// HeaderValue: a short text that is either a literal of the program, which is not copied, or a string of its own.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace folio {

class HeaderValue {
 public:
  HeaderValue() = default;
  template <std::size_t Size>
  HeaderValue(const char (&literal)[Size]) : view_(literal, Size - 1) {}  // NOLINT(google-explicit-constructor)
  template <std::size_t Size>
  HeaderValue(char (&buffer)[Size]) : HeaderValue(std::string(buffer)) {}  // NOLINT: an array that can change is copied
  HeaderValue(std::string text) : owned_(std::move(text)), owns_(true) {}  // NOLINT
  HeaderValue(std::string_view text) : HeaderValue(std::string(text)) {}   // NOLINT
  // A view that outlives the response, such as a constant's: not copied.
  static HeaderValue constant(std::string_view text) {
    HeaderValue value;
    value.view_ = text;
    return value;
  }

  // Marks a cookie that is `Secure` if the request came by https: see CookieOptions.
  void make_secure_by_scheme() { secure_by_scheme_ = true; }
  [[nodiscard]] bool secure_by_scheme() const { return secure_by_scheme_; }

  [[nodiscard]] std::string_view view() const { return owns_ ? std::string_view(owned_) : view_; }
  operator std::string_view() const { return view(); }  // NOLINT
  [[nodiscard]] bool empty() const { return view().empty(); }
  friend bool operator==(const HeaderValue& left, std::string_view right) { return left.view() == right; }

 private:
  std::string_view view_;
  std::string owned_;
  bool owns_ = false;
  bool secure_by_scheme_ = false;
};

}  // namespace folio
