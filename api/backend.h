// What the API needs from the daemon: something to read, something to ask, the time. daemon/ implements it over the
// running scheduler; the command line implements it over a file alone; tests over plain vectors.
//
// THREADS: everything here is called on the thread that calls Server::dispatch(), and `done` is called there too.
#pragma once

#include <sys/types.h>

#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <belfry/error.h>
#include <belfry/job_change.h>
#include <belfry/output.h>
#include <belfry/scheduler.h>
#include <belfry/store.h>
#include <belfry/time.h>

namespace belfry::api {

// What may be asked of the core. The ids are the backend's to choose.
using Order = std::variant<RunRequested, RetryRequested, CancelRequested, PauseRequested, ResumeRequested,
                           SkipRequested, BackfillRequested>;

// Something works less well than the file wants it.
struct Warning {
  std::string what;
  std::string cure;
};

// Who the daemon is. Jobs run as this user and group; only root can let them run as others (S28).
struct ProcessFacts {
  pid_t pid = 0;
  uid_t uid = 0;
  gid_t gid = 0;
  std::string user;
  std::string group;
};

struct StatusFacts {
  Millis uptime{};
  std::string config_path;
  std::string config_trouble;  // why the file as it is now is not the one in force; empty: it is
  std::string state_dir;
  std::string tzdata;  // version of the zone database
  std::vector<Warning> warnings;
  std::size_t stuck_calls = 0;               // callables that were told to return long ago, and still execute
  std::optional<ProcessFacts> process = {};  // none: there is no daemon
};

// What is wrong with a file of the configuration.
struct FileProblem {
  std::string file;
  std::size_t line = 0;  // from 1; 0: the file as a whole
  std::size_t column = 0;
  bool is_error = true;  // else it is accepted with a warning
  std::string name;      // of a warning, by which it is switched off
  std::string what;
  std::string hint;
};

// The configuration in force.
struct ConfigFacts {
  std::string path;
  std::string trouble;                // as in StatusFacts
  std::vector<FileProblem> problems;  // its errors, one by one
  std::vector<std::string> files;     // that are watched: the file, and what it includes
  // Of the daemon's start.
  std::string state_dir;
  std::string on_stop;  // "wait 90s"
  DaemonLimits limits;
  Keep keep;
};

enum class ReloadHow { apply, rehearse };

// What reading the file again changed, or would change.
struct Reloaded {
  std::vector<JobChange> changes;
  bool needs_restart = false;  // the daemon's own settings changed
};

// A file that has errors: nothing changes.
struct FileRefused {
  std::string what;  // all of it, as it is shown to people
  std::vector<FileProblem> problems;
};
using ReloadResult = std::expected<Reloaded, FileRefused>;

// What the ledger says of the schedules' slots, held against the schedules (S1).
struct AuditFacts {
  std::int64_t jobs = 0;
  std::int64_t slots = 0;
  std::vector<std::string> problems;  // empty: each slot has exactly one outcome
};

class Backend {
 public:
  virtual ~Backend() = default;

  // One reading per turn is enough: nothing here needs a finer time.
  virtual Now now() = 0;

  virtual const View& view() = 0;

  // The jobs that the view speaks of, to keep: its pointers to them hold as long as this does. Null: they are about to
  // be replaced.
  virtual std::shared_ptr<const JobSet> jobs_of_view() = 0;

  // What is committed. For questions of a few rows: it is read on this thread.
  virtual History& history() = 0;

  // The same for any number of rows: `question` is asked elsewhere, and what it gives is called on this thread, later
  // or at once. REQUIRES: the question touches nothing but the History and what it owns.
  using Question = std::function<std::function<void()>(History&)>;
  // `no_memory` is called instead, on this thread, where the question or its answer would need more memory than there
  // is.
  virtual void read_history(Question question, std::function<void()> no_memory) = 0;

  // Looks at the newest days of every job; takes its time. Calls `done` later, or at once.
  virtual void audit(std::function<void(const Result<AuditFacts>&)> done) = 0;

  // Calls `done` exactly once: at once for a refusal that needs no ledger, else after the commit (S2), or not at all
  // if the daemon stops before that.
  virtual void place(Order order, std::function<void(const Answer&)> done) = 0;

  // not_found: the output of this run is not kept any more, or it never started.
  virtual Result<OutputPart> read_log(const Run& run, const OutputQuery& query) = 0;

  // Somebody says how far an attempt is; one that is over is passed over.
  virtual void tell_progress(const AttemptId& id, Progress progress) = 0;

  virtual StatusFacts status() = 0;

  // `who` asks. Calls `done` when the file is read, later or at once, or not at all if the daemon stops before that.
  // bad_input: every problem of the file, as it is shown to people; nothing is changed.
  using ReloadDone = std::function<void(const ReloadResult&)>;
  virtual void reload(ReloadHow how, std::string who, ReloadDone done) = 0;

  virtual ConfigFacts config() = 0;

  // Reads `text` as if it stood in the file, or the file as it is now, and changes nothing; plug-ins that it names are
  // not executed. Calls `done` as reload() does, with every problem, also the warnings.
  using ValidateDone = std::function<void(const std::vector<FileProblem>&)>;
  virtual void validate(std::optional<std::string> text, ValidateDone done) = 0;
};

}  // namespace belfry::api
