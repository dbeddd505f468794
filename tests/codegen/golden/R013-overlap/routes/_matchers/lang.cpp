#include <string_view>
bool match(std::string_view segment) { return segment == "de"; }
