// Reports what becomes of attempts that execute as processes, as their run directories say it (jobs/run_directory.h).
//
// It does not know when there is something new to read: whoever hears of it, by a hint, by a minder's line or by its
// death, says so. Progress it hears of by itself, and what cannot be read now is tried again in a while: no descriptor
// is left, for example, and nothing is lost for that.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <belfry/clock.h>
#include <belfry/launcher.h>

#include <base/poller.h>
#include <jobs/deadlines.h>
#include <jobs/progress_watch.h>
#include <jobs/records.h>

namespace belfry {

// THREADS: one.
class AttemptFollower {
 public:
  struct Options {
    std::string runs_path;
    Clock& clock;
    std::function<void(Report)> report;
    std::function<void(const AttemptId&)> goes_on;  // it has executed for a while, and is not over
  };
  struct Files {
    Fd again;  // the timer for what could not be read
    ProgressWatch progress;
    Deadlines deadlines;  // of words about progress that came too soon
    Poller poller;        // of these
  };
  static Result<Files> open_files();
  AttemptFollower(Options options, Files files);

  // Readable when dispatch() has something to do.
  int fd() const { return files_.poller.fd(); }
  void dispatch();

  // From now on, until it is over and nobody is at its side. `stop`: why it was told to stop.
  void follow(const AttemptId& id, Reason stop = Reason::none);
  void note_stop(const AttemptId& id, Reason reason);
  bool is_followed(const AttemptId& id) const { return attempts_.contains(id); }
  bool may_be_stopped(const AttemptId& id) const;
  bool has_first_report(const AttemptId& id) const;

  // There may be something new.
  void look(const AttemptId& id);

  // Its minder is dead, and ended like this as far as that can be known, or has gone to another run. Nothing more
  // comes.
  void note_alone(const AttemptId& id, std::optional<ProcessEnd> minder_end);

  // Whether nothing has executed yet, nor is to be stopped.
  bool is_untouched(const AttemptId& id) const;

  // It is launched anew.
  void forget(const AttemptId& id);

  // It executes, as far as can be known.
  void note_goes_on(const AttemptId& id, WallTime since);

  // Of one that is not followed.
  void report_end(const AttemptId& id, Reason stop, const ExitRecord& record);

 private:
  struct Attempt {
    Reason stop = Reason::none;
    bool is_started = false;       // AttemptStarted was reported
    bool is_over = false;          // its end was reported; only the minder's own end is waited for
    std::optional<Progress> told;  // what was last reported of how far it is
    BootTime quiet_until{};        // until then nothing more of that is reported

    bool is_alone = false;
    std::optional<ProcessEnd> minder_end;
    int tries = 0;  // to read what was stated, in a row and in vain
  };

  void look(const AttemptId& id, Attempt& attempt);
  void look_again();
  Result<void> read(const AttemptId& id, Attempt& attempt);
  Result<void> read_alone(const AttemptId& id, Attempt& attempt);
  Result<void> settle(const AttemptId& id, Attempt& attempt);
  void look_for_progress(const AttemptId& id, Attempt& attempt);
  void listen_again(const AttemptId& id);

  void note_goes_on(const AttemptId& id, Attempt& attempt, WallTime since);
  void report_started(const AttemptId& id, Attempt& attempt, WallTime at);
  void report_end(const AttemptId& id, Attempt& attempt, const ExitRecord& record);
  void report_lost(const AttemptId& id, const std::string& why);

  std::string directory(const AttemptId& id) const;

  Options options_;
  Files files_;
  std::vector<AttemptId> unreadable_;  // it could not be read what became of them
  std::map<AttemptId, Attempt> attempts_;
};

}  // namespace belfry
