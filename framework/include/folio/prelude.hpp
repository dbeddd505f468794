// What generated code and editors include before a route file: the public API, and what binds handlers. Precompiled.
#pragma once

#include <folio/folio.hpp>
#include <folio/route_unit.hpp>
