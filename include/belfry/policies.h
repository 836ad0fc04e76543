// Policies: what a job wants to happen when things do not go to plan. Plain values; the core decides by them. Jobs that
// have the same policies share one object.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <belfry/shared_text.h>
#include <belfry/time.h>

namespace belfry {

// What becomes of slots that passed while nobody could start them (S18).
struct MissedPolicy {
  enum class Action {
    skip,    // none of them runs
    latest,  // one run, for the newest; it speaks for the older ones
    all,     // each runs, one at a time, oldest first: the newest `max` of them
  };
  Action action = Action::latest;
  std::optional<Millis>
      within;  // how late still counts; none: a day, or the distance to the next slot if that is longer
  std::int64_t max = 100;
  bool operator==(const MissedPolicy&) const = default;
};

// What becomes of a slot that comes while an earlier run of its job is not over (S21).
struct OverlapPolicy {
  enum class Action {
    skip,     // it does not run
    queue,    // it waits, with at most `max_waiting` others
    replace,  // the earlier run is stopped, and then this one starts
    allow,    // they run side by side, `max_running` of them
  };
  Action action = Action::skip;
  std::uint32_t max_waiting = 1;
  std::optional<std::uint32_t> max_running;  // none: bounded by the queue and the daemon only
  bool operator==(const OverlapPolicy&) const = default;
};

// Exit codes from `first` to `last`, both included.
struct CodeRange {
  int first = 0;
  int last = 0;
  bool operator==(const CodeRange&) const = default;
};

// How often and when a failed attempt is followed by another. A job without `retry:` has none of these.
struct RetryPolicy {
  enum class Jitter { none, full };
  enum class WhileWaiting {
    give_way,  // the next slot supersedes a run that waits for its next attempt
    hold,      // the waiting run counts as running
  };
  // Which failures are worth another try.
  struct On {
    bool exit = true;
    bool signal = true;
    bool timeout = true;
    bool start = true;
    bool lost = true;
    bool operator==(const On&) const = default;
  };

  std::uint32_t max = 0;  // starts after the first
  Millis delay = std::chrono::seconds{1};
  double backoff = 2.0;
  Millis max_delay = std::chrono::minutes{10};
  Jitter jitter = Jitter::full;
  std::vector<Millis> delays;             // not empty: these instead of the formula; the last one stays
  std::vector<CodeRange> exit_codes;      // not empty: only these are retried
  std::vector<CodeRange> not_exit_codes;  // never retried
  On on;
  std::optional<Millis> within;  // of the run's opening; later than that no attempt begins
  WhileWaiting while_waiting = WhileWaiting::give_way;
  bool operator==(const RetryPolicy&) const = default;
};

// What becomes of a run whose fate cannot be known (S3).
enum class OnLost {
  fail,   // it ends as `lost`
  rerun,  // it is tried again, although it may have done its work
};

struct Policies {
  MissedPolicy missed;
  OverlapPolicy overlap;
  std::optional<RetryPolicy> retry;
  OnLost on_lost = OnLost::fail;
  std::optional<Millis> timeout;              // of one attempt; enforced by the minder
  std::optional<Millis> deadline;             // of a run with all its attempts, from its time on
  std::vector<CodeRange> success_exit_codes;  // beside 0
  SharedText queue = "default";
  int priority = 0;                                   // a higher one goes first
  std::optional<std::int64_t> max_runs;               // of the schedule; then its slots are skipped (S10)
  std::optional<std::uint32_t> pause_after_failures;  // in a row (S25)
  // A request that equals an earlier one in job and parameters is that run, while it is open and for so long after it
  // was opened. 0: only while it is open. None: each request is a run of its own.
  std::optional<Millis> unique;
  bool operator==(const Policies&) const = default;
};

// The policies of a job that says nothing of them; one object for all.
inline const std::shared_ptr<const Policies>& default_policies() {
  static const auto policies = std::make_shared<const Policies>();
  return policies;
}

// A named bound that jobs share. A job whose queue is not defined runs in one without bounds.
struct QueueDefinition {
  SharedText name;
  std::optional<std::uint32_t> concurrency;  // runs that may execute at the same time
  std::uint32_t max_waiting = 10'000;        // beyond it slots are skipped and requests refused
  std::optional<std::uint32_t> start_rate;   // starts per second
  bool operator==(const QueueDefinition&) const = default;
};

// What happens to running jobs when the daemon is told to stop (S33).
enum class OnStop { leave, wait, kill };

// The bounds of the daemon itself.
struct DaemonLimits {
  std::optional<std::uint32_t> max_running = 100;
  std::optional<std::uint32_t> start_rate;  // starts per second; none: as fast as it goes
  Millis catch_up_spacing{200};             // between the first catch-ups of different jobs
  bool operator==(const DaemonLimits&) const = default;
};

}  // namespace belfry
