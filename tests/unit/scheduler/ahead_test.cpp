#include <doctest/doctest.h>

#include <belfry/scheduler.h>

#include <triggers/interval_trigger.h>

using namespace belfry;
using namespace std::chrono_literals;

namespace {

JobName name(std::string_view text) { return *JobName::parse(text); }

// A core with a job that is due each minute, one each hour and a manual one; a ledger that holds everything at once.
class Core {
 public:
  explicit Core(DaemonLimits limits = {}, std::vector<QueueDefinition> queues = {})
      : core_({.boot = {"boot"}, .limits = limits}, {}) {
    auto set = std::make_shared<JobSet>();
    set->jobs.push_back({.name = name("minutely"), .schedule = every(1min), .action = Script{"true"}});
    set->jobs.push_back({.name = name("hourly"), .schedule = every(1h), .action = Script{"true"}});
    set->jobs.push_back({.name = name("manual"), .action = Script{"true"}});
    set->queues = std::move(queues);
    tell(JobsLoaded{std::move(set)});
  }

  void tell(Input input) {
    core_.submit(std::move(input));
    look();
  }

  void look() {
    for (bool more = true; more;) {
      core_.advance({.wall = WallTime{now_}, .boot = BootTime{now_}, .awake = AwakeTime{now_}}, actions_);
      for (const StartOrder& order : actions_.starts) started.push_back(order);
      more = actions_.persist != nullptr;
      if (more) core_.submit(Persisted{{.batch = actions_.persist->id, .verdict = Verdict::ok, .why = {}}});
    }
  }

  void go_to(Millis now) {
    now_ = now;
    look();
  }

  void end_all() {
    for (const StartOrder& order : std::exchange(started, {})) {
      tell(AttemptStarted{.id = order.id, .at = WallTime{now_}});
      tell(AttemptEnded{.id = order.id, .end = {}, .usage = {}, .started = WallTime{now_}, .finished = WallTime{now_}});
    }
  }

  std::optional<Millis> sure_ahead() const { return core_.sure_ahead(10ms); }

  std::vector<StartOrder> started;

 private:
  static Schedule every(Millis period) { return Schedule(std::make_shared<IntervalTrigger>(period)); }

  Millis now_ = 1h + 30s;
  Scheduler core_;
  Actions actions_;
};

}  // namespace

TEST_CASE("scheduler/ahead: S5 slots that are near may be decided before they come, and start what they would then") {
  Core core;
  CHECK_FALSE(core.sure_ahead());
  core.go_to(1h + 1min - 11ms);
  CHECK_FALSE(core.sure_ahead());
  core.go_to(1h + 1min - 10ms);
  CHECK(core.sure_ahead() == 10ms);
  core.go_to(1h + 1min - 1ms);
  CHECK(core.sure_ahead() == 1ms);
  CHECK(core.started.empty());
  core.go_to(1h + 1min);
  REQUIRE(core.started.size() == 1);
  CHECK(core.started[0].run.due == WallTime{1h + 1min});
  CHECK_FALSE(core.sure_ahead());
}

TEST_CASE("scheduler/ahead: S21 not where a run of a job that is due is open: it may end before the slot comes") {
  Core core;
  core.go_to(1h + 1min);
  core.go_to(1h + 2min - 5ms);
  CHECK_FALSE(core.sure_ahead());
  core.end_all();
  CHECK(core.sure_ahead() == 5ms);
  core.tell(RunRequested{.job = name("minutely")});
  CHECK_FALSE(core.sure_ahead());
  core.end_all();
  core.tell(RunRequested{.job = name("manual")});  // in nobody's way
  CHECK(core.sure_ahead() == 5ms);
  core.tell(RunRequested{.job = name("hourly")});  // is not due then
  CHECK(core.sure_ahead() == 5ms);
}

TEST_CASE("scheduler/ahead: S21 of several jobs that are due each has to be sure") {
  Core core;
  core.go_to(2h - 5ms);
  core.end_all();
  CHECK(core.sure_ahead() == 5ms);
  core.tell(RunRequested{.job = name("hourly")});
  CHECK_FALSE(core.sure_ahead());
}

TEST_CASE("scheduler/ahead: S23 not while somebody waits for a place, which may become free before") {
  Core core({.max_running = 1});
  core.tell(RunRequested{.job = name("manual")});
  core.go_to(1h + 1min - 5ms);
  CHECK(core.sure_ahead() == 5ms);
  core.tell(RunRequested{.job = name("manual"), .overlap = RunRequested::Overlap::ignore});
  CHECK_FALSE(core.sure_ahead());
}

TEST_CASE("scheduler/ahead: S23 not where a slot would find its queue full: a run there may end before") {
  Core core({}, {{.name = "default", .concurrency = 2, .max_waiting = 0}});
  core.tell(RunRequested{.job = name("manual")});
  core.go_to(1h + 1min - 5ms);
  CHECK(core.sure_ahead() == 5ms);  // there is another place
  core.tell(RunRequested{.job = name("manual"), .overlap = RunRequested::Overlap::ignore});
  CHECK_FALSE(core.sure_ahead());
  core.end_all();
  CHECK(core.sure_ahead() == 5ms);
  core.go_to(2h - 5ms);
  core.end_all();
  CHECK(core.sure_ahead() == 5ms);  // two jobs are due, for two places
  core.tell(RunRequested{.job = name("manual")});
  CHECK_FALSE(core.sure_ahead());
}

TEST_CASE("scheduler/ahead: S24 not where a timer rings before") {
  Core core;
  core.go_to(1h + 1min - 8ms);
  core.tell(RunRequested{.job = name("manual"), .delay = 4ms});
  CHECK_FALSE(core.sure_ahead());
}

TEST_CASE("scheduler/ahead: S2 S33 not while the ledger fails, nor once the daemon is told to stop") {
  Core core;
  core.go_to(1h + 1min - 5ms);
  core.tell(StopAsked{});
  CHECK_FALSE(core.sure_ahead());
}
