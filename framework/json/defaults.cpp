#include "json/defaults.hpp"

#include <folio/detail/initialiser.hpp>

#include <algorithm>
#include <memory>
#include <string>

namespace folio::json_detail {

bool may_be_missing(const ReadStruct& type, std::size_t index, const void* value) {
  const ReadType& field = *type.fields[index].type;
  if (field.blank == nullptr || !field.blank(field, value)) return true;
  const Shape shape{type.size, type.alignment, type.construct, type.destroy, type.addresses};
  return field.scalar_size > 0 && has_initialiser(shape, index, field.scalar_size);
}

bool blank_string(const ReadType&, const void* value) {
  return static_cast<const std::string*>(value)->empty();
}

bool blank_scalar(const ReadType& type, const void* value) {
  const auto* bytes = static_cast<const unsigned char*>(value);
  return std::all_of(bytes, bytes + type.scalar_size, [](unsigned char byte) { return byte == 0; });
}

namespace {

bool is_blank(const ReadType& type, const void* value) {
  return type.blank == nullptr || type.blank(type, value);
}

}  // namespace

bool blank_array(const ReadType& base, const void* value) {
  const auto& type = static_cast<const ReadArray&>(base);
  for (std::size_t i = 0; i < type.count; ++i) {
    if (!is_blank(*type.item, static_cast<const char*>(value) + i * type.stride)) return false;
  }
  return true;
}

bool blank_tuple(const ReadType& base, const void* value) {
  const auto& type = static_cast<const ReadTuple&>(base);
  const auto addresses = std::make_unique<void*[]>(type.count);
  type.addresses(const_cast<void*>(value), addresses.get());
  for (std::size_t i = 0; i < type.count; ++i) {
    if (!is_blank(*type.items[i], addresses[i])) return false;
  }
  return true;
}

bool blank_struct(const ReadType& base, const void* value) {
  const auto& type = static_cast<const ReadStruct&>(base);
  void* addresses[reflect::max_members] = {};
  type.addresses(const_cast<void*>(value), addresses);
  for (std::size_t i = 0; i < type.count; ++i) {
    if (!is_blank(*type.fields[i].type, addresses[i])) return false;
  }
  return true;
}

bool blank_variant(const ReadType& base, const void* value) {
  const auto& type = static_cast<const ReadVariant&>(base);
  std::size_t index = 0;
  const void* current = type.get(value, index);
  return index == 0 && is_blank(*type.items[0], current);
}

}  // namespace folio::json_detail
