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
//   3. Actions::stops may be carried out at once. Who asked for them is in the ledger by then.
//   4. Actions::answers and Actions::notices tell people. An answer to a request is emitted after the commit, so
//      what was acknowledged survives a power cut.
//
// A batch that failed, or whose fate is unknown, is offered again unchanged after a pause. Until it is in the
// ledger nothing new is started (fail closed); slots that come due meanwhile stay owed and are decided by the
// missed policy when the ledger is back.
//
// THREADS: none. One thread owns a Scheduler. The same inputs and times give the same actions, always.
#pragma once

#include <cstdint>
#include <functional>
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

// Somebody wants a job to run once: now, at an instant, or after a delay. Answered with the run.
struct RunRequested {
  enum class Overlap { obey, ignore };
  RequestId id{};
  JobName job;
  RunTrigger trigger = RunTrigger::manual;
  std::string requested_by;
  std::string key;                  // not empty: a second request with it makes no second run (I15)
  std::optional<WallTime> at;       // not before this instant
  std::optional<Millis> delay;      // or not before this much time has passed
  std::optional<WallTime> nominal;  // the time the run is told it is for
  std::optional<int> priority;      // instead of the job's
  SharedText queue;                 // not empty: instead of the job's. REQUIRES: it is defined, or the job's
  Overlap overlap = Overlap::obey;
  std::optional<Params> params;  // as the job's definitions have them; none: the job's usual ones
  std::optional<Millis> unique;  // instead of the job's (Policies::unique)
};

// A run that is closed is to be tried again, as a new run for the same time, told the same. Answered with the run.
struct RetryRequested {
  RequestId id{};
  Run of;  // as the ledger holds it
  std::string requested_by;
};

// Answered with the run, as it is once the request is durable; it may take the run a while to end.
struct CancelRequested {
  RequestId id{};
  RunId run;
  std::string requested_by;
};

// The schedules of these jobs start nothing until `until`, or until somebody resumes them. Answered `Done`; jobs that
// are paused already get the new words.
struct PauseRequested {
  RequestId id{};
  std::vector<JobName> jobs;
  std::optional<WallTime> until;
  std::string by;
  std::string reason;
};

// Answered `Done`. What was due during the pause stays skipped, unless `catch_up`: then the job's missed policy speaks.
struct ResumeRequested {
  enum class CatchUp { no, yes };
  RequestId id{};
  std::vector<JobName> jobs;
  std::string by;
  CatchUp catch_up = CatchUp::no;
};

// The next `count` slots do not run. Answered `Done`. 0 takes an earlier wish back.
struct SkipRequested {
  RequestId id{};
  JobName job;
  std::uint32_t count = 1;
  std::string by;
  static constexpr std::uint32_t count_max = 1'000;
};

// Every slot in [from, to] runs, one at a time, oldest first, whatever became of it. Answered `Done` with their number.
struct BackfillRequested {
  RequestId id{};
  JobName job;
  WallTime from;
  WallTime to;
  std::string requested_by;
  std::optional<Params> params;  // of each run; none: the job's usual ones
  static constexpr std::int64_t slots_max = 10'000;
};

// The daemon is about to stop (S33): from now on nothing is started, and slots stay owed to the next one. `kill` stops
// what runs, with `reason`: by_request for the service, shutdown for the machine.
struct StopAsked {
  OnStop what = OnStop::leave;
  Reason reason = Reason::shutdown;
};

// Something that the core does not decide is to be remembered (Event::number is the ledger's to give).
struct EventNoted {
  Event event;
};

// The store's answer to Actions::persist.
struct Persisted {
  CommitAnswer answer;
};

using Input = std::variant<JobsLoaded, RunRequested, RetryRequested, CancelRequested, PauseRequested, ResumeRequested,
                           SkipRequested, BackfillRequested, StopAsked, EventNoted, Persisted, AttemptStarted,
                           AttemptProgressed, AttemptEnded, AttemptStartFailed, AttemptLost, AttemptNeverExecuted>;

// ---- Actions --------------------------------------------------------------------------------------------------

struct Refusal {
  ErrorKind kind = ErrorKind::refused;  // not_found: no such job
  Reason reason = Reason::none;
  std::optional<RunId> cause;
};

// What was asked for is in the ledger.
struct Done {
  std::int64_t count = 0;  // of jobs, slots, or whatever the request was about
};

// The request's key was used before, or it equals one that was unique: for this run, which may be over.
struct SameAs {
  RunId run;
};

