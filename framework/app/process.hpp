// What a serving program sets for its whole process.
#pragma once

namespace folio::app {

// Opens /dev/null for each standard stream that is closed; ignores SIGPIPE, so that a peer which is gone is an error
// code; has the heap keep what large messages take (docs/decisions/0017); and raises the limit on open files to what the
// system allows, since a connection is a file and the usual 1024 are few. Call it first in main.
void prepare_process() noexcept;

}  // namespace folio::app
