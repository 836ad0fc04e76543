// The API's front door: HTTP on a Unix socket, nested in somebody else's loop.
//
//   auto server = TRY(api::Server::open({.socket_path = "/run/belfry/belfry.sock"}, backend));
//   loop: sleep until server->fd() is readable or server->timeout() is over; then server->dispatch()
//
// Ask for timeout() before every sleep: an answer that was given between two dispatches does not make the descriptor
// readable, it makes the timeout zero.
//
// THREADS: none. The thread that owns the Server calls everything.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <belfry/error.h>
#include <belfry/scheduler.h>
#include <belfry/time.h>

#include <base/os.h>

namespace belfry::api {

class Backend;

class Server {
 public:
  struct Options {
    std::string socket_path;
    unsigned connections_max = 256;  // at the same time; more wait to be accepted
    Fd listener;  // where there is one already, which listens: no other is made, and its file is not removed
  };

  // Creates the socket, mode 0660. A socket file that nobody listens on any more is replaced; one that somebody
  // listens on is an error (ErrorKind::busy), and so is any other file of that name.
  // REQUIRES: `backend` outlives the Server.
  static Result<std::unique_ptr<Server>> open(Options options, Backend& backend);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Answers everybody who still waits, closes the connections, removes the socket file.
  ~Server();

  // Readable when there is something to do.
  int fd() const;

  // How long the caller may sleep if fd() stays quiet. None: for ever.
  std::optional<Millis> timeout();

  // Does what there is to do; never blocks.
  void dispatch();

  // The core decided something, and the ledger has it: whoever listens, or waits for a run that is over, learns of it
  // at the next dispatch().
  void tell(const Notice& notice);

  // The file was read again.
  void config_changed();

 private:
  class State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace belfry::api
