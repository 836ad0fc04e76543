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
      }
      more = actions_.persist != nullptr;
      if (more) core_.submit(Persisted{{.batch = actions_.persist->id, .verdict = Verdict::ok, .why = {}}});
    }
  }

  std::optional<AttemptId> started, stopped;
  std::optional<Run> closed;

 private:
  Scheduler core_{{.boot = {"boot"}}, {}};
  Actions actions_;
};

}  // namespace

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
