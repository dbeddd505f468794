#include "http/request_head.hpp"

#include "base/ascii.hpp"

namespace folio::http {

void RequestHead::reset() {
  method = Method::Other;
  target_form = TargetForm::Origin;
  minor_version = 1;
  framing = Framing::None;
  keep_alive = true;
  expect_continue = false;
  upgrade = false;
  has_query = false;
  method_text = target = path = query = host = upgrade_protocols = Span{};
  content_length = 0;
  fields.clear();
}

// REQUIRES: the target is no absolute one, whose host stands in the request line.
void RequestHead::move_fields(std::uint32_t distance) {
  for (Field& field : fields) {
    field.name.offset += distance;
    field.value.offset += distance;
  }
  host.offset += distance;
  upgrade_protocols.offset += distance;
}

std::string_view RequestHead::path_in(std::string_view block) const {
  if (!path.empty()) return path.in(block);
  return method == Method::Options && !has_query ? "*" : "/";
}

const Field* RequestHead::find(std::string_view block, std::string_view name, const Field* previous) const {
  const Field* field = previous == nullptr ? fields.begin() : previous + 1;
  for (const Field* end = fields.end(); field != end; ++field) {
    if (field->name.length == name.size() && base::iequals(field->name.in(block), name)) return field;
  }
  return nullptr;
}

std::string_view RequestHead::value(std::string_view block, std::string_view name) const {
  const Field* field = find(block, name);
  return field == nullptr ? std::string_view() : field->value.in(block);
}

}  // namespace folio::http
