#include <string_view>
bool match(std::string_view) { return true; }