// The answer to a request: the run it made, or that it is done, durably recorded; or why not.
struct Answer {
  RequestId id{};
  std::variant<Run, Done, SameAs, Refusal> result;
};

struct RunQueuedNotice {
  Run run;
};
struct RunStartedNotice {
  Run run;
  bool is_found_again = false;  // by an earlier daemon, which may have told it: it goes on
};
struct RunProgressNotice {
  Run run;
};
// The attempt failed; the run waits for its next one.
struct RunWaitingNotice {
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
struct JobPausedNotice {
  JobName job;
  Pause pause;
};
struct JobResumedNotice {
  JobName job;
  std::string by;  // empty: its time was over
};
// Something is not as it should be with a job, and a person should know: `what` says it.
struct JobTroubleNotice {
  JobName job;
  std::string what;
};
// The clocks disagree with what they said before (S16).
struct ClockNotice {
  enum class What {
    set_forward,
    set_back,
    slept,    // the machine
    rebased,  // a wrong clock was put right: the marks of `jobs` jobs lay ahead and were moved back
  };
  What what = What::set_forward;
  Millis by{};
  std::int64_t jobs = 0;
};
using Notice =
    std::variant<RunQueuedNotice, RunStartedNotice, RunProgressNotice, RunWaitingNotice, RunClosedNotice,
                 SlotsDecidedNotice, JobPausedNotice, JobResumedNotice, JobTroubleNotice, ClockNotice, LedgerNotice>;

struct Actions {
  const Batch* persist = nullptr;  // lent: it stays as it is until the Persisted input that answers it
  std::vector<StartOrder> starts;
  std::vector<StopOrder> stops;
  std::vector<Answer> answers;
  std::vector<Notice> notices;

  void clear() {
    persist = nullptr;
    starts.clear();
    stops.clear();
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
  std::optional<Pause> pause;
  std::uint32_t skip_next = 0;
  std::optional<Backfill> backfill;  // the one that is at work
  std::optional<WallTime> next;      // when the next slot is due; none for `manual` and disabled jobs
  std::optional<Run> last;           // the newest closed run
  std::vector<Run> open;             // oldest first
};

struct UpcomingSlot {
  const Job* job = nullptr;
  WallTime at;   // the slot's nominal time
  WallTime due;  // later than that by the job's jitter and spread (S11)
};

struct QueueView {
  QueueDefinition definition;
  std::uint32_t running = 0;
  std::uint32_t waiting = 0;
};

// Valid until the next submit() or advance().
class View {
 public:
  virtual ~View() = default;
  virtual std::size_t job_count() const = 0;
  virtual std::size_t paused_count() const = 0;
  virtual std::vector<JobView> jobs() const = 0;  // file order
  virtual std::optional<JobView> job(const JobName& name) const = 0;
  // The next slots of all jobs, in time order, equal times in file order: at most `limit`, none after `until`.
  virtual std::vector<UpcomingSlot> upcoming(std::size_t limit, std::optional<WallTime> until) const = 0;
  virtual std::vector<Run> open_runs() const = 0;         // oldest first
  virtual const std::string& ledger_trouble() const = 0;  // empty: the ledger accepts
  virtual const JobSet* job_set() const = 0;              // null before the first JobsLoaded
  virtual std::vector<QueueView> queues() const = 0;      // by name
  virtual bool is_handed_over() const = 0;                // all that was decided is in the ledger, or on its way there
  virtual bool is_quiet() const = 0;  // nothing executes and nothing is owed to the ledger: the daemon may go (S33)
};

// ---- The machine ----------------------------------------------------------------------------------------------

class Scheduler {
 public:
  struct Options {
    BootId boot;  // this boot of the machine; recorded with each attempt
    DaemonLimits limits;
    // Makes a schedule of its normal form, for slots of a definition that was edited or removed while nobody was there.
    // None, or nothing given: those slots are not counted.
    std::function<std::optional<Schedule>(const std::string& normal_form)> parse_normal_form;
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

  // How far away the next slots are, if that is at most `most` and nothing that may happen until then could change what
  // becomes of them: then advance() may be told that time now, so that they are recorded when their time comes. The
  // caller keeps all actions but `persist` back until it has come. None: it must not; nothing is due by then, a run of
  // one of their jobs is open, somebody waits in a queue, or a timer rings before.
  std::optional<Millis> sure_ahead(Millis most) const;

  const View& view() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace belfry
