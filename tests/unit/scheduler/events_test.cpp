// What the core has recorded beside runs and slots.
#include <doctest/doctest.h>

#include <belfry/scheduler.h>

#include <scheduler/throttle.h>

using namespace belfry;
using namespace std::chrono_literals;

namespace {

JobName name(const std::string& text) { return *JobName::parse(text); }

// A core with as many jobs, and a ledger that holds everything at once, unless it is told that it does not.
class Core {
 public:
  explicit Core(int jobs) {
    auto set = std::make_shared<JobSet>();
    for (int n = 0; n < jobs; ++n)
      set->jobs.push_back({.name = name("job-" + std::to_string(n)), .action = Script{"true"}});
    tell(JobsLoaded{std::move(set)});
  }

  void tell(Input input) {
    core_.submit(std::move(input));
    turn();
  }

  void turn() {
    for (bool more = true; more;) {
      core_.advance(now, actions_);
      for (const StartOrder& order : actions_.starts) started = order.id;
      more = actions_.persist != nullptr;
      if (!more) return;
      if (accepts) {
        for (const Record& record : actions_.persist->records) {
          if (const auto* event = std::get_if<Event>(&record)) events.push_back(*event);
        }
      }
      core_.submit(Persisted{{.batch = actions_.persist->id,
                              .verdict = accepts ? Verdict::ok : Verdict::failed,
                              .why = accepts ? "" : "disk full"}});
      if (!accepts) core_.advance(now, actions_);
      if (!accepts) return;
    }
  }

  void pass(Millis span) {
    now.wall += span;
    now.boot += span;
    now.awake += span;
    turn();
  }

  const Event& only() {
    REQUIRE(events.size() == 1);
    return events.front();
  }

  Now now{.wall = WallTime{100h}, .boot = BootTime{1h}, .awake = AwakeTime{1h}};
  bool accepts = true;
  std::vector<Event> events;
  std::optional<AttemptId> started;

 private:
  Scheduler core_{{.boot = {"boot"}}, {}};
  Actions actions_;
};

std::vector<JobName> jobs(int count) {
  std::vector<JobName> all;
  for (int n = 0; n < count; ++n) all.push_back(name("job-" + std::to_string(n)));
  return all;
}

}  // namespace

TEST_CASE("scheduler/events: S42 a pause says who, why and until when; and who ended it") {
  Core core(2);
  core.tell(PauseRequested{.jobs = jobs(1), .until = core.now.wall + 2h, .by = "uid 7", .reason = "disk swap"});
  const Event paused = core.only();
  CHECK(paused.kind == EventKind::job_paused);
  CHECK(paused.at == core.now.wall);
  CHECK(paused.job == name("job-0"));
  CHECK(paused.until == core.now.wall + 2h);
  CHECK(paused.who == "uid 7");
  CHECK(paused.detail == "disk swap");
  core.events.clear();
  core.tell(ResumeRequested{.jobs = jobs(2), .by = "uid 8"});  // the other one is not paused
  CHECK(core.only().kind == EventKind::job_resumed);
  CHECK(core.only().job == name("job-0"));
  CHECK(core.only().who == "uid 8");
}

TEST_CASE("scheduler/events: S42 of many jobs at once one event tells") {
  Core core(21);
  core.tell(PauseRequested{.jobs = jobs(21), .by = "uid 7", .reason = "move"});
  CHECK_FALSE(core.only().job);
  CHECK(core.only().detail == "21 jobs: move");
  core.events.clear();
  core.tell(ResumeRequested{.jobs = jobs(20)});
  CHECK(core.events.size() == 20);
}

TEST_CASE("scheduler/events: S42 slots that are to be left out, and who asked") {
  Core core(1);
  core.tell(SkipRequested{.job = name("job-0"), .count = 3, .by = "uid 7"});
  CHECK(core.only().kind == EventKind::skip_requested);
  CHECK(core.only().detail == "3");
  CHECK(core.only().who == "uid 7");
}

TEST_CASE("scheduler/events: S42 a lost run, in the batch that says so") {
  Core core(1);
  core.tell(RunRequested{.job = name("job-0")});
  REQUIRE(core.started);
  core.tell(AttemptLost{.id = *core.started, .reason = Reason::minder_killed});
  CHECK(core.only().kind == EventKind::run_lost);
  CHECK(core.only().run == core.started->run);
  CHECK(core.only().detail == "minder killed");
}

TEST_CASE("scheduler/events: S42 clocks that were set, and sleep") {
  Core core(1);
  core.now.wall += 2h;
  core.turn();
  CHECK(core.only().kind == EventKind::clock_set);
  CHECK(core.only().detail == "set forward by 2h");
  core.events.clear();
  core.now.wall -= 90min;
  core.turn();
  CHECK(core.only().detail == "set back by 1h30m");
  core.events.clear();
  core.now.wall += 8h;
  core.now.boot += 8h;
  core.turn();
  CHECK(core.only().kind == EventKind::machine_slept);
  CHECK(core.only().since == core.now.wall - 8h);
  CHECK(core.only().at == core.now.wall);
}

TEST_CASE("scheduler/events: S16 a clock that is set to and fro does not fill the ledger") {
  Core core(1);
  for (int n = 0; n < 1000; ++n) {
    core.now.wall += n % 2 == 0 ? 5s : -5s;
    core.pass(100ms);
  }
  CHECK(core.events.size() == 20);
  core.pass(5min);
  core.now.wall += 2h;
  core.turn();
  CHECK(core.events.back().detail == "set forward by 2h");
}

TEST_CASE("scheduler/events: S42 a ledger that could not be written says since when, once it can") {
  Core core(1);
  core.accepts = false;
  core.tell(SkipRequested{.job = name("job-0"), .count = 1, .by = "uid 7"});
  const WallTime began = core.now.wall;
  core.pass(10s);
  core.accepts = true;
  core.pass(10s);
  REQUIRE(core.events.size() == 2);
  CHECK(core.events[0].kind == EventKind::skip_requested);
  CHECK(core.events[1].kind == EventKind::ledger_unavailable);
  CHECK(core.events[1].since == began);
  CHECK(core.events[1].at == core.now.wall);
  CHECK(core.events[1].detail == "disk full");
}

TEST_CASE("scheduler/events: S42 what others note is recorded as they say it") {
  Core core(1);
  core.tell(EventNoted{{.at = WallTime{1h}, .kind = EventKind::daemon_killed, .who = "nobody", .detail = "so"}});
  CHECK(core.only().at == WallTime{1h});
  CHECK(core.only().kind == EventKind::daemon_killed);
  CHECK(core.only().detail == "so");
}

TEST_CASE("scheduler/throttle: so many at once, and then one now and again") {
  Throttle throttle({.at_once = 3, .one_every = 10s});
  const auto at = [](Millis t) { return BootTime{1h + t}; };
  for (int n = 0; n < 3; ++n) CHECK(throttle.lets_through(at(0s)));
  CHECK_FALSE(throttle.lets_through(at(9s)));
  CHECK(throttle.lets_through(at(10s)));
  CHECK_FALSE(throttle.lets_through(at(19s)));
  CHECK(throttle.lets_through(at(25s)));
  CHECK(throttle.lets_through(at(30s)));
  CHECK_FALSE(throttle.lets_through(at(39s)));
  for (int n = 0; n < 3; ++n) CHECK(throttle.lets_through(at(24h)));
  CHECK_FALSE(throttle.lets_through(at(24h)));
}
