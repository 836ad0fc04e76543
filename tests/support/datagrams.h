// The other end of what is sent by datagram: a socket in a temporary directory, and what came.
#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <base/datagram.h>
#include <base/os.h>

namespace belfry::tests {

class DatagramReceiver {
 public:
  explicit DatagramReceiver(std::string path) : path_(std::move(path)) {
    fd_ = Fd{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    REQUIRE(path_.size() < sizeof address.sun_path);
    std::memcpy(address.sun_path, path_.data(), path_.size());
    REQUIRE(::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  }

  const std::string& path() const { return path_; }

  // Takes what is there.
  const std::vector<std::string>& received() {
    std::array<char, 65536> buffer{};
    for (;;) {
      const ssize_t n = ::recv(fd_.get(), buffer.data(), buffer.size(), 0);
      if (n < 0) return received_;
      received_.emplace_back(buffer.data(), static_cast<std::size_t>(n));
    }
  }

  // Sends "full" to it until there is room for nobody; gives how often. The kernel bounds what one sender may have on
  // its way as well as what may wait here, and which bound is met first depends on the machine.
  int flood() const {
    std::vector<DatagramSender> senders;
    for (int count = 0;;) {
      const int before = count;
      senders.push_back(DatagramSender::open(path_).value());
      while (senders.back().send("full")) ++count;
      if (count == before) return count;
    }
  }

  // The descriptor that came with the next datagram, if it did.
  Fd take_descriptor() {
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    msghdr message{};
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const cmsghdr* const header = ::recvmsg(fd_.get(), &message, 0) < 0 ? nullptr : CMSG_FIRSTHDR(&message);
    if (header == nullptr || header->cmsg_type != SCM_RIGHTS) return {};
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
    return Fd{fd};
  }

  // How many datagrams that came so far hold this text.
  int count(const std::string& text) {
    int found = 0;
    for (const std::string& datagram : received()) found += datagram.find(text) != std::string::npos;
    return found;
  }
  bool has(const std::string& text) { return count(text) > 0; }

 private:
  std::string path_;
  Fd fd_;
  std::vector<std::string> received_;
};

}  // namespace belfry::tests
