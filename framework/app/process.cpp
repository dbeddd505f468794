#include "app/process.hpp"

#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

namespace folio::app {

namespace {

// Bytes of a block from which on it is a mapping of its own, which the kernel makes anew and zeroes for each message;
// and bytes of the end of the heap, of each loop's, that are free and stay.
constexpr int mapped_from = 4 * 1024 * 1024;
constexpr int kept_free = 16 * 1024 * 1024;

}  // namespace

void prepare_process() noexcept {
  // A standard stream that is closed would be given to the first socket that is opened.
  for (int fd = ::open("/dev/null", O_RDWR | O_CLOEXEC); fd >= 0; fd = ::open("/dev/null", O_RDWR | O_CLOEXEC)) {
    if (fd > STDERR_FILENO) {
      ::close(fd);
      break;
    }
  }
  ::signal(SIGPIPE, SIG_IGN);
  ::mallopt(M_MMAP_THRESHOLD, mapped_from);
  ::mallopt(M_TRIM_THRESHOLD, kept_free);
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
  }
}

}  // namespace folio::app
