// How the daemon leaves (S33): it tells the core, waits for what is to end before it, and goes.
//
//   leave   at once; what runs goes on, and the next daemon takes it over
//   wait    when nothing executes any more, or when its patience is over
//   kill    when everything is stopped; each job has its own grace time
//
// When the machine itself goes down, it is always the last of these: jobs left running would end with the power.
//
// Whoever asks a second time does not want to wait.
#pragma once

#include <optional>

#include <belfry/policies.h>
#include <belfry/scheduler.h>
#include <belfry/time.h>

namespace belfry {

class Departure {
 public:
  struct Policy {
    OnStop what = OnStop::leave;
    Millis patience{};  // of `wait`
  };

  explicit Departure(Policy policy) : policy_(policy) {}

  enum class Occasion {
    service,  // the daemon alone goes; maybe another one comes
    machine,  // all of it goes
  };

  // The daemon was told to stop. Gives what to tell the core; nothing when it knows already.
  std::optional<StopAsked> ask(BootTime now, Occasion occasion);

  bool is_asked() const { return asked_at_.has_value(); }
  bool is_urgent() const { return is_urgent_; }  // it was asked twice

  // The turn that told the core is over; true when the loop may end. `is_quiet` is the view's.
  bool may_leave(BootTime now, bool is_quiet) const;

  // How long the loop may sleep at most. None: as long as it likes.
  std::optional<Millis> patience_left(BootTime now) const;

 private:
  Policy policy_;
  std::optional<BootTime> asked_at_;
  bool is_urgent_ = false;
};

}  // namespace belfry
