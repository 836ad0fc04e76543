// The API: which address means what. It knows no sockets, so a test calls it directly, and the command line uses it
// over a file when no daemon runs.
#pragma once

#include <optional>

#include <belfry/run.h>
#include <belfry/time.h>

#include <api/backend.h>
#include <api/message.h>
#include <api/run_waiters.h>

namespace belfry::api {

class Routes {
 public:
  // REQUIRES: `backend` outlives the Routes.
  explicit Routes(Backend& backend) : backend_(backend) {}

  // GUARANTEES: `reply` is called once: before this returns, or, for a request that waits, later.
  void handle(const Request& request, const Reply& reply);

  // A run is over, and the ledger has it.
  void run_closed(const Run& run);

  // How long until expire() has something to do. None: nobody waits.
  std::optional<Millis> timeout();

  // Answers those who waited long enough with the run as it is.
  void expire();

 private:
  Backend& backend_;
  RunWaiters waiters_;
};

}  // namespace belfry::api
