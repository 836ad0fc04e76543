#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

#include <api/unix_socket.h>
#include <base/try.h>
#include <base/version.h>
#include <cli/client.h>

namespace belfry::cli {

namespace {

constexpr Millis connect_patience = std::chrono::seconds{5};

std::string written(const HttpRequest& request) {
  std::string out = request.method + " " + request.target + " HTTP/1.1\r\n";
  out += "Host: belfry\r\nConnection: close\r\nX-Belfry-Request: manual\r\n";
  out += "User-Agent: belfry/" + std::string(version()) + "\r\n";
  for (const auto& [name, value] : request.headers) out += name + ": " + value + "\r\n";
  if (!request.body.empty()) out += "Content-Type: application/json\r\n";
  if (request.method != "GET") out += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  return out + "\r\n" + request.body;
}

// Until the socket is readable.
Result<void> wait_for_bytes(int socket, const HttpRequest& request) {
  std::array<pollfd, 2> watched{pollfd{.fd = socket, .events = POLLIN, .revents = 0},
                                pollfd{.fd = request.break_off_fd, .events = POLLIN, .revents = 0}};
  int ready = 0;
  do {
    ready = ::poll(watched.data(), watched.size(), static_cast<int>(request.patience.count()));
  } while (ready < 0 && errno == EINTR);
  if (ready < 0) return std::unexpected(system_error("poll", ""));
  if (watched[1].revents != 0) return std::unexpected(system_error("poll", "", ECANCELED));
  if (ready == 0) return std::unexpected(system_error("poll", "", ETIMEDOUT));
  return {};
}

Result<void> send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return std::unexpected(system_error("send", ""));
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

Result<HttpResponse> receive(int socket, const HttpRequest& request) {
  HttpResponseReader reader(request.on_body);
  std::array<char, 65536> buffer{};
  while (!reader.is_complete()) {
    TRY(wait_for_bytes(socket, request));
    const auto n = ::recv(socket, buffer.data(), buffer.size(), 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return std::unexpected(system_error("recv", ""));
    if (n == 0) {
      TRY(reader.end());
    } else {
      TRY(reader.feed({buffer.data(), static_cast<std::size_t>(n)}));
    }
  }
  return reader.take();
}

}  // namespace

Result<HttpResponse> send_request(const std::string& socket_path, const HttpRequest& request) {
  const Fd socket = TRY(api::connect_unix(socket_path, connect_patience));
  // A server that refuses early stops reading, and its answer is still worth having: only the answer decides.
  const auto sent = send_all(socket.get(), written(request));
  auto response = receive(socket.get(), request);
  if (!response && !sent) return std::unexpected(sent.error());
  return response;
}

}  // namespace belfry::cli
