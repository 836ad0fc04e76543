// The loop's waiting half: a handful of descriptors, each with what to do when it is readable. A room with many
// descriptors of its own (processes, connections) shows one nested descriptor here.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include <belfry/time.h>

#include <base/poller.h>

namespace belfry {

class Loop {
 public:
  static Result<Loop> open();

  // REQUIRES: fd stays open as long as the loop.
  Result<void> add(int fd, std::function<void()> on_ready);

  // Sleeps until a descriptor is ready or the timeout is over (none: for ever), then calls the handlers of all that are
  // ready, each once.
  Result<void> wait(std::optional<Millis> timeout);

  // Sleeps, whatever is ready.
  static void rest(Millis duration);

 private:
  explicit Loop(Poller poller) : poller_(std::move(poller)) {}

  Poller poller_;
  std::vector<std::function<void()>> handlers_;  // by token
};

}  // namespace belfry
