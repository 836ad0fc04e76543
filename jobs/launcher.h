// Launches attempts as processes, each with a minder beside it that outlives the daemon.
//
// An attempt's facts stand in its run directory (jobs/run_directory.h); the launcher only learns when to look there. A
// datagram of the minder says that something is new; its line says that it is free, or its pidfd that it is dead, and
// then nothing more will come. A minder that was found after a restart is watched in the same way as an own child.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <belfry/clock.h>
#include <belfry/launcher.h>

#include <base/journal.h>
#include <base/poller.h>
#include <base/zones.h>
#include <jobs/account.h>
#include <jobs/attempt_follower.h>
#include <jobs/burst.h>
#include <jobs/cgroup_home.h>
#include <jobs/minders.h>

namespace belfry {

// THREADS: one.
class CommandLauncher final : public Launcher {
 public:
  struct Options {
    std::string runs_path;  // absolute; this launcher's alone (the daemon holds the state directory's lock)
    std::string minder_path;
    std::size_t lines_max = 64;  // minders that may go on to another run; each takes one more descriptor
    BootId boot;
    CgroupHome cgroups = CgroupHome::none("");  // where each attempt gets a control group of its own
    std::string journal_socket = Journal::usual_socket;
    Clock& clock;                        // tells jobs how late they are
    std::function<void(Report)> report;  // called from start(), recover() and dispatch(); must not call back
  };

  static Result<std::unique_ptr<CommandLauncher>> open(Options options);
  ~CommandLauncher() override;

  CgroupFacts cgroup_facts() const { return options_.cgroups.facts(); }

  // Readable when dispatch() has something to do.
  int fd() const { return poller_.fd(); }
  void dispatch();

  void start(const StartOrder& order) override;
  void stop(const StopOrder& order) override;
  void recover(const std::vector<Run>& open_runs) override;

 private:
  // A minder at an attempt's side.
  struct AtWork {
    Minder minder;
    Millis left{};  // as in Postponed, should the attempt have to be launched once more
  };

  // A launch for which the machine had no process left: nobody has its directory's claim yet (S29).
  struct Postponed {
    Fd secrets;  // those of the job; none: it has none
    Fd timer;
    std::uint64_t token = 0;
    Millis pause{};
    Millis left{};  // until it is given up
  };

  struct Files {
    Minders minders;
    Fd hints;
    Fd rest;  // a timer
    AttemptFollower::Files follower;
    Poller poller;  // of these
  };
  CommandLauncher(Options options, Files files);

  Result<Fd> prepare(const StartOrder& order);
  void launch(const AttemptId& id, Postponed again);
  Result<Minder> minder_for(const AttemptId& id, const Fd& secrets);
  void wait_for_a_free_one();
  void postpone(const AttemptId& id, Postponed again, const Error& why);
  void take_postponed(const AttemptId& id);
  bool forget_postponed(const AttemptId& id);
  std::shared_ptr<const Zone> zone_of(const Job& job);
  void recover_one(const Run& run);
  void watch(const AttemptId& id, AtWork at_work);
  void wait_for_first_report(const AttemptId& id);

  void bound(const AttemptId& id, Controllers used);
  void unbound(const AttemptId& id);
  void hand_on_controllers();

  bool handle_ready(Millis patience);
  void handle(std::uint64_t token);
  void take_token(std::uint64_t token);
  void take_from_minder(const AttemptId& id);
  void note_free(const AttemptId& id);
  void note_dead(const AttemptId& id);
  AtWork leave(const AttemptId& id);
  void let_minders_go();

  std::string directory(const AttemptId& id) const;

  Options options_;
  Poller poller_;
  Minders minders_;
  Burst burst_;
  Fd hints_;
  Fd rest_;  // the timer of those of the minders that rest
  bool rest_is_timed_ = false;
  AttemptFollower follower_;
  Account account_;
  ZoneCache zones_;
  std::map<AttemptId, AtWork> at_work_;
  std::map<AttemptId, Postponed> postponed_;
  std::map<AttemptId, Controllers> bounded_;  // the attempts whose limits make use of controllers
  std::map<std::uint64_t, AttemptId> by_token_;
  std::uint64_t last_token_ = 2;  // those before are the hints socket's, and of what stands behind it above
};

}  // namespace belfry
