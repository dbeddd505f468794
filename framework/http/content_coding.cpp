#include "http/content_coding.hpp"

#include <algorithm>
#include <optional>

#include "base/ascii.hpp"
#include "http/weight.hpp"

namespace folio::http {
namespace {

constexpr int unlisted = -1;

constexpr std::array<std::string_view, content_codings> names{"br", "zstd", "gzip", "identity"};
constexpr std::array<std::string_view, content_codings> suffixes{".br", ".zst", ".gz", ""};

std::optional<std::size_t> find_coding(std::string_view name) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (base::iequals(name, names[i])) return i;
  }
  // RFC 9110 §8.4.1.3: "A recipient SHOULD consider "x-gzip" to be equivalent to "gzip"."
  if (base::iequals(name, "x-gzip")) return static_cast<std::size_t>(ContentCoding::Gzip);
  return std::nullopt;
}

// The weight behind a coding's name, in `parameters`; nothing when it is malformed.
std::optional<int> read_weight(std::string_view parameters) {
  int weight = full_weight;
  while (!parameters.empty()) {
    const std::string_view parameter = take_until(parameters, ';');
    if (parameter.size() < 2 || base::to_lower(parameter[0]) != 'q' || parameter[1] != '=') return std::nullopt;
    const std::optional<int> parsed = parse_weight(parameter.substr(2));
    if (!parsed) return std::nullopt;
    weight = *parsed;
  }
  return weight;
}

}  // namespace

std::string_view coding_name(ContentCoding coding) {
  return names[static_cast<std::size_t>(coding)];
}

std::string_view coding_suffix(ContentCoding coding) {
  return suffixes[static_cast<std::size_t>(coding)];
}

AcceptedCodings::AcceptedCodings(std::string_view field) {
  weights_.fill(unlisted);
  int others = unlisted;  // of `*`
  while (!field.empty()) {
    std::string_view member = take_until(field, ',');
    const std::string_view name = take_until(member, ';');
    const std::optional<int> weight = read_weight(member);
    if (!weight) continue;
    if (name == "*") {
      others = std::max(others, *weight);
    } else if (const auto coding = find_coding(name)) {
      weights_[*coding] = std::max(weights_[*coding], *weight);
    }
  }
  // "The asterisk "*" symbol in an Accept-Encoding field matches any available content coding not explicitly listed in
  // the field."
  for (int& weight : weights_) {
    if (weight == unlisted) weight = others;
  }
  // "If the representation has no content coding, then it is acceptable by default unless specifically excluded": and
  // behind everything that the client has named.
  auto& identity = weights_[static_cast<std::size_t>(ContentCoding::Identity)];
  if (identity == unlisted) identity = 1;
  for (int& weight : weights_) weight = std::max(weight, 0);
}

ContentCoding AcceptedCodings::choose(std::span<const ContentCoding> available) const {
  ContentCoding best = ContentCoding::Identity;
  int best_weight = 0;
  for (const ContentCoding coding : available) {
    if (coding == ContentCoding::Identity || weight(coding) <= best_weight) continue;
    best = coding;
    best_weight = weight(coding);
  }
  return weight(ContentCoding::Identity) > best_weight ? ContentCoding::Identity : best;
}

}  // namespace folio::http
