// Takes connections from a listening socket, also when there is no descriptor left to take them with.
//
// Theory of operation. A connection that cannot be accepted stays in the listener's queue and keeps the listener
// readable: whoever waits for it would spin. So one descriptor is held in reserve: given up for a moment, it lets the
// connection in, which is told why it is sent away (F11).
//
// THREADS: none.
#pragma once

#include <optional>
#include <string_view>

#include <base/os.h>

namespace belfry::api {

class Acceptor {
 public:
  // REQUIRES: `listener` listens and does not block.
  explicit Acceptor(Fd listener);

  int fd() const { return listener_.get(); }

  // The next connection; none: nobody waits any more, or nobody can be let in now. Those who cannot were sent away.
  std::optional<Fd> take();

  // Answers with 503 and closes. `why` is a sentence without quotes.
  static void send_away(Fd connection, std::string_view why);

 private:
  void hold_reserve();

  Fd listener_;
  Fd reserve_;
};

}  // namespace belfry::api
