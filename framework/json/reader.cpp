// The opaque reader: the one file that sees simdjson. A text is parsed whole, and so validated whole, into simdjson's
// tape, from which the tables of <folio/detail/json_types.hpp> fill the C++ value.

// clang 19 rejects the serializer in the headers of simdjson 3.1 to 3.9 (Ubuntu 24.04 has 3.6). It is not used here, so
// its include guards leave it out, and what versions from 4 build on it.
#define SIMDJSON_SERIALIZATION_H
#define SIMDJSON_SERIALIZATION_INL_H
#define SIMDJSON_DOM_FRACTURED_JSON_H
#define SIMDJSON_DOM_FRACTURED_JSON_INL_H
#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <utility>

#include <folio/json.hpp>

#include "json/defaults.hpp"
#include "json/failure.hpp"
#include "json/scan.hpp"

namespace folio::json_detail {

namespace dom = simdjson::dom;
using json::Failure;

struct Source {
  dom::element element;
  Failure& failure;
  bool rewritten;  // the numbers of the text, by rewrite_numbers

  dom::element_type type() const { return element.type(); }
  Source child(dom::element value) const { return {value, failure, rewritten}; }
};

// Fills a JsonValue without looking for members of one name.
struct ValueBuilder {
  static JsonValue object(std::vector<JsonValue::Member> members) {
    JsonValue value;
    new (&value.object_) std::vector<JsonValue::Member>(std::move(members));
    value.kind_ = JsonValue::Kind::Object;
    return value;
  }
};

namespace {

constexpr std::size_t first_capacity = 4096;           // bytes: most bodies are smaller
constexpr std::size_t max_kept_capacity = 128 * 1024;  // bytes of text: the parser keeps some 15 times as much a thread
constexpr std::size_t quadratic_members = 16;          // up to here every pair of keys is compared
constexpr std::size_t max_listed_names = 12;           // enumerators in a message
constexpr std::size_t max_range_text = 32;             // bytes of a number's shortest form

// ---- the parser and its buffers, one of each a thread

struct Parser {
  dom::parser parser{simdjson::SIMDJSON_MAXSIZE_BYTES};
  std::unique_ptr<char[]> padded;
  std::size_t capacity = 0;
  std::size_t depth = 0;
  bool busy = false;

  // simdjson reads past the end, so the text is copied to where that is allowed.
  simdjson::error_code parse(std::string_view text, dom::element& root, std::size_t max_depth = max_json_depth) {
    if (text.size() > capacity || max_depth != depth) {
      std::size_t wanted = std::max(first_capacity, capacity);
      while (wanted < text.size()) wanted *= 2;
      capacity = 0;
      padded.reset(new char[wanted + simdjson::SIMDJSON_PADDING]);
      if (const auto error = parser.allocate(wanted, max_depth)) return error;
      capacity = wanted;
      depth = max_depth;
    }
    std::memcpy(padded.get(), text.data(), text.size());
    std::memset(padded.get() + text.size(), 0, simdjson::SIMDJSON_PADDING);
    return parser.parse(padded.get(), text.size(), false).get(root);
  }
};

thread_local Parser thread_parser;

// The thread's parser, or one of its own for a text that is read while another is.
class Lease {
 public:
  Lease() : own_(thread_parser.busy ? std::make_unique<Parser>() : nullptr) { (*this)->busy = true; }
  ~Lease() {
    Parser& parser = **this;
    parser.busy = false;
    if (!own_ && parser.capacity > max_kept_capacity) parser = Parser();
  }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  Parser& operator*() { return own_ ? *own_ : thread_parser; }
  Parser* operator->() { return &**this; }

