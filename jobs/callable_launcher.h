// Launches attempts of jobs that `call:` a callable: on threads of this process (S26, F27).
//
// A call is queued for the crew, and reported as started when a thread has claimed it in the journal. It is told to
// return by its stop token: on a stop order, when its time is over, when the daemon leaves. One that has not returned
// when its grace is over is reported as ended all the same, so that nothing waits for it; the record says that it still
// executes, its thread is set apart, and stuck() counts it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <belfry/callable.h>
#include <belfry/clock.h>
#include <belfry/launcher.h>

#include <base/mailbox.h>
#include <base/poller.h>
#include <jobs/call_journal.h>
#include <jobs/crew.h>
#include <jobs/deadlines.h>
#include <jobs/open_call.h>

namespace belfry {

// THREADS: one; what the callables do is kept apart.
class CallableLauncher final : public Launcher {
 public:
  struct Options {
    std::string runs_path;  // absolute
    BootId boot;
    const Callables& callables;
    Clock& clock;                        // the daemon's
    std::unique_ptr<Clock> crew_clock;   // one more, for the threads
    std::function<void(Report)> report;  // called from start(), stop(), recover() and dispatch(); must not call back
    // Where their words go. None: into the files of their runs.
    std::function<std::unique_ptr<CallOutput>(const StartOrder&)> make_output = {};
    Crew::Bounds bounds = {};
  };

  static Result<std::unique_ptr<CallableLauncher>> open(Options options);
  ~CallableLauncher() override;

  // Readable when dispatch() has something to do.
  int fd() const { return poller_.fd(); }
  void dispatch();

  void expect(const StartOrder& order) override;
  void start(const StartOrder& order) override;
  void stop(const StopOrder& order) override;
  void recover(const std::vector<Run>& open_runs) override;

  // Whether an earlier daemon has executed this: then it is for this launcher to recover. Before recover().
  bool has_executed(const AttemptId& id) const;

  // The daemon goes, and what it executes goes with it: everything is told to return, as `shutdown`. What has not begun
  // is left to the next daemon. Afterwards is_idle() says when nothing holds the daemon up any more.
  void leave();
  bool is_idle() const;

  // How many calls have been told to return, and have not when their grace was over.
  std::size_t stuck() const { return crew_.apart(); }

 private:
  struct Attempt {
    std::shared_ptr<OpenCall> call;
    Millis grace{};
    std::optional<Millis> time_limit;
    Reason limit_reason = Reason::timeout;
    std::optional<WallTime> started;  // none: it has not begun
    std::optional<BootTime> told_at;  // when its progress was last reported
    bool is_over = false;             // its end was reported, and it still executes
  };
  using Attempts = std::map<AttemptId, Attempt>;

  struct Began {
    AttemptId id;
    WallTime at;
  };
  struct Refused {
    AttemptId id;
    std::string why;
  };
  struct Said {
    AttemptId id;
  };
  using Returned = EndOfCall;
  using Letter = std::variant<Began, Refused, Said, Returned>;
  struct Shared;  // what the crew's threads use; it outlives the launcher

  CallableLauncher(Options options, Poller poller, Deadlines deadlines, std::shared_ptr<Shared> shared);

  std::shared_ptr<const Callable> find_callable(const std::string& name);
  Result<std::shared_ptr<OpenCall>> make_call(const StartOrder& order);
  Result<std::shared_ptr<OpenCall>> take_prepared(const StartOrder& order);
  static void work(const std::shared_ptr<OpenCall>& call, const std::shared_ptr<Shared>& shared);

  void take_letters();
  void note_ends(const std::vector<Letter>& letters);
  void take(const Began& began);
  void take(const Refused& refused);
  void take(const Said& said);
  void take(Returned& returned);
  void take_deadline(const Deadlines::Due& due);

  bool withdraw(AttemptStartFailed report);
  void ask_to_return(Attempt& attempt, Reason reason);
  void give_up(const AttemptId& id, Attempt& attempt);
  void tell_progress(const AttemptId& id, Attempt& attempt);
  void recover_one(const Run& run);
  void report_end(const AttemptId& id, const CallEnd& end, std::string result);
  BootTime now() { return options_.clock.read().boot; }

  Options options_;
  Poller poller_;
  Deadlines deadlines_;
  std::shared_ptr<Shared> shared_;
  const std::shared_ptr<const std::string> runs_path_;
  std::map<std::string, std::shared_ptr<const Callable>> callables_;  // those that were called
  std::map<AttemptId, Result<std::shared_ptr<OpenCall>>> prepared_;   // not begun
  Attempts attempts_;
  Crew crew_;  // first to go: it waits for its threads
};

}  // namespace belfry
