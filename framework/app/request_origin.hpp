// Where a request comes from and what it was sent to, as trusted proxies say it or else as the connection has it.
#pragma once

#include "app/exchange.hpp"

namespace folio::app {

// Fills in scheme and host of the request's data, once a request. REQUIRES: the head is complete, and the connection is
// there or there is none.
void resolve_origin(detail::RequestData& data);

// The same with remote_address, which is a system call where no proxy has told it.
void resolve_address(detail::RequestData& data);

}  // namespace folio::app