 private:
  std::unique_ptr<Parser> own_;
};

// ---- failing

bool fail(Source& source, std::string what) {
  source.failure.what = std::move(what);
  return false;
}

bool fail_in_field(Source& source, std::size_t ordinal, std::string_view key) {
  source.failure.steps.push_back({ordinal, true, std::string(key)});
  return false;
}

bool fail_in_item(Source& source, std::size_t ordinal) {
  source.failure.steps.push_back({ordinal, false, {}});
  return false;
}

bool fail_duplicate(Source& source, std::size_t ordinal, std::string_view key) {
  source.failure.at_key = true;
  return fail(source, "is given twice"), fail_in_field(source, ordinal, key);
}

// ---- scalars

bool read_bool(Source& source, const ReadType&, void* to) {
  bool value = false;
  if (source.element.get(value)) return fail(source, "expected true or false");
  *static_cast<bool*>(to) = value;
  return true;
}

bool read_string(Source& source, const ReadType&, void* to) {
  std::string_view value;
  if (source.element.get(value)) return fail(source, "expected a string");
  static_cast<std::string*>(to)->assign(value);
  return true;
}

bool read_null(Source& source, const ReadType&, void*) {
  return source.element.is_null() || fail(source, "expected null");
}

template <class I>
bool read_integer(Source& source, const ReadType&, void* to) {
  using Limits = std::numeric_limits<I>;
  I& out = *static_cast<I*>(to);
  switch (source.type()) {
    case dom::element_type::INT64: {
      const std::int64_t value = source.element.get_int64().value_unsafe();
      if (std::in_range<I>(value)) return out = static_cast<I>(value), true;
      break;
    }
    case dom::element_type::UINT64: {
      const std::uint64_t value = source.element.get_uint64().value_unsafe();
      if (std::in_range<I>(value)) return out = static_cast<I>(value), true;
      break;
    }
    case dom::element_type::DOUBLE: {
      const double value = source.element.get_double().value_unsafe();
      if (value == 0 && std::signbit(value) && source.rewritten) return out = 0, true;  // "-0"
      if (std::fabs(value) < 0x1p63) return fail(source, "expected a whole number");
      break;  // whole at this size, and beyond every range
    }
    default:
      return fail(source, "expected a number");
  }
  return fail(source,
              "expected a whole number from " + std::to_string(Limits::min()) + " to " + std::to_string(Limits::max()));
}

template <class F>
bool read_floating(Source& source, const ReadType&, void* to) {
  double value = 0;
  if (source.element.get(value)) return fail(source, "expected a number");
  if constexpr (sizeof(F) < sizeof(double)) {
    if (std::fabs(value) >= 0x1.ffffffp127) {  // half a step above the largest float: what rounds to infinity
      char text[max_range_text];
      const auto end = std::to_chars(text, text + sizeof text, std::numeric_limits<F>::max()).ptr;
      const std::string limit(text, end);
      return fail(source, "expected a number from -" + limit + " to " + limit);
    }
  }
  *static_cast<F*>(to) = static_cast<F>(value);
  return true;
}

// ---- JsonValue

// Whether two members have one name; `ordinal` is then the later one's.
bool find_duplicate(const std::vector<JsonValue::Member>& members, std::size_t& ordinal) {
  if (members.size() <= quadratic_members) {
    for (std::size_t i = 1; i < members.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (members[i].name == members[j].name) return ordinal = i, true;
      }
    }
    return false;
  }
  std::vector<std::size_t> order(members.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    const int compared = members[a].name.compare(members[b].name);
    return compared != 0 ? compared < 0 : a < b;
  });
  bool found = false;
  for (std::size_t i = 1; i < order.size(); ++i) {
    if (members[order[i]].name != members[order[i - 1]].name) continue;
    if (!found || order[i] < ordinal) ordinal = order[i];
    found = true;
  }
  return found;
}

bool build_value(Source& source, JsonValue& out) {
  switch (source.type()) {
    case dom::element_type::NULL_VALUE:
      out = nullptr;
      return true;
    case dom::element_type::BOOL:
      out = source.element.get_bool().value_unsafe();
      return true;
    case dom::element_type::INT64:
      out = source.element.get_int64().value_unsafe();
      return true;
    case dom::element_type::UINT64:
      out = source.element.get_uint64().value_unsafe();
      return true;
    case dom::element_type::DOUBLE:
      out = source.element.get_double().value_unsafe();
      return true;
    case dom::element_type::STRING:
      out = source.element.get_string().value_unsafe();
      return true;
    case dom::element_type::ARRAY: {
      const dom::array array = source.element.get_array().value_unsafe();
      std::vector<JsonValue> items;
      items.reserve(array.size());
      for (const dom::element element : array) {
        Source item = source.child(element);
        if (!build_value(item, items.emplace_back())) return fail_in_item(source, items.size() - 1);
      }
      out = std::move(items);
      return true;
    }
    case dom::element_type::OBJECT: {
      const dom::object object = source.element.get_object().value_unsafe();
      std::vector<JsonValue::Member> members;
      members.reserve(object.size());
      for (const dom::key_value_pair pair : object) {
        Source item = source.child(pair.value);
        JsonValue::Member& member = members.emplace_back(JsonValue::Member{std::string(pair.key), {}});
        if (!build_value(item, member.value)) return fail_in_field(source, members.size() - 1, pair.key);
      }
      std::size_t ordinal = 0;
      if (find_duplicate(members, ordinal)) return fail_duplicate(source, ordinal, members[ordinal].name);
      out = ValueBuilder::object(std::move(members));
      return true;
    }
    default:
      break;  // a kind of value that a later simdjson tells only when asked to
  }
  return fail(source, "expected a value");
}

