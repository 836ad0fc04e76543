#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cstddef>
#include <cstring>

#include <base/datagram.h>

namespace belfry {

namespace {

struct Address {
  sockaddr_un name{};
  socklen_t length = 0;
};

// REQUIRES: it fits, as open() has seen.
Address address_of(const std::string& path) {
  Address address;
  address.name.sun_family = AF_UNIX;
  std::memcpy(address.name.sun_path, path.data(), path.size());
  const bool has_file = path.front() != '@';
  if (!has_file) address.name.sun_path[0] = '\0';
  address.length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + (has_file ? 1 : 0));
  return address;
}

}  // namespace

Result<DatagramSender> DatagramSender::open(std::string path) {
  if (path.size() < 2 || path.size() >= sizeof(sockaddr_un::sun_path) || (path[0] != '/' && path[0] != '@')) {
    return std::unexpected(Error::bad_input("'" + path + "' is not the address of a socket"));
  }
  Fd socket{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (!socket) return std::unexpected(system_error("socket", path));
  return DatagramSender(std::move(socket), std::move(path));
}

Result<void> DatagramSender::send(std::string_view text) const {
  const Address address = address_of(path_);
  const auto* name = reinterpret_cast<const sockaddr*>(&address.name);
  if (::sendto(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL, name, address.length) < 0) {
    return std::unexpected(system_error("sendto", path_));
  }
  return {};
}

Result<void> DatagramSender::send_descriptor(const Fd& descriptor) const {
  Address address = address_of(path_);
  alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  message.msg_name = &address.name;
  message.msg_namelen = address.length;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr* const header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  const int fd = descriptor.get();
  std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
  if (::sendmsg(socket_.get(), &message, MSG_NOSIGNAL) < 0) return std::unexpected(system_error("sendmsg", path_));
  return {};
}

}  // namespace belfry
