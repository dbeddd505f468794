// The head of one request, as offsets into the block of bytes that it was parsed from. The block may move between the
// parse and the use: every accessor takes it again. Reused from request to request: once its list has room, it does not
// allocate. One thread at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <folio/method.hpp>
#include <span>
#include <string_view>
#include <vector>

namespace folio::http {

// A run of bytes in a request's block.
struct Span {
  std::uint32_t offset = 0;
  std::uint32_t length = 0;

  [[nodiscard]] bool empty() const { return length == 0; }
  // REQUIRES: `block` is the request's block, or starts with the same head.
  [[nodiscard]] std::string_view in(std::string_view block) const { return {block.data() + offset, length}; }
};

// One field line. The name is a token as the client wrote it; the value is without the white space around it.
struct Field {
  Span name;
  Span value;
};

class FieldList {
 public:
  static constexpr std::size_t first_room = 32;  // fields of a head that allocates once, with the first of its list

  [[nodiscard]] std::size_t size() const { return fields_.size(); }
  [[nodiscard]] bool empty() const { return fields_.empty(); }
  [[nodiscard]] const Field* data() const { return fields_.data(); }
  [[nodiscard]] const Field* begin() const { return data(); }
  [[nodiscard]] const Field* end() const { return data() + size(); }
  [[nodiscard]] Field* begin() { return fields_.data(); }
  [[nodiscard]] Field* end() { return begin() + size(); }
  [[nodiscard]] const Field& operator[](std::size_t index) const { return fields_[index]; }

  void clear() { fields_.clear(); }
  void push_back(Field field) {
    if (fields_.capacity() == 0) fields_.reserve(first_room);
    fields_.push_back(field);
  }
  // Gives back what is not needed, for a list that stays as it is for long.
  void shrink() { fields_.shrink_to_fit(); }

 private:
  std::vector<Field> fields_;
};

// How the end of the body is found. RFC 9112 §6.3; a request has no body that ends with the connection.
enum class Framing : std::uint8_t { None, Length, Chunked };

// RFC 9112 §3.2. Authority-form belongs to CONNECT, which is refused.
enum class TargetForm : std::uint8_t { Origin, Absolute, Asterisk };

struct RequestHead {
  Method method = Method::Other;  // Other: a method that HTTP knows and route files do not, PROPFIND for one
  TargetForm target_form = TargetForm::Origin;
  std::uint8_t minor_version = 1;  // HTTP/1.minor_version: 0 or 1
  Framing framing = Framing::None;
  // RFC 9112 §9.3: the client wants the connection to persist after the response.
  bool keep_alive = true;
  // RFC 9110 §10.1.1: the client waits for 100 (Continue) before it sends the body. Never set without a body.
  bool expect_continue = false;
  // RFC 9110 §7.8: `Upgrade` together with `Connection: upgrade`, HTTP/1.1 only. A server is free to ignore it.
  bool upgrade = false;
  bool has_query = false;  // tells `/a?` from `/a`

  Span method_text;
  Span target;  // as it was sent
  Span path;    // raw, still percent-encoded; use path_in, which knows what an empty one means
  Span query;   // raw, without the `?`
  // The authority that the request is for. RFC 9112 §3.2.2: "When an origin server receives a request with an
  // absolute-form of request-target, the origin server MUST ignore the received Host header field (if any) and instead
  // use the host information of the request-target." Empty only on HTTP/1.0.
  Span host;
  Span upgrade_protocols;  // the value of the first Upgrade field; set whenever the field is there

  std::uint64_t content_length = 0;  // REQUIRES: framing == Framing::Length
  FieldList fields;                  // in the order of arrival, repeated names included

  void reset();
  // The field lines stand so many bytes further on in the block; modulo 2^32, so that it may be less.
  void move_fields(std::uint32_t distance);

  // The path to route by. An absolute-form target without a path means `/`, or `*` with OPTIONS (RFC 9112 §3.2.4).
  [[nodiscard]] std::string_view path_in(std::string_view block) const;

  // The first field of that name after `previous` (from the start when null), or null. Names compare without case.
  [[nodiscard]] const Field* find(std::string_view block, std::string_view name, const Field* previous = nullptr) const;
  // The value of the first field of that name, or an empty view.
  [[nodiscard]] std::string_view value(std::string_view block, std::string_view name) const;
};

}  // namespace folio::http
