// Extractors: a handler's parameters say what it needs of the request, and an extractor that fails answers by itself
// with a message that helps.
//
//     Json<User> GET(Path<"id", std::uint64_t> id, Query<"verbose", bool> verbose);
//
// Each is read with `*` and `->`. A type of one's own is an extractor when it has
// `static Result<T> from_request(Request&)` (or Task<Result<T>>).
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <folio/detail/initialiser.hpp>
#include <folio/fixed_string.hpp>
#include <folio/json.hpp>
#include <folio/parse_text.hpp>
#include <folio/persistent.hpp>
#include <folio/reflect.hpp>
#include <folio/request.hpp>
#include <folio/result.hpp>

namespace folio {

namespace detail {

// What every extractor is: a value in a box.
template <class T>
class Boxed {
 public:
  using value_type = T;
  explicit Boxed(const T& value) : value_(value) {}
  explicit Boxed(T&& value) : value_(std::move(value)) {}
  T& operator*() & { return value_; }
  const T& operator*() const& { return value_; }
  T&& operator*() && { return std::move(value_); }
  T* operator->() { return &value_; }
  const T* operator->() const { return &value_; }
  operator const T&() const& { return value_; }  // NOLINT(google-explicit-constructor)

 private:
  T value_;
};

// Makes a T of the text, or the error that names the source: "Invalid id parameter: not a number".
template <class T>
Result<T> value_of(std::optional<std::string_view> text, std::string_view name, std::string_view source) {
  if constexpr (is_optional<T>) {
    // What a browser sends for a field that was left empty is no number, and no text to refuse either.
    constexpr bool is_text = std::same_as<typename T::value_type, std::string>;
    if (!text || (!is_text && text->empty())) return T(std::nullopt);
    auto inner = value_of<typename T::value_type>(text, name, source);
    if (!inner) return std::move(inner).error();
    return T(*std::move(inner));
  } else {
    static_assert(TextValue<T>, "folio: text cannot be turned into this type; give it a function "
                                "`bool from_text(std::string_view, T&)`, or use std::string");
    if (!text) {
      return AppError::bad_request(std::string("Missing ").append(source).append(": ").append(name));
    }
    Result<T> value(std::in_place);
    if (const std::string_view fault = parse_text(*text, *value); !fault.empty()) {
      const std::string_view kind = source == "path parameter" ? std::string_view("parameter") : source;
      value = AppError::bad_request(
          std::string("Invalid ").append(name).append(" ").append(kind).append(": ").append(fault));
    }
    return value;
  }
}

inline std::optional<std::string_view> as_view(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  return std::string_view(*text);
}

std::optional<std::string_view> path_parameter(const Request& request, std::string_view name);
// Null when there is none.
std::shared_ptr<const std::string> shared_body(const Request& request);

// Fills the members of an aggregate from named texts.
template <class T>
struct FieldFiller {
  T value{};
  std::uint64_t seen = 0;
  std::optional<AppError> error;
  std::string_view source;

