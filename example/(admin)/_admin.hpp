// Who is allowed in: what _middleware.cpp leaves for the handlers of this folder.
#pragma once

#include <string>

struct Admin {
  std::string name;
};
