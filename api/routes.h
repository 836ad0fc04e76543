// The API: which address means what. It knows no sockets, so a test calls it directly, and the command line uses it
// over a file when no daemon runs.
#pragma once

#include <memory>
#include <optional>

#include <belfry/run.h>
#include <belfry/time.h>

#include <api/backend.h>
#include <api/event_ring.h>
#include <api/message.h>
#include <api/metrics.h>
#include <api/roles.h>
#include <api/run_waiters.h>

namespace belfry::api {

class Routes {
 public:
  // REQUIRES: `backend` outlives the Routes.
  Routes(Backend& backend, Roles roles) : backend_(backend), roles_(roles), events_(backend.now().wall) {}

  // GUARANTEES: `reply` is called once: before this returns, or, for a request that waits, later.
  void handle(const Request& request, const Reply& reply);

  // The core decided something, and the ledger has it: counted, and told to those who listen.
  void tell(const Notice& notice);

  // The file was read again: it is in force, or it has errors (StatusFacts::config_trouble).
  void config_changed();

  // How long until expire() has something to do. None: nobody waits.
  std::optional<Millis> timeout();

  // Answers those who waited long enough with the run as it is.
  void expire();

 private:
  Backend& backend_;
  Roles roles_;
  EventRing events_;
  std::shared_ptr<Metrics> metrics_ = std::make_shared<Metrics>();
  RunWaiters waiters_;
};

}  // namespace belfry::api
