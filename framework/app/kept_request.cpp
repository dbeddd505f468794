#include "app/kept_request.hpp"

#include <cstring>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "app/dispatch.hpp"
#include "app/exchange.hpp"

namespace folio::app {

struct KeptRequest::Rest {
  std::shared_ptr<std::string> body;
  std::vector<detail::ErasedValue> values;
  std::shared_ptr<const ClientCertificate> client_certificate;
  std::unique_ptr<Trace> trace;
};

namespace {

// It has been held against the server's limits when it came.
http::Limits no_limits() {
  constexpr std::size_t longest_head = 1U << 30U;
  return {.max_target = longest_head,
          .max_head = longest_head,
          .max_fields = longest_head,
          .max_body = std::numeric_limits<std::uint64_t>::max()};
}

}  // namespace

KeptRequest::KeptRequest() = default;
KeptRequest::KeptRequest(KeptRequest&&) noexcept = default;
KeptRequest& KeptRequest::operator=(KeptRequest&&) noexcept = default;
KeptRequest::~KeptRequest() = default;

KeptRequest::KeptRequest(Exchange& exchange)
    : application_(std::move(exchange.application)), secure_(exchange.data.scheme == "https") {
  detail::RequestData& data = exchange.data;
  const std::string_view texts[] = {data.block, data.remote_address, data.host, data.id};
  std::size_t size = 0;
  for (const auto text : texts) size += text.size();
  text_ = std::make_unique_for_overwrite<char[]>(size);
  char* at = text_.get();
  for (const auto text : texts) at = static_cast<char*>(std::memcpy(at, text.data(), text.size())) + text.size();
  head_ = static_cast<std::uint32_t>(data.block.size());
  address_ = static_cast<std::uint16_t>(data.remote_address.size());
  host_ = static_cast<std::uint32_t>(data.host.size());
  id_ = static_cast<std::uint8_t>(data.id.size());
  if (!data.body && data.values.empty() && !data.client_certificate && !data.trace) return;
  rest_ = std::make_unique<Rest>(Rest{.body = std::move(data.body),
                                      .values = std::move(data.values),
                                      .client_certificate = std::move(data.client_certificate),
                                      .trace = std::move(data.trace)});
}

std::unique_ptr<Exchange> KeptRequest::restore() && {
  auto exchange = std::make_unique<Exchange>(no_limits());
  exchange->block.append({text_.get(), std::size_t{head_} + address_ + host_ + id_});
  detail::RequestData& data = exchange->data;
  const char* const text = exchange->block.data();
  std::size_t at = 0;
  const auto next = [&](std::size_t length) { return std::string_view(text + std::exchange(at, at + length), length); };
  data.block = next(head_);
  (void)exchange->parser.parse_head(data.block);
  data.head = &exchange->parser.head();
  data.remote_address = next(address_);
  data.host = next(host_);
  data.id = next(id_);
  data.secure = secure_;
  data.scheme = secure_ ? "https" : "http";
  if (rest_) {
    data.body = std::move(rest_->body);
    data.values = std::move(rest_->values);
    data.client_certificate = std::move(rest_->client_certificate);
    data.trace = std::move(rest_->trace);
  }
  exchange->application = std::move(application_);
  route(*exchange, *exchange->application);
  exchange->shrink();
  text_.reset();
  rest_.reset();
  return exchange;
}

}  // namespace folio::app
