#include <algorithm>

#include <api/http.h>
#include <api/routes.h>
#include <api/server.h>
#include <api/unix_socket.h>
#include <base/try.h>

namespace belfry::api {

// Declared in the order of construction: the server goes before the routes its handler calls, and the socket file
// goes last.
class Server::State {
 public:
  State(SocketFile file, Backend& backend) : file_(std::move(file)), routes_(backend, Roles::of_this_machine()) {}

  Result<void> start(HttpServer::Options options) {
    http_ = TRY(HttpServer::start(
        std::move(options), [this](const Request& request, const Reply& reply) { routes_.handle(request, reply); }));
    return {};
  }

  int fd() const { return http_->fd(); }

  std::optional<Millis> timeout() {
    const auto http = http_->timeout();
    const auto routes = routes_.timeout();
    return http && routes ? std::min(*http, *routes) : http ? http : routes;
  }

  void dispatch() {
    routes_.expire();
    http_->dispatch();
  }

  void tell(const Notice& notice) { routes_.tell(notice); }
  void config_changed() { routes_.config_changed(); }

 private:
  SocketFile file_;
  Routes routes_;
  std::unique_ptr<HttpServer> http_;
};

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}
Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::open(Options options, Backend& backend) {
  UnixListener listener{.fd = std::move(options.listener), .file = SocketFile("")};
  if (!listener.fd) listener = TRY(listen_unix(options.socket_path));
  auto state = std::make_unique<State>(std::move(listener.file), backend);
  TRY(state->start({.listener = std::move(listener.fd), .connections_max = options.connections_max, .now = [&backend] {
                      return backend.now().boot;
                    }}));
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

int Server::fd() const { return state_->fd(); }
std::optional<Millis> Server::timeout() { return state_->timeout(); }
void Server::dispatch() { state_->dispatch(); }
void Server::tell(const Notice& notice) { state_->tell(notice); }
void Server::config_changed() { state_->config_changed(); }

}  // namespace belfry::api
