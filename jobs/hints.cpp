#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include <jobs/hints.h>
#include <jobs/records.h>
#include <jobs/run_directory.h>

namespace belfry {

Result<Fd> open_hints(const std::string& runs_path) {
  const std::string path = runs_path + "/" + run_directory::hints_socket;
  Fd socket{::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (!socket) return std::unexpected(system_error("socket", path));
  // By way of the directory's descriptor: a socket's path has only 108 bytes, and a state directory may be deep.
  const Fd directory{::open(runs_path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
  if (!directory) return std::unexpected(system_error("open", runs_path));
  const std::string short_path = "/proc/self/fd/" + std::to_string(directory.get()) + "/" + run_directory::hints_socket;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, short_path.c_str(), short_path.size() + 1);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return std::unexpected(system_error("unlink", path));
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return std::unexpected(system_error("bind", path));
  }
  if (::chmod(path.c_str(), 0600) != 0) return std::unexpected(system_error("chmod", path));
  return socket;
}

void take_hints(const Fd& socket, const std::function<void(const AttemptId&)>& on_hint) {
  std::array<char, 128> name{};
  for (;;) {
    const ssize_t n = ::recv(socket.get(), name.data(), name.size(), 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return;
    const auto id = attempt_from_directory_name({name.data(), static_cast<std::size_t>(n)});
    if (id) on_hint(*id);
  }
}

}  // namespace belfry
