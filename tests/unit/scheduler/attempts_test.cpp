#include <doctest/doctest.h>

#include <belfry/scheduler.h>

using namespace belfry;
using namespace std::chrono_literals;

namespace {

// A core with one job, and a ledger that holds everything at once.
class Core {
 public:
  Core() {
    auto set = std::make_shared<JobSet>();
    set->jobs.push_back({.name = job(), .action = Script{"true"}});
    tell(JobsLoaded{std::move(set)});
  }

  static JobName job() { return *JobName::parse("report"); }

  void tell(Input input) {
    core_.submit(std::move(input));
    for (bool more = true; more;) {
      core_.advance({.wall = WallTime{1h}, .boot = BootTime{1h}, .awake = AwakeTime{1h}}, actions_);
      for (const StartOrder& order : actions_.starts) started = order.id;
      for (const StopOrder& order : actions_.stops) stopped = order.id;
      for (const Notice& notice : actions_.notices) {
        if (const auto* over = std::get_if<RunClosedNotice>(&notice)) closed = over->run;
        if (const auto* said = std::get_if<RunProgressNotice>(&notice)) progress = said->run.progress;
      }
      if (actions_.persist) {
        for (const Record& record : actions_.persist->records) {
          if (const auto* changed = std::get_if<RunChanged>(&record)) recorded = changed->run.progress;
        }
      }
      more = actions_.persist != nullptr;
      if (more) core_.submit(Persisted{{.batch = actions_.persist->id, .verdict = Verdict::ok, .why = {}}});
    }
  }

  std::optional<AttemptId> started, stopped;
  std::optional<Run> closed;
  std::optional<Progress> progress, recorded;

 private:
  Scheduler core_{{.boot = {"boot"}}, {}};
  Actions actions_;
};

}  // namespace

TEST_CASE("scheduler/attempts: S26 an attempt that does not come to execute before its deadline is timed out") {
  Core core;
  core.tell(RunRequested{.job = Core::job()});
  REQUIRE(core.started);
  core.tell(AttemptStartFailed{.id = *core.started, .detail = "no thread was free", .reason = Reason::deadline});
  REQUIRE(core.closed);
  CHECK(core.closed->outcome == RunOutcome::timed_out);
  CHECK(core.closed->reason == Reason::deadline);
  CHECK(core.closed->detail == "no thread was free");
}

TEST_CASE("scheduler/attempts: S3 a run that is lost says what was lost with it") {
  for (const Reason reason : {Reason::reboot, Reason::minder_killed, Reason::daemon_died}) {
    Core core;
    core.tell(RunRequested{.job = Core::job()});
    REQUIRE(core.started);
    core.tell(AttemptLost{.id = *core.started, .reason = reason});
    REQUIRE(core.closed);
    CHECK(core.closed->outcome == RunOutcome::lost);
    CHECK(core.closed->detail != "");
  }
}

TEST_CASE("scheduler/attempts: S32 an attempt that is stopped before it executes is cancelled, and no failure") {
  Core core;
  core.tell(RunRequested{.job = Core::job()});
  REQUIRE(core.started);
  core.tell(CancelRequested{.run = core.started->run, .requested_by = "uid 1000"});
  REQUIRE(core.stopped == core.started);
  core.tell(AttemptStartFailed{.id = *core.started, .detail = "stopped before it began", .reason = Reason::by_request});
  REQUIRE(core.closed);
  CHECK(core.closed->outcome == RunOutcome::cancelled);
  CHECK(core.closed->reason == Reason::by_request);
  CHECK(core.closed->stop_by == "uid 1000");
}

TEST_CASE("scheduler/attempts: S3 a report of another launch changes nothing") {
  Core core;
  core.tell(RunRequested{.job = Core::job()});
  AttemptId other = *core.started;
  ++other.launch;
  core.tell(AttemptEnded{.id = other});
  CHECK_FALSE(core.closed);
  core.tell(AttemptEnded{.id = *core.started, .end = {.code = 1}});
  REQUIRE(core.closed);
  CHECK(core.closed->outcome == RunOutcome::failed);
}

TEST_CASE(
    "scheduler/attempts: S31 how far an attempt is, and its result, are told, recorded, and the run's in the end") {
  Core core;
  core.tell(RunRequested{.job = Core::job()});
  core.tell(AttemptStarted{.id = *core.started, .at = WallTime{1h}});
  const Progress half{.percent = 50, .message = "half", .at = WallTime{1h}};
  core.tell(AttemptProgressed{.id = *core.started, .progress = half});
  CHECK(core.progress == half);
  CHECK(core.recorded == half);
  core.tell(AttemptEnded{.id = *core.started, .result = "42"});
  REQUIRE(core.closed);
  CHECK(core.closed->progress == half);
  CHECK(core.closed->result == "42");
  core.progress.reset();
  core.tell(AttemptProgressed{.id = *core.started, .progress = half});
  CHECK_FALSE(core.progress);  // it is over
}
