// Result<T>: a value, or the AppError that stands in its place. Nothing in Folio throws on its own account.
#pragma once

#include <concepts>
#include <cstdlib>
#include <new>
#include <optional>
#include <type_traits>
#include <utility>

#include <folio/error.hpp>

namespace folio {

// Holds either a T or an AppError; made from either, implicitly.
//
//     Result<User> find(std::uint64_t id) {
//       if (id == 0) return AppError::not_found("ids start at 1");
//       return User{id, "Ada"};
//     }
//
// Reading the value of a failed Result, or the error of a good one, ends the program: test it first.
template <class T = void>
class Result {
 public:
  using value_type = T;

  template <class U = T>
    requires(std::constructible_from<T, U &&> && !std::same_as<std::remove_cvref_t<U>, Result> &&
             !std::same_as<std::remove_cvref_t<U>, AppError>)
  Result(U&& value) : ok_(true) {  // NOLINT(google-explicit-constructor)
    new (&value_) T(std::forward<U>(value));
  }
  Result(AppError error) : ok_(false) { new (&error_) AppError(std::move(error)); }  // NOLINT
  // Makes the value where it stays.
  template <class... Args>
    requires std::constructible_from<T, Args&&...>
  explicit Result(std::in_place_t, Args&&... args) : ok_(true) {
    new (&value_) T(std::forward<Args>(args)...);
  }

  Result(Result&& other) noexcept(std::is_nothrow_move_constructible_v<T>) : ok_(other.ok_) {
    if (ok_) {
      new (&value_) T(std::move(other.value_));
    } else {
      new (&error_) AppError(std::move(other.error_));
    }
  }
  Result(const Result& other)
    requires std::copy_constructible<T>
      : ok_(other.ok_) {
    if (ok_) {
      new (&value_) T(other.value_);
    } else {
      new (&error_) AppError(other.error_);
    }
  }
  Result& operator=(Result other) noexcept(std::is_nothrow_move_constructible_v<T>) {
    destroy();
    new (this) Result(std::move(other));
    return *this;
  }
  ~Result() { destroy(); }

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool has_value() const { return ok_; }
  explicit operator bool() const { return ok_; }

  T& operator*() & { return check(true), value_; }
  const T& operator*() const& { return check(true), value_; }
  T&& operator*() && { return check(true), std::move(value_); }
  T* operator->() { return check(true), &value_; }
  const T* operator->() const { return check(true), &value_; }
  T& value() & { return **this; }
  const T& value() const& { return **this; }
  T&& value() && { return *std::move(*this); }
  template <class U>
  T value_or(U&& other) && {
    if (ok_) return std::move(value_);
    return static_cast<T>(std::forward<U>(other));
  }

  AppError& error() & { return check(false), error_; }
  const AppError& error() const& { return check(false), error_; }
  AppError&& error() && { return check(false), std::move(error_); }

 private:
  void check(bool wanted) const {
    if (ok_ != wanted) std::abort();
  }
  void destroy() {
    if (ok_) {
      value_.~T();
    } else {
      error_.~AppError();
    }
  }

  bool ok_;
  union {
    T value_;
    AppError error_;
  };
};

// Done, or the AppError that says why not. `return {};` and `co_return {};` mean done.
template <>
class Result<void> {
 public:
  using value_type = void;

  Result() = default;
  Result(AppError error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool ok() const { return !error_; }
  [[nodiscard]] bool has_value() const { return ok(); }
  explicit operator bool() const { return ok(); }

  AppError& error() & { return *error_; }
  const AppError& error() const& { return *error_; }
  AppError&& error() && { return std::move(*error_); }

 private:
  std::optional<AppError> error_;
};

}  // namespace folio
