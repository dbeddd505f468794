#include "app/compression.hpp"

#include <folio/offload.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "app/connection.hpp"
#include "app/worker.hpp"
#include "base/ascii.hpp"
#include "http/content_encoder.hpp"

namespace folio::app {

namespace {

using http::ContentCoding;

// In the order in which they are sent to a client that takes several as gladly: measured, the first one comes to the same
// size as the others in half of the time of the next.
constexpr std::array codings{ContentCoding::Zstd, ContentCoding::Brotli, ContentCoding::Gzip};

// Beside text/…, and whatever ends with +json, +xml or +text.
constexpr std::array<std::string_view, 16> types{
    "application/json",         "application/javascript",        "application/xml",
    "application/wasm",         "application/x-javascript",      "application/manifest+json",
    "application/graphql",      "application/x-ndjson",          "application/yaml",
    "application/toml",         "application/rtf",               "application/vnd.ms-fontobject",
    "font/ttf",                 "font/otf",                      "image/bmp",
    "image/x-icon",
};

// Fields that say something about the bytes as they are now: of a part, or of a digest that somebody will check.
constexpr std::array<std::string_view, 5> binding_fields{"Content-Encoding", "Content-Range", "Content-Digest",
                                                         "Repr-Digest", "Content-MD5"};

const ResponseCompression& settings_of(const Exchange& exchange) {
  return exchange.connection->worker().config().compression;
}

bool list_has(const Response& response, std::string_view name, std::string_view wanted) {
  bool found = false;
  for (const HeaderField& field : response.headers) {
    if (!base::iequals(field.name.view(), name)) continue;
    base::for_each_list_member(field.value.view(), [&](std::string_view member) {
      found = found || base::iequals(member, wanted);
    });
  }
  return found;
}

// Whether the response may be another one for another client, as far as we are concerned.
bool is_candidate(const Response& response) {
  // RFC 9110 §15.3.7: a 206 carries parts of a representation that the client has the rest of.
  if (response.status_code < 200 || response.status_code == 206) return false;
  if (response.file_body || response.streamed) return false;  // its bytes are not here
  if (!is_compressible(response.content_type.view())) return false;
  for (const HeaderField& field : response.headers) {
    for (const std::string_view name : binding_fields) {
      if (base::iequals(field.name.view(), name)) return false;
    }
  }
  // RFC 9111 §5.2.2.6: "an intermediary … MUST NOT transform the content"; who says so wants its bytes left alone.
  return !list_has(response, "Cache-Control", "no-transform");
}

void add_vary(Response& response) {
  if (list_has(response, "Vary", "Accept-Encoding") || list_has(response, "Vary", "*")) return;
  response.headers.push_back({"Vary", "Accept-Encoding"});
}

http::AcceptedCodings accepted(const Exchange& exchange) {
  const auto& data = exchange.data;
  const http::Field* field = data.head->find(data.block, "Accept-Encoding");
  if (field == nullptr) return {};
  const http::Field* next = data.head->find(data.block, "Accept-Encoding", field);
  if (next == nullptr) return http::AcceptedCodings(field->value.in(data.block));
  std::string list(field->value.in(data.block));
  for (; next != nullptr; next = data.head->find(data.block, "Accept-Encoding", next)) {
    list.append(",").append(next->value.in(data.block));
  }
  return http::AcceptedCodings(list);
}

void weaken(HeaderValue& tag) {
  if (!tag.view().starts_with("W/")) tag = HeaderValue("W/" + std::string(tag.view()));
}

// RFC 9110 §15.4.5: a 304 has the fields ETag and Vary "that would have been sent in a 200 (OK) response to the same
// request". The client names the tag that it was given, which tells how it was sent.
void match_not_modified(const Exchange& exchange, Response& response) {
  if (!is_candidate(response)) return;
  add_vary(response);
  const std::string_view known = exchange.request.header("If-None-Match");
  for (HeaderField& field : response.headers) {
    if (!base::iequals(field.name.view(), "ETag")) continue;
    if (known.find("W/" + std::string(field.value.view())) != std::string_view::npos) weaken(field.value);
  }
}

void count(const Exchange& exchange, ContentCoding coding, std::size_t before, std::size_t after) {
  auto& counters = exchange.connection->worker().metrics().compressed[static_cast<std::size_t>(coding)];
  counters.responses.add(1);
  counters.plain_bytes.add(before);
  counters.coded_bytes.add(after);
}

// Takes the encoded body, if it is any smaller.
void take(const Exchange& exchange, Response& response, ContentCoding coding, std::string encoded) {
  if (encoded.size() >= response.body.size()) return;
  count(exchange, coding, response.body.size(), encoded.size());
  response.body = std::move(encoded);
  mark_encoded(response, coding);
}

}  // namespace

bool is_compressible(std::string_view content_type) {
  const std::string_view type = base::trim_ows(content_type.substr(0, content_type.find(';')));
  if (base::istarts_with(type, "text/")) return true;
  for (const std::string_view suffix : {"+json", "+xml", "+text"}) {
    if (type.size() > suffix.size() && base::iequals(type.substr(type.size() - suffix.size()), suffix)) return true;
  }
  return std::ranges::any_of(types, [&](std::string_view each) { return base::iequals(type, each); });
}

int level_of(const ResponseCompression& settings, ContentCoding coding) {
  // A level that there is not would be an encoder that there is not.
  switch (coding) {
    case ContentCoding::Zstd:
      return std::clamp(settings.zstd_level, 1, 19);
    case ContentCoding::Brotli:
      return std::clamp(settings.brotli_level, 0, 11);
    case ContentCoding::Gzip:
    case ContentCoding::Identity:
      break;
  }
  return std::clamp(settings.gzip_level, 1, 9);
}

std::optional<ContentCoding> choose_coding(const Exchange& exchange, Response& response,
                                           std::optional<std::size_t> size) {
  const ResponseCompression& settings = settings_of(exchange);
  if (!settings.on || (size && (*size < settings.from || *size > settings.up_to))) return std::nullopt;
  if (!is_candidate(response)) return std::nullopt;
  add_vary(response);
  const ContentCoding coding = accepted(exchange).choose(codings);
  if (coding == ContentCoding::Identity) return std::nullopt;
  return coding;
}

void mark_encoded(Response& response, ContentCoding coding) {
  response.headers.push_back({"Content-Encoding", HeaderValue::constant(http::coding_name(coding))});
  // RFC 9110 §8.8.3.3: two codings of one resource must not share a strong validator. A weak one says that they mean the
  // same, and no more. With it go ranges, which would be of the bytes before they were encoded.
  std::erase_if(response.headers,
                [](const HeaderField& field) { return base::iequals(field.name.view(), "Accept-Ranges"); });
  for (HeaderField& field : response.headers) {
    if (base::iequals(field.name.view(), "ETag")) weaken(field.value);
  }
}

Compressing compress(Exchange& exchange, Response& response) {
  if (!may_compress(settings_of(exchange), response)) return Compressing::Done;
  if (response.status_code == 304) {
    match_not_modified(exchange, response);
    return Compressing::Done;
  }
  const auto coding = choose_coding(exchange, response, response.body.size());
  if (!coding) return Compressing::Done;
  const ResponseCompression& settings = settings_of(exchange);
  if (response.body.size() > settings.on_loop) return Compressing::Elsewhere;
  take(exchange, response, *coding, http::encode_content(*coding, level_of(settings, *coding), response.body));
  return Compressing::Done;
}

Task<> compress_elsewhere(Exchange& exchange, Response& response) {
  const auto coding = choose_coding(exchange, response, response.body.size());
  if (!coding) co_return;
  // The client may go while it is done, and with it the response: the work has a body of its own.
  struct Work {
    std::string plain;
    std::string encoded;
  };
  const int level = level_of(settings_of(exchange), *coding);
  Work work = co_await offload([coding = *coding, level, plain = std::move(response.body)]() mutable {
    std::string encoded = http::encode_content(coding, level, plain);
    return Work{std::move(plain), std::move(encoded)};
  });
  response.body = std::move(work.plain);
  take(exchange, response, *coding, std::move(work.encoded));
}

}  // namespace folio::app