bool read_value(Source& source, const ReadType&, void* to) {
  return build_value(source, *static_cast<JsonValue*>(to));
}

// ---- structs

// The field of this name, tried first where the one before it leads to expect it: `next`.
std::size_t find_field(const ReadStruct& type, std::string_view key, std::size_t next) {
  const auto matches = [&](std::size_t i) {
    const ReadField& field = type.fields[i];
    return field.length == key.size() && std::memcmp(field.name, key.data(), key.size()) == 0;
  };
  for (std::size_t i = next; i < type.count; ++i) {
    if (matches(i)) return i;
  }
  for (std::size_t i = 0; i < next; ++i) {
    if (matches(i)) return i;
  }
  return type.count;
}

}  // namespace

bool read_struct(Source& source, const ReadType& base, void* to) {
  const auto& type = static_cast<const ReadStruct&>(base);
  dom::object object;
  if (source.element.get(object)) return fail(source, "expected an object");
  void* addresses[reflect::max_members];
  type.addresses(to, addresses);
  std::uint64_t seen = 0;
  std::size_t count = 0;
  std::size_t next = 0;
  std::size_t ordinal = 0;
  const auto end = object.end();
  for (auto member = object.begin(); member != end; ++member, ++ordinal) {
    const std::string_view key = member.key();
    const std::size_t index = find_field(type, key, next);
    if (index == type.count) continue;
    const std::uint64_t bit = std::uint64_t{1} << index;
    if ((seen & bit) != 0) return fail_duplicate(source, ordinal, key);
    seen |= bit;
    ++count;
    next = index + 1;
    const ReadType& field = *type.fields[index].type;
    Source value = source.child(member.value());
    if (!field.read(value, field, addresses[index])) return fail_in_field(source, ordinal, key);
  }
  if (count == type.count) return true;
  for (std::size_t i = 0; i < type.count; ++i) {
    if ((seen >> i & 1) != 0 || may_be_missing(type, i, addresses[i])) continue;
    source.failure.missing.assign(type.fields[i].name, type.fields[i].length);
    return false;
  }
  return true;
}

// ---- enums, optionals, containers

namespace {

template <class I>
void store_as(void* to, std::int64_t value) {
  const auto narrow = static_cast<I>(value);
  std::memcpy(to, &narrow, sizeof narrow);
}

void store_integer(void* to, std::size_t size, std::int64_t value) {
  if (size == 1) store_as<std::int8_t>(to, value);
  if (size == 2) store_as<std::int16_t>(to, value);
  if (size == 4) store_as<std::int32_t>(to, value);
  if (size == 8) store_as<std::int64_t>(to, value);
}

}  // namespace

bool read_enum(Source& source, const ReadType& base, void* to) {
  const auto& type = static_cast<const ReadEnum&>(base);
  const reflect::Enumerators& names = type.names();
  if (names.all().empty()) return type.number->read(source, *type.number, to);
  std::string_view text;
  const bool is_string = source.element.get(text) == simdjson::SUCCESS;
  if (const reflect::Enumerator* found = is_string ? names.find(text) : nullptr) {
    store_integer(to, type.scalar_size, found->value);
    return true;
  }
  if (names.all().size() > max_listed_names) {
    return fail(source, "expected one of " + std::to_string(names.all().size()) + " names");
  }
  std::string what = names.all().size() == 1 ? "expected '" : "expected one of '";
  const char* before = "";
  for (const reflect::Enumerator& one : names.all()) {
    what.append(before).append(one.name);
    before = "', '";
  }
  return fail(source, what + "'");
}

