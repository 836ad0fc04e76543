#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>

#include <tests/os/jobs/http_server.h>

namespace belfry::tests {

namespace {

bool is_whole(const std::string& request) {
  const std::size_t head = request.find("\r\n\r\n");
  if (head == std::string::npos) return false;
  const std::size_t length = request.find("Content-Length: ");
  if (length == std::string::npos || length > head) return true;
  return request.size() >= head + 4 + std::stoul(request.substr(length + 16));
}

}  // namespace

HttpServer::HttpServer(std::function<std::string(const std::string&)> answer) : answer_(std::move(answer)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
  REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  REQUIRE(::listen(listener_, 8) == 0);
  socklen_t size = sizeof address;
  REQUIRE(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  port_ = ::ntohs(address.sin_port);
  stop_ = ::eventfd(0, EFD_CLOEXEC);
  thread_ = std::thread([this] { serve(); });
}

HttpServer::~HttpServer() {
  ::eventfd_write(stop_, 1);
  thread_.join();
  ::close(listener_);
  ::close(stop_);
}

void HttpServer::serve() {
  for (;;) {
    std::array<pollfd, 2> ready{pollfd{.fd = listener_, .events = POLLIN, .revents = 0},
                                pollfd{.fd = stop_, .events = POLLIN, .revents = 0}};
    ::poll(ready.data(), ready.size(), -1);
    if (ready[1].revents != 0) return;
    const int connection = ::accept(listener_, nullptr, nullptr);
    if (connection < 0) continue;
    answer(connection);
    ::close(connection);
  }
}

void HttpServer::answer(int connection) {
  std::string request;
  std::array<char, 4096> buffer{};
  while (!is_whole(request)) {
    const ssize_t n = ::read(connection, buffer.data(), buffer.size());
    if (n <= 0) return;
    request.append(buffer.data(), static_cast<std::size_t>(n));
  }
  const std::string answer = answer_(request);
  if (answer.empty()) {  // until the other end has had enough
    pollfd gone{.fd = connection, .events = POLLIN, .revents = 0};
    std::array<pollfd, 2> ready{gone, pollfd{.fd = stop_, .events = POLLIN, .revents = 0}};
    ::poll(ready.data(), ready.size(), -1);
    return;
  }
  for (std::size_t sent = 0; sent < answer.size();) {
    const ssize_t n = ::send(connection, answer.data() + sent, answer.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) return;
    sent += static_cast<std::size_t>(n);
  }
}

std::string http_answer(const std::string& status, const std::string& body, const std::string& headers) {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n" +
         headers + "\r\n" + body;
}

}  // namespace belfry::tests