  void take(std::string_view name, std::string_view text) {
    std::size_t index = 0;
    reflect::for_each_member(value, [&](std::string_view field, auto& member) {
      if (field == name && !error) fill(index, field, text, member);
      ++index;
    });
  }
  template <class Member>
  void fill(std::size_t index, std::string_view field, std::string_view text, Member& member) {
    if constexpr (is_vector<Member>) {
      auto item = value_of<typename Member::value_type>(text, field, source);
      if (!item) {
        error = std::move(item).error();
      } else {
        member.push_back(*std::move(item));
      }
    } else {
      if ((seen >> index & 1) != 0) return;  // the first one counts
      auto parsed = value_of<Member>(text, field, source);
      if (!parsed) {
        error = std::move(parsed).error();
      } else {
        member = *std::move(parsed);
      }
    }
    seen |= std::uint64_t{1} << index;
  }
  // What may be missing keeps its default: optionals, vectors, bools (an unchecked box sends nothing), and members with
  // an initialiser (`int page = 1;`; of a string, one that is not empty). Anything else must be there.
  Result<T> finish() {
    std::size_t index = 0;
    reflect::for_each_member(value, [&](std::string_view field, auto& member) {
      using Member = std::remove_cvref_t<decltype(member)>;
      if constexpr (!is_optional<Member> && !is_vector<Member> && !std::same_as<Member, bool>) {
        if ((seen >> index & 1) == 0 && !error && !has_default(index, member)) {
          error = AppError::bad_request(std::string("Missing ").append(source).append(": ").append(field));
        }
      }
      ++index;
    });
    if (error) return *std::move(error);
    return std::move(value);
  }
  template <class Member>
  static bool has_default(std::size_t index, const Member& member) {
    if constexpr (std::is_arithmetic_v<Member>) {
      return json_detail::has_initialiser(json_detail::shape_of<T>, index, sizeof(Member));
    } else {
      return !(member == Member{});
    }
  }
};

template <class T>
bool take_pair(void* filler, std::string_view name, std::string_view value) {
  static_cast<FieldFiller<T>*>(filler)->take(name, value);
  return true;
}

Result<void> expect_json(const Request& request);
Result<void> expect_form(const Request& request);
AppError json_failure(const JsonError& error);

}  // namespace detail

// A parameter of the file name: Path<"id", std::uint64_t> in `[id].cpp`. Asking for one that the file name does not
// declare does not compile. T: a number, bool, std::string, an optional of those (for `[[page]]`), or a type of one's
// own with from_text.
template <FixedString Name, class T = std::string>
class Path : public detail::Boxed<T> {
 public:
  using detail::Boxed<T>::Boxed;
  static constexpr bool has_text_form = detail::HasTextForm<T>;
  static constexpr std::string_view parameter = Name.view();
  static Result<Path> from_request(const Request& request) {
    auto value = detail::value_of<T>(detail::path_parameter(request, parameter), parameter, "path parameter");
    if (!value) return std::move(value).error();
    return Result<Path>(std::in_place, *std::move(value));
  }
};

// The same by hand: `auto id = extract_param<int>(req.params(), "id");`.
template <class T>
Result<T> extract_param(const Params& params, std::string_view name) {
  return detail::value_of<T>(detail::path_parameter(params.request(), name), name, "path parameter");
}

// One query parameter: QueryParam<"page", int>. Missing is a 400 unless T is an optional. In a route file it may be
// written Query<"page", int> too: C++ has no template that takes a name or a type, so the code generator sees to it.
template <FixedString Name, class T = std::string>
class QueryParam : public detail::Boxed<T> {
 public:
  using detail::Boxed<T>::Boxed;
  static constexpr bool has_text_form = detail::HasTextForm<T>;
  static Result<QueryParam> from_request(const Request& request) {
    const std::optional<std::string> text = request.query(Name.view());
    auto value = detail::value_of<T>(detail::as_view(text), Name.view(), "query parameter");
    if (!value) return std::move(value).error();
    return Result<QueryParam>(std::in_place, *std::move(value));
  }
};

// The query as a plain struct: each member is the parameter of its name. See detail::FieldFiller for what may be missing.
template <class T>
class Query : public detail::Boxed<T> {
 public:
  using detail::Boxed<T>::Boxed;
  static Result<Query> from_request(const Request& request) {
    detail::FieldFiller<T> filler;
    filler.source = "query parameter";
    detail::visit_query(request, detail::take_pair<T>, &filler);
    auto value = filler.finish();
    if (!value) return std::move(value).error();
    return Query(*std::move(value));
  }
};

// An application/x-www-form-urlencoded body as a plain struct.
template <class T>
class Form : public detail::Boxed<T> {
 public:
  using detail::Boxed<T>::Boxed;
  static Result<Form> from_request(const Request& request) {
    if (auto expected = detail::expect_form(request); !expected) return std::move(expected).error();
    detail::FieldFiller<T> filler;
    filler.source = "form field";
    detail::visit_form(request, detail::take_pair<T>, &filler);
    auto value = filler.finish();
    if (!value) return std::move(value).error();
    return Form(*std::move(value));
  }
};

// A request field: Header<"Authorization">. Missing is a 400 unless T is an optional.
template <FixedString Name, class T = std::string>
class Header : public detail::Boxed<T> {
 public:
  using detail::Boxed<T>::Boxed;
  static constexpr bool has_text_form = detail::HasTextForm<T>;
  static Result<Header> from_request(const Request& request) {
    std::optional<std::string_view> text;
    if (request.has_header(Name.view())) text = request.header(Name.view());
    auto value = detail::value_of<T>(text, Name.view(), "header");
    if (!value) return std::move(value).error();
    return Result<Header>(std::in_place, *std::move(value));
  }
};

// A cookie: Cookie<"session">. Missing is a 400 unless T is an optional.
template <FixedString Name, class T = std::string>
class Cookie : public detail::Boxed<T> {
 public:
  using detail::Boxed<T>::Boxed;
  static constexpr bool has_text_form = detail::HasTextForm<T>;
  static Result<Cookie> from_request(const Request& request) {
    const std::optional<std::string> text = request.cookie(Name.view());
    auto value = detail::value_of<T>(detail::as_view(text), Name.view(), "cookie");
    if (!value) return std::move(value).error();
    return Result<Cookie>(std::in_place, *std::move(value));
  }
};

// The body as it came, whatever its type: the request's own bytes, which are not copied. They stay for as long as this
// does, or a copy of it, on any thread, whatever becomes of the request.
class Body {
 public:
  explicit Body(std::string bytes) : bytes_(std::make_shared<const std::string>(std::move(bytes))) {}
  static Result<Body> from_request(const Request& request) { return Body(detail::shared_body(request)); }

  const std::string& operator*() const { return bytes_ ? *bytes_ : none(); }
  const std::string* operator->() const { return &**this; }
  operator const std::string&() const { return **this; }  // NOLINT(google-explicit-constructor)

 private:
  explicit Body(std::shared_ptr<const std::string> bytes) : bytes_(std::move(bytes)) {}
  static const std::string& none() {
    static const std::string empty;
    return empty;
  }
  std::shared_ptr<const std::string> bytes_;  // null: the request has no body
};

// The body as UTF-8 text (other bytes are a 400); as a return type, a text/plain response.
class Text : public detail::Boxed<std::string> {
 public:
  explicit Text(std::string text) : Boxed(std::move(text)) {}
  static Result<Text> from_request(const Request& request);
};

// As a return type: a text/html response.
class Html : public detail::Boxed<std::string> {
 public:
  explicit Html(std::string markup) : Boxed(std::move(markup)) {}
};

// One T for the whole server, made on first use by its default constructor and shared by all loops: guard what changes
// with a mutex or atomics. It outlives an edit of the route in the dev server.
template <class T>
class State {
 public:
  explicit State(T& value) : value_(&value) {}
  T& operator*() const { return *value_; }
  T* operator->() const { return value_; }
  static Result<State> from_request(const Request&) { return State(persistent<T>()); }

 private:
  T* value_;
};

}  // namespace folio
