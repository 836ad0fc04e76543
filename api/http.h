// HTTP/1.1 over a listening socket, inside somebody else's loop. The one file that names microhttpd.h.
//
// Theory of operation. libmicrohttpd runs without threads: its epoll descriptor is our fd(), MHD_run our dispatch().
// A request is handed to the handler once its body is complete. If the handler replies before it returns, the
// response goes out in the same dispatch(). If not, the connection is suspended: it costs a descriptor and no work
// until the reply comes. Then it is resumed; that does not make fd() readable, so timeout() is zero until the next
// dispatch(). The same goes for bytes that the library has read but not looked at yet (its epoll is edge-triggered):
// whoever sleeps on fd() alone will miss them.
//
// A BodyStream is read whenever its client can take more. One that has nothing at the moment is suspended too (a reader
// that gives nothing would be asked again at once, for ever), and timeout() says when it wants to be asked again.
//
// The library does not look at suspended connections, so a second poller does: a client that hangs up while it waits is
// noticed at once, and gives its place back. Whoever keeps something for its sake sees Request::client expire.
//
// Connections are accepted here and handed to the library (acceptor.h says why).
//
// A request has to be complete a minute after its connection was made or the last answer given: who sends a byte now
// and then does not keep a place for ever.
//
// Bounds: some connections (more wait in the listen queue), a header of 32 KiB, a body of 1 MiB, 30 s of silence from
// a client that is not waiting for us; the same for one that does not take what is sent to it.
//
// THREADS: none. A Reply may be called at any time on the owner's thread, also after the server is gone.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include <belfry/error.h>
#include <belfry/time.h>

#include <api/message.h>
#include <base/os.h>

namespace belfry::api {

class HttpServer {
 public:
  using Handler = std::function<void(const Request&, const Reply&)>;

  static constexpr std::size_t body_bytes_max = 1U << 20U;

  struct Options {
    Fd listener;  // REQUIRES: it listens and does not block
    unsigned connections_max = 256;
    std::function<BootTime()> now;
  };
  static Result<std::unique_ptr<HttpServer>> start(Options options, Handler handler);
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Requests that still wait for their reply are answered with 503.
  ~HttpServer();

  int fd() const;
  std::optional<Millis> timeout() const;
  void dispatch();

 private:
  class State;
  explicit HttpServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace belfry::api