bool read_nullable(Source& source, const ReadType& base, void* to) {
  const auto& type = static_cast<const ReadNullable&>(base);
  if (source.element.is_null()) return type.reset(to), true;
  return type.item->read(source, *type.item, type.emplace(to));
}

bool read_list(Source& source, const ReadType& base, void* to) {
  const auto& type = static_cast<const ReadList&>(base);
  dom::array array;
  if (source.element.get(array)) return fail(source, "expected an array");
  type.start(to, array.size());
  std::size_t ordinal = 0;
  for (const dom::element element : array) {
    Source item = source.child(element);
    if (!type.append(to, item, *type.item)) return fail_in_item(source, ordinal);
    ++ordinal;
  }
  return true;
}

bool read_map(Source& source, const ReadType& base, void* to) {
  const auto& type = static_cast<const ReadMap&>(base);
  dom::object object;
  if (source.element.get(object)) return fail(source, "expected an object");
  type.clear(to);
  std::size_t ordinal = 0;
  for (const dom::key_value_pair pair : object) {
    void* slot = type.slot(to, pair.key);
    if (slot == nullptr) return fail_duplicate(source, ordinal, pair.key);
    Source item = source.child(pair.value);
    if (!type.item->read(item, *type.item, slot)) return fail_in_field(source, ordinal, pair.key);
    ++ordinal;
  }
  return true;
}

namespace {

// Reads an array of exactly `count` items; `read(item, index)` reads one.
template <class Read>
bool read_exactly(Source& source, std::size_t count, Read read) {
  dom::array array;
  const bool is_array = source.element.get(array) == simdjson::SUCCESS;
  if (!is_array || array.size() != count) {
    return fail(source, "expected an array of " + std::to_string(count) + (count == 1 ? " item" : " items"));
  }
  std::size_t ordinal = 0;
  for (const dom::element element : array) {
    Source item = source.child(element);
    if (!read(item, ordinal)) return fail_in_item(source, ordinal);
    ++ordinal;
  }
  return true;
}

}  // namespace

bool read_array(Source& source, const ReadType& base, void* to) {
  const auto& type = static_cast<const ReadArray&>(base);
  return read_exactly(source, type.count, [&](Source& item, std::size_t i) {
    return type.item->read(item, *type.item, static_cast<char*>(to) + i * type.stride);
  });
}

bool read_tuple(Source& source, const ReadType& base, void* to) {
  const auto& type = static_cast<const ReadTuple&>(base);
  const auto addresses = std::make_unique<void*[]>(type.count);
  type.addresses(to, addresses.get());
  return read_exactly(source, type.count, [&](Source& item, std::size_t i) {
    return type.items[i]->read(item, *type.items[i], addresses[i]);
  });
}

bool read_variant(Source& source, const ReadType& base, void* to) {
  const auto& type = static_cast<const ReadVariant&>(base);
  // When none fits, the alternative that came furthest into the value says why; when none came in at all, each says
  // what it wanted.
  Failure furthest;
  std::string wanted;
  const auto depth = [](const Failure& failure) {
    return 2 * failure.steps.size() + (failure.missing.empty() ? 0 : 1);
  };
  for (std::size_t i = 0; i < type.count; ++i) {
    const ReadType& item = *type.items[i];
    Failure failure;
    Source attempt{source.element, failure, source.rewritten};
    if (item.read(attempt, item, type.emplace(to, i))) return true;
    if (depth(failure) > depth(furthest)) {
      furthest = std::move(failure);
    } else if (depth(failure) == 0) {
      constexpr std::string_view prefix = "expected ";
      const std::string_view what = std::string_view(failure.what).substr(prefix.size());
      if (wanted.find(what) != std::string::npos) continue;
      wanted.append(wanted.empty() ? prefix : " or ").append(what);
    }
  }
  if (depth(furthest) == 0) return fail(source, std::move(wanted));
  source.failure = std::move(furthest);
  return false;
}

// ---- the tables of scalars

constexpr ReadType scalar(ReadFunction read, std::uint8_t size) {
  return {read, size, &blank_scalar};
}

