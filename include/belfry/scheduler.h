// The core: decides. A deterministic machine that is told what happened and what time it is, and answers with what
// is to be done. It performs nothing itself: no clock, no thread, no file, no process.
//
//   submit(Input)              something happened; queued, nothing is decided yet
//   advance(Now, Actions&)     decide everything there is to decide; the obligations come out in order
//   next_wakeup()              the next instant at which advance() has something to do by itself
//   view()                     the read model, for the API and the command line
//
// One turn of the daemon: collect inputs, read the clocks once, advance(), carry out the actions, sleep until
// next_wakeup() or the next input. The contract between the two sides:
//
//   1. Actions::persist goes to the store first. It is one transaction. At most one batch is on its way at any time:
//      the core offers the next one only after a Persisted input has answered, so that whatever is decided in
//      between shares one commit.
//   2. Only then Actions::starts are carried out. The core emits a start only after the batch that records it came
//      back `ok`: persist, then start (S2). A caller that drops an action breaks the promises of this file.
//   3. Actions::answers and Actions::notices tell people. An answer to a request is emitted after the commit, so
//      what was acknowledged survives a power cut.
//
// A batch that failed, or whose fate is unknown, is offered again unchanged after a pause. Until it is in the
// ledger nothing new is started (fail closed); slots that come due meanwhile stay owed and are decided by the
// missed policy when the ledger is back.
//
// THREADS: none. One thread owns a Scheduler. The same inputs and times give the same actions, always.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <belfry/job.h>
#include <belfry/launcher.h>
#include <belfry/record.h>
#include <belfry/store.h>
#include <belfry/time.h>

namespace belfry {

// Tells the answers to two requests apart; chosen by the caller of submit().
enum class RequestId : std::uint64_t {};

// ---- Inputs ---------------------------------------------------------------------------------------------------

// A configuration was accepted. Jobs are matched by name with those known: an unchanged job keeps all its state, one
// whose schedule changed owes no slot from before the change (S19), one that is gone finishes what it runs.
struct JobsLoaded {
  std::shared_ptr<const JobSet> set;
};

// Somebody wants a job to run, once, now. Answered.
struct RunRequested {
  RequestId id{};
  JobName job;
  RunTrigger trigger = RunTrigger::manual;
  std::string requested_by;
};

// The store's answer to Actions::persist.
struct Persisted {
  CommitAnswer answer;
};

using Input = std::variant<JobsLoaded, RunRequested, Persisted, AttemptStarted, AttemptEnded, AttemptStartFailed,
                           AttemptLost, AttemptNeverExecuted>;

// ---- Actions --------------------------------------------------------------------------------------------------

struct Refusal {
  ErrorKind kind = ErrorKind::refused;  // not_found: no such job
  Reason reason = Reason::none;
  std::optional<RunId> cause;
};

// The answer to a request: the run it made, durably recorded, or why not.
struct Answer {
  RequestId id{};
  std::variant<Run, Refusal> result;
};

struct RunStartedNotice {
  Run run;
};
struct RunClosedNotice {
  Run run;
};
struct SlotsDecidedNotice {
  SlotsDecided decided;
};
// The ledger stopped accepting (why is not empty), or accepts again (why is empty).
struct LedgerNotice {
  std::string why;
};
using Notice = std::variant<RunStartedNotice, RunClosedNotice, SlotsDecidedNotice, LedgerNotice>;

struct Actions {
  std::optional<Batch> persist;
  std::vector<StartOrder> starts;
  std::vector<Answer> answers;
  std::vector<Notice> notices;

  void clear() {
    persist.reset();
    starts.clear();
    answers.clear();
    notices.clear();
  }
};

// When advance() has something to do if no input comes: the earliest instant on each clock, where there is one.
struct Wakeup {
  std::optional<WallTime> wall;  // slots of calendars and grids
  std::optional<BootTime> boot;  // pauses measured in real time: retries, limits
};

// ---- The read model -------------------------------------------------------------------------------------------

struct JobView {
  const Job* job = nullptr;
  std::optional<WallTime> next;  // when the next slot is due; none for `manual` and disabled jobs
  std::optional<Run> last;       // the newest closed run
  std::vector<Run> open;         // oldest first
};

struct UpcomingSlot {
  const Job* job = nullptr;
  WallTime at;   // the slot's nominal time
  WallTime due;  // later than that by the job's jitter and spread (S11)
};

// Valid until the next submit() or advance().
class View {
 public:
  virtual ~View() = default;
  virtual std::size_t job_count() const = 0;
  virtual std::vector<JobView> jobs() const = 0;  // file order
  virtual std::optional<JobView> job(const JobName& name) const = 0;
  // The next slots of all jobs, in time order, equal times in file order: at most `limit`, none after `until`.
  virtual std::vector<UpcomingSlot> upcoming(std::size_t limit, std::optional<WallTime> until) const = 0;
  virtual std::vector<Run> open_runs() const = 0;         // oldest first
  virtual const std::string& ledger_trouble() const = 0;  // empty: the ledger accepts
  virtual const JobSet* job_set() const = 0;              // null before the first JobsLoaded
};

// ---- The machine ----------------------------------------------------------------------------------------------

class Scheduler {
 public:
  struct Options {
    BootId boot;  // this boot of the machine; recorded with each attempt
  };

  // Goes on from what the ledger remembers. Every open run of the snapshot must be resolved by an Attempt* input
  // before the first advance() (Launcher::recover sees to it).
  Scheduler(Options options, Snapshot snapshot);
  Scheduler(Scheduler&&) noexcept;
  Scheduler& operator=(Scheduler&&) noexcept;
  ~Scheduler();

  void submit(Input input);

  // Decides. REQUIRES: now.boot never decreases. Reuses the buffers of `out`, which it clears first.
  void advance(const Now& now, Actions& out);

  Wakeup next_wakeup() const;
  const View& view() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace belfry
