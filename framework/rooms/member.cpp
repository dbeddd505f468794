#include "rooms/member.hpp"

#include <utility>

namespace folio::room {

const base::SharedBytes& JoinedFrames::bytes(std::span<const Parcel> parcels) {
  if (bytes_) return bytes_;
  payload_size_ = 0;
  for (const Parcel& parcel : parcels) payload_size_ += parcel.payload.size();
  if (parcels.size() == 1) return bytes_ = parcels.front().frame;
  std::string all;
  std::size_t size = 0;
  for (const Parcel& parcel : parcels) size += parcel.frame->size();
  all.reserve(size);
  for (const Parcel& parcel : parcels) all += *parcel.frame;
  return bytes_ = std::make_shared<const std::string>(std::move(all));
}

}  // namespace folio::room
