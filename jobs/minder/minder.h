// The minder of one attempt: starts the job at most once, keeps what it writes, ends it when its time is over or
// somebody asks for that, and puts on record how it ended. All of it goes on while no daemon lives.
//
// In this order, because each step covers the death of somebody at the step before (jobs/run_directory.h has the
// files):
//   own session, child subreaper, lock     whoever gets the lock knows that no minder is at work here any more
//   the job's process, in its cgroup       unless somebody has asked meanwhile for it to be stopped. It dies with the
//                                          minder
//   claim, by the job's process            recovery was first: it ends. From here on nobody can start this launch anew,
//                                          and the pid of what may have executed is known to recovery
//   exec, confirm in the claim
//   main process over: exit record         at once, whatever it left behind (S27); where it was stopped, once all of it
//                                          is gone (S26)
//   leftovers, record completed, exit
//
// Then the process may go on to another run, with a new Minder (jobs/minder/post.h).
//
// One thread and one poll(). All signals are blocked from the first instruction (the daemon sees to it) and read from a
// signalfd, so no handler runs, ever.
#pragma once

#include <jobs/minder/capture.h>
#include <jobs/minder/cgroup.h>
#include <jobs/minder/claim.h>
#include <jobs/minder/hint.h>
#include <jobs/minder/job_process.h>
#include <jobs/minder/journal.h>
#include <jobs/minder/ladder.h>
#include <jobs/minder/post.h>
#include <jobs/minder/records.h>
#include <jobs/minder/secrets.h>
#include <jobs/minder/spec.h>
#include <jobs/minder/tree.h>

namespace belfry::minder {

class Minder {
 public:
  // `name` is the run directory's. REQUIRES: the working directory is the run directory.
  Minder(const char* name, Post& post) : name_(name), post_(post), hint_(name), ladder_(cgroup_) {}

  // The exit code is 0 if what there was to say is on record; else an errno. `secrets_fd` -1: the job has none.
  int run(int secrets_fd);

  // After run(): nothing of the run is left, neither a process nor anything in this one that the next could notice.
  bool has_left_nothing() const { return no_process_is_left_ && is_on_record_ && !has_been_special_; }

 private:
  enum class Phase {
    starting,   // there is no process, or none that may execute
    running,    // the main process lives
    stopping,   // it is being ended: the record waits for the whole tree
    leftovers,  // the main process is over, and the record says so
    over,
  };

  Trouble prepare(int secrets_fd);
  Trouble open_capture();
  Trouble open_input();
  void open_journal();
  Trouble start_job();
  int put_on_record(const Trouble& found);

  void turn();
  int timeout_ms() const;
  void take_due_times();
  void read_signals();
  void listen();

  void note_exec_result();
  void stop();
  void take_time_limit();
  void begin_stopping();
  void reap();
  void note_main_end(const Ended& ended);
  void deal_with_leftovers();
  void finish();
  void write_record();

  const char* name_;
  Post& post_;
  Secrets secrets_;
  Spec spec_;
  Capture capture_;
  Journal journal_;
  JobProcess job_;
  Cgroup cgroup_;
  Claim claim_;
  Hint hint_;
  Ladder ladder_;
  ExitRecord record_;
  Phase phase_ = Phase::starting;
  int input_ = -1;
  bool stop_asked_ = false;
  bool main_is_over_ = false;
  bool record_is_due_ = false;
  bool is_on_record_ = false;        // as it now is
  bool no_process_is_left_ = false;  // of the job
  bool has_been_special_ = false;    // it has held secrets, or lent its memory to somebody with another identity
  uint64_t limit_at_ = 0;            // boot time; 0: there is no limit
};

}  // namespace belfry::minder
