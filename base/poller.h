// Waiting for descriptors: a thin wrapper of epoll, and the only file that names it.
//
// A room that has descriptors of its own (the launcher, the HTTP server) keeps its own Poller, shows its fd(), and
// handles what is ready in one dispatch(). The daemon's loop nests these descriptors in its own Poller, so it knows a
// handful of sources and not a thousand processes.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <base/os.h>

namespace belfry {

class Poller {
 public:
  static Result<Poller> open();

  // Readable when any of the added descriptors is ready.
  int fd() const { return fd_.get(); }

  // Watches `watched` for input until it is removed or closed. `token` is handed back by wait().
  Result<void> add(int watched, std::uint64_t token);
  // Watches only for the other end to go away; what it sends stays where it is.
  Result<void> add_for_hangup(int watched, std::uint64_t token);

  void remove(int watched);

  // The tokens of what is ready, at most 64 per call; waits up to `timeout` (none: for ever). Empty after the
  // timeout or a signal. Valid until the next wait().
  Result<std::span<const std::uint64_t>> wait(std::optional<std::chrono::milliseconds> timeout);

 private:
  Result<void> add(int watched, std::uint64_t token, std::uint32_t events);

  explicit Poller(Fd fd) : fd_(std::move(fd)) {}
  Fd fd_;
  std::vector<std::uint64_t> ready_;
};

}  // namespace belfry
