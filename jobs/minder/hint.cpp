#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <jobs/minder/hint.h>
#include <jobs/minder/time.h>
#include <jobs/run_directory.h>

namespace belfry::minder {
namespace {

constexpr uint64_t full_ms = 10;
constexpr uint64_t later_ms = 50;

}  // namespace

void Hint::send_later() {
  if (due_at_ == 0) due_at_ = boot_ms() + later_ms;
}

// To the path each time: behind it may by now stand the next daemon's socket. Relative, because a socket's path has
// only 108 bytes and a state directory may be deep.
void Hint::send() {
  if (fd_ < 0) fd_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  due_at_ = 0;
  if (fd_ < 0) return;
  struct sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  memcpy(address.sun_path, run_directory::hints_socket_from_within, sizeof run_directory::hints_socket_from_within);
  const ssize_t n =
      sendto(fd_, name_, strlen(name_), MSG_NOSIGNAL, reinterpret_cast<struct sockaddr*>(&address), sizeof address);
  const bool is_full = n < 0 && (errno == EAGAIN || errno == ENOBUFS || errno == EINTR);
  if (is_full) due_at_ = boot_ms() + full_ms;
}

}  // namespace belfry::minder
