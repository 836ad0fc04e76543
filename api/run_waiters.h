// Long polls: replies that wait for a run to be over, each with a deadline on the boot clock.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include <belfry/run.h>
#include <belfry/time.h>

#include <api/message.h>

namespace belfry::api {

class RunWaiters {
 public:
  struct Waiter {
    RunId run;
    BootTime deadline;
    Reply reply;
    std::optional<std::weak_ptr<const void>> client = {};  // as in Request
  };

  // Those whose client has gone away lose their place to the newcomer.
  void add(Waiter waiter);

  std::size_t count() const { return waiters_.size(); }

  // Takes those who wait for this run.
  std::vector<Waiter> take(RunId run);

  // Takes those whose time is over.
  std::vector<Waiter> take_expired(BootTime now);

  std::optional<BootTime> next_deadline() const;

 private:
  template <class Predicate>
  std::vector<Waiter> take_if(Predicate is_taken);

  std::vector<Waiter> waiters_;  // a handful: as many as there are clients that wait
};

}  // namespace belfry::api
