// A view after the text that it looks into was copied elsewhere.
#pragma once

#include <functional>
#include <string_view>

namespace folio::base {

// `view` as it is in the copy of `text` that begins at `copy`. One that does not look into the text stays as it is.
inline std::string_view moved_view(std::string_view view, std::string_view text, const char* copy) noexcept {
  const std::less_equal<const char*> not_behind;
  const char* const begin = text.data();
  if (!not_behind(begin, view.data()) || !not_behind(view.data(), begin + text.size())) return view;
  return {copy + (view.data() - begin), view.size()};
}

}  // namespace folio::base
