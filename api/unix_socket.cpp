#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include <api/unix_socket.h>
#include <base/file.h>
#include <base/try.h>

namespace belfry::api {

namespace {

constexpr mode_t socket_mode = 0660;  // who may talk to the daemon is decided by the file's group (S40)
constexpr int backlog = 128;
constexpr std::size_t groups_expected = 32;
constexpr std::string_view scheme = "unix:";

Result<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty()) return std::unexpected(Error::bad_input("the path of the Unix socket is empty: write unix:PATH"));
  if (path.size() >= sizeof address.sun_path) {
    return std::unexpected(Error::bad_input("the path of the Unix socket is longer than " +
                                            std::to_string(sizeof address.sun_path - 1) + " bytes: " + path));
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

const sockaddr* generic(const sockaddr_un& address) { return reinterpret_cast<const sockaddr*>(&address); }

Result<Fd> new_socket(int flags = 0) {
  Fd fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0)};
  if (!fd) return std::unexpected(system_error("socket", ""));
  return fd;
}

// A file that is no socket refuses connections too, so its type is looked at first.
Result<void> remove_if_stale(const std::string& path) {
  struct stat info{};
  if (::lstat(path.c_str(), &info) != 0)
    return errno == ENOENT ? Result<void>{} : std::unexpected(system_error("lstat", path));
  if (!S_ISSOCK(info.st_mode)) {
    return std::unexpected(Error::failed("cannot listen on " + path + ": a file that is not a socket is there"));
  }
  const auto connection = connect_unix(path, Millis{100});
  if (connection || connection.error().sys_errno == EAGAIN) {
    return std::unexpected(Error{.kind = ErrorKind::busy, .what = "another process listens on " + path});
  }
  if (connection.error().sys_errno != ECONNREFUSED) return std::unexpected(connection.error());
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return std::unexpected(system_error("unlink", path));
  return {};
}

Result<void> make_parent(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos || slash == 0) return {};
  return make_directories(path.substr(0, slash));
}

Result<void> bind_to(int fd, const std::string& path) {
  const sockaddr_un address = TRY(address_of(path));
  // The mode before bind() is the one the file is made with, so it is at no moment open to everybody; afterwards once
  // more, because the umask may have taken bits away.
  if (::fchmod(fd, socket_mode) != 0) return std::unexpected(system_error("fchmod", path));
  if (::bind(fd, generic(address), sizeof address) != 0) return std::unexpected(system_error("bind", path));
  if (::chmod(path.c_str(), socket_mode) != 0) return std::unexpected(system_error("chmod", path));
  return {};
}

}  // namespace

Result<std::string> unix_socket_path(std::string_view address) {
  if (!address.starts_with(scheme)) {
    return std::unexpected(Error::bad_input("'" + std::string(address) + "' is not an address: write unix:PATH"));
  }
  std::string path(address.substr(scheme.size()));
  TRY(address_of(path));
  return path;
}

SocketFile::SocketFile(std::string path) : path_(std::move(path)) {
  struct stat info{};
  if (::lstat(path_.c_str(), &info) != 0) {
    path_.clear();
    return;
  }
  device_ = info.st_dev;
  inode_ = info.st_ino;
}

SocketFile::SocketFile(SocketFile&& other) noexcept
    : path_(std::exchange(other.path_, {})), device_(other.device_), inode_(other.inode_) {}

SocketFile& SocketFile::operator=(SocketFile&& other) noexcept {
  remove();
  path_ = std::exchange(other.path_, {});
  device_ = other.device_;
  inode_ = other.inode_;
  return *this;
}

SocketFile::~SocketFile() { remove(); }

void SocketFile::remove() const {
  struct stat info{};
  if (path_.empty() || ::lstat(path_.c_str(), &info) != 0) return;
  if (info.st_dev == device_ && info.st_ino == inode_) ::unlink(path_.c_str());
}

Result<UnixListener> listen_unix(const std::string& path) {
  TRY(address_of(path));
  TRY(make_parent(path));
  TRY(remove_if_stale(path));
  Fd fd = TRY(new_socket(SOCK_NONBLOCK));
  TRY(bind_to(fd.get(), path));
  if (::listen(fd.get(), backlog) != 0) return std::unexpected(system_error("listen", path));
  return UnixListener{.fd = std::move(fd), .file = SocketFile(path)};
}

namespace {

Result<std::vector<gid_t>> groups_of(int connection) {
  std::vector<gid_t> groups(groups_expected);
  for (;;) {
    auto size = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
    const int done = ::getsockopt(connection, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &size);
    if (done != 0 && errno != ERANGE) return std::unexpected(system_error("getsockopt", "SO_PEERGROUPS"));
    groups.resize(size / sizeof(gid_t));
    if (done == 0) return groups;
  }
}

}  // namespace

Result<Peer> peer_of(int connection) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (::getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) {
    return std::unexpected(system_error("getsockopt", "SO_PEERCRED"));
  }
  std::vector<gid_t> groups = TRY(groups_of(connection));
  return Peer{.uid = credentials.uid, .gid = credentials.gid, .groups = std::move(groups), .pid = credentials.pid};
}

Result<Fd> connect_unix(const std::string& path, Millis patience) {
  const sockaddr_un address = TRY(address_of(path));
  Fd fd = TRY(new_socket());
  const timeval limit{.tv_sec = patience.count() / 1000, .tv_usec = patience.count() % 1000 * 1000};
  if (::setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) != 0) {
    return std::unexpected(system_error("setsockopt", "SO_SNDTIMEO"));
  }
  if (::connect(fd.get(), generic(address), sizeof address) != 0) return std::unexpected(system_error("connect", path));
  return fd;
}

}  // namespace belfry::api
