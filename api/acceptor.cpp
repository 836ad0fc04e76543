#include <fcntl.h>
#include <sys/socket.h>

#include <cerrno>
#include <string>

#include <api/acceptor.h>
#include <api/problem.h>

namespace belfry::api {

namespace {

Fd accept_from(const Fd& listener) {
  return Fd{::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
}

bool is_want_of_descriptors(int error_number) { return error_number == EMFILE || error_number == ENFILE; }

}  // namespace

Acceptor::Acceptor(Fd listener) : listener_(std::move(listener)) { hold_reserve(); }

void Acceptor::hold_reserve() {
  if (!reserve_) reserve_ = Fd{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
}

std::optional<Fd> Acceptor::take() {
  for (;;) {
    hold_reserve();
    if (Fd connection = accept_from(listener_)) return connection;
    const int error_number = errno;
    if (error_number == EINTR || error_number == ECONNABORTED) continue;
    if (!is_want_of_descriptors(error_number) || !reserve_) return std::nullopt;
    reserve_.reset();
    Fd connection = accept_from(listener_);
    if (!connection) return std::nullopt;
    send_away(std::move(connection), "the daemon has as many files open as it may: raise LimitNOFILE=, or try again");
  }
}

void Acceptor::send_away(Fd connection, std::string_view why) {
  const Response response = respond({.status = 503, .detail = std::string(why)});
  const std::string text =
      "HTTP/1.1 503 Service Unavailable\r\nContent-Type: " + response.content_type +
      "\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: " + std::to_string(response.body.size()) +
      "\r\n\r\n" + response.body;
  // A few hundred bytes fit into the buffer of a new connection; a client that is gone is no loss.
  (void)::send(connection.get(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  (void)::shutdown(connection.get(), SHUT_WR);
}

}  // namespace belfry::api
