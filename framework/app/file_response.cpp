#include "app/file_response.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/exchange.hpp"
#include "base/http_date.hpp"
#include "core/file_body.hpp"
#include "crypto/random.hpp"
#include "http/conditional.hpp"
#include "http/range.hpp"

namespace folio::app {
namespace {

// A field of a request, with those of the same name behind commas. RFC 9110 §5.3: a recipient "MAY combine multiple
// field lines within a field section that have the same field name into one field line".
class JoinedField {
 public:
  JoinedField(const Request& request, std::string_view name) {
    const auto& data = request.data();
    const http::Field* field = data.head->find(data.block, name);
    if (field == nullptr) return;
    value_ = field->value.in(data.block);
    while ((field = data.head->find(data.block, name, field)) != nullptr) {
      if (joined_.empty()) joined_ = *value_;
      joined_.append(", ").append(field->value.in(data.block));
      value_ = joined_;
    }
  }
  JoinedField(const JoinedField&) = delete;
  JoinedField& operator=(const JoinedField&) = delete;

  [[nodiscard]] const std::optional<std::string_view>& value() const { return value_; }

 private:
  std::optional<std::string_view> value_;
  std::string joined_;
};

const Representation& choose(const Request& request, const ServedFile& served) {
  const auto& all = served.representations;
  if (all.size() == 1) return all.front();
  const JoinedField field(request, "Accept-Encoding");
  if (!field.value()) return all.front();
  std::vector<http::ContentCoding> codings;
  for (const Representation& one : all) codings.push_back(one.coding);
  const http::ContentCoding best = http::AcceptedCodings(*field.value()).choose(codings);
  return *std::ranges::find(all, best, &Representation::coding);
}

// std::time is up to a tick behind the clock that files have their times of: what was written this instant would be of the
// future.
std::int64_t seconds_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::floor<std::chrono::seconds>(now).count();
}

std::string make_boundary() {
  std::array<unsigned char, 12> bytes{};
  crypto::random_bytes(bytes);
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : bytes) text.append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
  return text;
}

// RFC 9110 §15.3.7.
void make_partial(Response& response, const Representation& chosen, const std::vector<http::ByteRange>& ranges) {
  const std::uint64_t size = chosen.file->size();
  response.status_code = 206;
  if (ranges.size() == 1) {
    response.header("Content-Range", http::content_range(ranges[0], size));
    response.file_body = std::make_shared<const detail::FileBody>(chosen.file, ranges[0].first, ranges[0].length);
    return;
  }
  const std::string boundary = make_boundary();
  auto body = std::make_shared<detail::FileBody>();
  for (const http::ByteRange& range : ranges) {
    body->parts.push_back({.text = http::part_head(boundary, response.content_type, range, size),
                           .file = chosen.file,
                           .offset = range.first,
                           .length = range.length});
  }
  body->parts.push_back({.text = http::multipart_end(boundary), .file = nullptr});
  response.content_type = "multipart/byteranges; boundary=" + boundary;
  response.file_body = std::move(body);
}

}  // namespace

Result<Response> respond_with_file(const Request& request, const ServedFile& served, const FilePolicy& policy) {
  const Representation& chosen = choose(request, served);
  const std::uint64_t size = chosen.file->size();
  const std::int64_t now = seconds_now();
  // RFC 9110 §8.8.2.1: "An origin server with a clock MUST NOT generate a Last-Modified date that is later than the
  // server's message origination time".
  const bool of_the_future = chosen.file->status().modified_seconds() > now;
  const std::int64_t modified = of_the_future ? now : chosen.file->status().modified_seconds();

  const JoinedField if_match(request, "If-Match");
  const JoinedField if_none_match(request, "If-None-Match");
  const JoinedField if_modified_since(request, "If-Modified-Since");
  const JoinedField if_unmodified_since(request, "If-Unmodified-Since");
  const JoinedField if_range(request, "If-Range");
  const http::Preconditions conditions{.if_match = if_match.value(),
                                       .if_none_match = if_none_match.value(),
                                       .if_modified_since = if_modified_since.value(),
                                       .if_unmodified_since = if_unmodified_since.value(),
                                       .if_range = if_range.value()};
  const http::Validators current{.tag = http::parse_entity_tag(chosen.entity_tag), .modified = modified};
  const http::Verdict verdict = http::evaluate(conditions, current, request.method_kind(), now);
  if (verdict == http::Verdict::PreconditionFailed) {
    return AppError(412, "the file is not, or no longer, what the request expects").header("ETag", chosen.entity_tag);
  }

  Response response;
  response.headers.reserve(7);
  response.header("ETag", chosen.entity_tag)
      .header("Last-Modified", of_the_future ? base::http_date(now) : chosen.last_modified);
  if (policy.trust_hashes && served.has_content_hash) {
    response.header("Cache-Control", "public, max-age=31536000, immutable");
  } else {
    response.header("Cache-Control", "no-cache");  // kept, and asked for each time whether it is still good
  }
  if (served.representations.size() > 1) response.header("Vary", "Accept-Encoding");
  if (verdict == http::Verdict::NotModified) {
    response.status_code = 304;
    return response;
  }
  response.content_type = HeaderValue::constant(served.media_type);
  if (chosen.coding != http::ContentCoding::Identity) {
    response.header("Content-Encoding", HeaderValue::constant(http::coding_name(chosen.coding)));
  }
  response.header("Accept-Ranges", "bytes").header("X-Content-Type-Options", "nosniff");

  // RFC 9110 §14.2: "A server MUST ignore a Range header field received with a request method that is unrecognized or
  // for which range handling is not defined. For this specification, GET is the only method for which range handling is
  // defined."
  const JoinedField range(request, "Range");
  if (range.value() && request.method_kind() == Method::Get && http::range_applies(conditions, current, now)) {
    const auto selection = http::select_ranges(*range.value(), size, policy.max_ranges);
    if (selection.outcome == http::RangeSelection::Outcome::Unsatisfiable) {
      return AppError(416, "the file has " + std::to_string(size) + " bytes, and none of those that are asked for")
          .header("Content-Range", http::unsatisfied_range(size))
          .header("Accept-Ranges", "bytes");
    }
    if (selection.outcome == http::RangeSelection::Outcome::Partial) {
      make_partial(response, chosen, selection.ranges);
      return response;
    }
  }
  response.file_body = std::make_shared<const detail::FileBody>(chosen.file, 0, size);
  return response;
}

}  // namespace folio::app
