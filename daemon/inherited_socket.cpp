#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <base/text.h>
#include <daemon/inherited_socket.h>

namespace belfry {

namespace {

constexpr int first_fd = 3;  // SD_LISTEN_FDS_START

int option(int fd, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  return ::getsockopt(fd, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
}

}  // namespace

Result<std::optional<Fd>> take_inherited_socket(
    const std::function<std::optional<std::string>(const char* name)>& environment) {
  if (environment("LISTEN_PID").value_or("") != std::to_string(::getpid())) return std::optional<Fd>{};
  const auto count = parse_unsigned(environment("LISTEN_FDS").value_or(""));
  if (!count || *count == 0) return std::optional<Fd>{};
  if (*count > 1) {
    return std::unexpected(Error::bad_input("systemd hands over " + std::to_string(*count) +
                                            " sockets; the daemon takes one: leave a single ListenStream="));
  }
  Fd fd{first_fd};
  const bool listens = option(fd.get(), SO_ACCEPTCONN) == 1 && option(fd.get(), SO_DOMAIN) == AF_UNIX;
  if (!listens) {
    return std::unexpected(
        Error::bad_input("what systemd hands over is not a listening Unix socket: look at the "
                         "ListenStream= of belfry.socket"));
  }
  if (::fcntl(fd.get(), F_SETFD, FD_CLOEXEC) != 0 ||
      ::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) | O_NONBLOCK) != 0) {
    return std::unexpected(system_error("fcntl", "the socket that systemd handed over"));
  }
  return std::optional(std::move(fd));
}

}  // namespace belfry