template <>
const ReadType ScalarTables<bool>::read = scalar(&read_bool, sizeof(bool));
template <>
const ReadType ScalarTables<std::string>::read = {&read_string, 0, &blank_string};
template <>
const ReadType ScalarTables<JsonValue>::read = {&read_value};
template <>
const ReadType ScalarTables<Null>::read = {&read_null};
template <>
const ReadType ScalarTables<std::int8_t>::read = scalar(&read_integer<std::int8_t>, 1);
template <>
const ReadType ScalarTables<std::int16_t>::read = scalar(&read_integer<std::int16_t>, 2);
template <>
const ReadType ScalarTables<std::int32_t>::read = scalar(&read_integer<std::int32_t>, 4);
template <>
const ReadType ScalarTables<std::int64_t>::read = scalar(&read_integer<std::int64_t>, 8);
template <>
const ReadType ScalarTables<std::uint8_t>::read = scalar(&read_integer<std::uint8_t>, 1);
template <>
const ReadType ScalarTables<std::uint16_t>::read = scalar(&read_integer<std::uint16_t>, 2);
template <>
const ReadType ScalarTables<std::uint32_t>::read = scalar(&read_integer<std::uint32_t>, 4);
template <>
const ReadType ScalarTables<std::uint64_t>::read = scalar(&read_integer<std::uint64_t>, 8);
template <>
const ReadType ScalarTables<float>::read = scalar(&read_floating<float>, sizeof(float));
template <>
const ReadType ScalarTables<double>::read = scalar(&read_floating<double>, sizeof(double));

// ---- a whole text

namespace {

// Whether the text may hold what simdjson lets pass or cannot keep: a surrogate escape (older versions let a lone one
// pass), or "-0" (which becomes 0).
bool is_delicate(std::string_view text) {
  const char* end = text.data() + text.size();
  const auto find = [&](const char* from, char c) {
    return static_cast<const char*>(std::memchr(from, c, static_cast<std::size_t>(end - from)));
  };
  for (const char* at = find(text.data(), '\\'); at != nullptr && end - at > 3; at = find(at + 2, '\\')) {
    if (at[1] == 'u' && (at[2] == 'd' || at[2] == 'D') && at[3] > '7') return true;
  }
  for (const char* at = find(text.data(), '-'); at != nullptr && end - at > 1; at = find(at + 1, '-')) {
    if (at[1] == '0' && (end - at == 2 || at[2] == ',' || at[2] == '}' || at[2] == ']' || at[2] <= ' ')) return true;
  }
  return false;
}

}  // namespace

bool read_document(std::string_view text, const ReadType& type, void* to, JsonError& error) {
  const auto refuse = [&](JsonError reason) {
    error = std::move(reason);
    return false;
  };
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return refuse({"Invalid JSON: the body is empty", 1, 1, 0, {}});
  }
  if (text.starts_with("\xEF\xBB\xBF")) {
    return refuse(json::syntax_error(text, {0, "the text begins with a byte order mark; JSON is UTF-8 without one"}));
  }

  Lease parser;
  dom::element root;
  const bool delicate = is_delicate(text);
  simdjson::error_code code = delicate ? simdjson::TAPE_ERROR : parser->parse(text, root);
  json::Rewritten rewritten;
  if (code != simdjson::SUCCESS) {
    if (const auto fault = json::find_fault(text)) return refuse(json::syntax_error(text, *fault));
    rewritten = json::rewrite_numbers(text);
    if (rewritten.fault) return refuse(json::syntax_error(text, *rewritten.fault, rewritten.path));
    if (delicate || !rewritten.text.empty()) {
      code = parser->parse(rewritten.text.empty() ? text : std::string_view(rewritten.text), root);
    }
    // simdjson takes one level less than it is told, but for an innermost level that is empty. The scanner has counted.
    if (code == simdjson::DEPTH_ERROR) {
      code = parser->parse(rewritten.text.empty() ? text : std::string_view(rewritten.text), root, max_json_depth + 1);
    }
  }
  if (code != simdjson::SUCCESS) {
    return refuse(
        json::syntax_error(text, {0, "the text cannot be read (" + std::string(simdjson::error_message(code)) + ")"}));
  }

  Failure failure;
  Source source{root, failure, !rewritten.text.empty()};
  if (type.read(source, type, to)) return true;
  return refuse(json::misfit_error(text, failure));
}

}  // namespace folio::json_detail
