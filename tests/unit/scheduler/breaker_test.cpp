#include <doctest/doctest.h>

#include <belfry/scheduler.h>

#include <scheduler/breaker.h>
#include <triggers/interval_trigger.h>

using namespace belfry;
using namespace std::chrono_literals;

namespace {

Schedule every(Millis period) { return Schedule(std::make_shared<IntervalTrigger>(period)); }

// A trigger with a bug: it comes each second, and when it is asked how many slots there were it says one.
class Miscounting final : public Schedule::Rules {
 public:
  std::optional<WallTime> next_after(WallTime t) const override {
    return std::chrono::floor<std::chrono::seconds>(t) + 1s;
  }
  std::optional<Stretch> slots_in(WallTime after, WallTime upto) const override {
    const WallTime last = std::chrono::floor<std::chrono::seconds>(upto);
    return last > after ? std::optional(Stretch{.first = last, .last = last, .count = 1}) : std::nullopt;
  }
  std::string normal_form() const override { return "miscounting"; }
};

// A core with a job of that schedule, which ends as it starts; a ledger that holds everything at once.
class RunawayCore {
 public:
  RunawayCore() {
    auto set = std::make_shared<JobSet>();
    set->jobs.push_back(
        {.name = job(), .schedule = Schedule(std::make_shared<Miscounting>()), .action = Script{"true"}});
    tell(JobsLoaded{std::move(set)});
  }

  static JobName job() { return *JobName::parse("report"); }

  void tell(Input input) {
    core_.submit(std::move(input));
    look();
  }

  void pass_a_second() {
    now_ += 1s;
    look();
  }

  // Second by second until something is told of the job. Between: so many starts.
  int starts_until_trouble() {
    const int before = starts;
    for (trouble.clear(); trouble.empty() && starts - before < 60;) pass_a_second();
    return starts - before;
  }

  const Pause* pause() const {
    view_ = core_.view().job(job());
    return view_->pause ? &*view_->pause : nullptr;
  }

  int starts = 0;
  std::string trouble;                  // as it was told
  std::vector<SlotsDecided> decided;    // as the ledger was told
  std::optional<JobStanding> standing;  // likewise
  std::optional<Pause> told_pause;

 private:
  void look() {
    for (bool more = true; more;) {
      core_.advance({.wall = WallTime{now_}, .boot = BootTime{now_}, .awake = AwakeTime{now_}}, actions_);
      const std::vector<StartOrder> orders = actions_.starts;
      for (const Notice& notice : actions_.notices) {
        if (const auto* told = std::get_if<JobTroubleNotice>(&notice)) trouble = told->what;
        if (const auto* told = std::get_if<JobPausedNotice>(&notice)) told_pause = told->pause;
      }
      more = actions_.persist != nullptr || !orders.empty();
      if (actions_.persist) keep(*actions_.persist);
      for (const StartOrder& order : orders) {
        ++starts;
        core_.submit(AttemptEnded{
            .id = order.id, .end = {}, .usage = {}, .started = WallTime{now_}, .finished = WallTime{now_}});
      }
    }
  }

  void keep(const Batch& batch) {
    for (const Record& record : batch.records) {
      if (const auto* slots = std::get_if<SlotsDecided>(&record)) decided.push_back(*slots);
      if (const auto* stands = std::get_if<JobStanding>(&record)) standing = *stands;
    }
    core_.submit(Persisted{{.batch = batch.id, .verdict = Verdict::ok, .why = {}}});
  }

  Millis now_ = 1h;
  Scheduler core_{{.boot = {"boot"}}, {}};
  Actions actions_;
  mutable std::optional<JobView> view_;
};

}  // namespace

TEST_CASE("scheduler/breaker: S1 starts that the schedule explains never trip it, however many") {
  Breaker breaker;
  const Schedule schedule = every(100ms);
  WallTime slot{};
  for (int i = 1; i <= 100'000; ++i) {
    slot = *schedule.next_after(slot);
    REQUIRE_FALSE(breaker.trips(schedule, slot, BootTime{i * 100ms}));
  }
}

TEST_CASE("scheduler/breaker: S1 a clock that is set forward again and again explains its starts too") {
  Breaker breaker;
  const Schedule hourly = every(1h);
  for (int i = 1; i <= 1'000; ++i) REQUIRE_FALSE(breaker.trips(hourly, WallTime{i * 1h}, BootTime{i * 10ms}));
}

TEST_CASE("scheduler/breaker: S1 the same slot started over and over trips it within a minute") {
  Breaker breaker;
  const Schedule hourly = every(1h);
  int starts = 1;
  while (!breaker.trips(hourly, WallTime{1h}, BootTime{starts * 1s})) REQUIRE(++starts < 60);
  CHECK(starts == 2 + Breaker::tolerated + 1);
}

TEST_CASE(
    "scheduler/breaker: S1 F54 a job that trips it is paused, the ledger and people are told why, and it stays so") {
  RunawayCore core;
  const int most = 2 + static_cast<int>(Breaker::tolerated);
  CHECK(core.starts_until_trouble() == most);
  CHECK(core.trouble.find("more often than its schedule can explain") != std::string::npos);
  REQUIRE(core.told_pause);
  CHECK(core.told_pause->by == "belfry");
  CHECK(core.told_pause->reason == core.trouble);
  REQUIRE(core.decided.size() == 1);  // the slot that tripped it
  CHECK(core.decided[0].outcome == SlotOutcome::skipped);
  CHECK(core.decided[0].reason == Reason::circuit_breaker);
  REQUIRE(core.standing);
  CHECK(core.standing->pause == core.told_pause);
  REQUIRE(core.pause());
  CHECK(core.pause()->reason == core.trouble);
  for (int i = 0; i < 120; ++i) core.pass_a_second();
  CHECK(core.starts == most);
  REQUIRE(core.decided.size() == 121);
  CHECK(core.decided.back().reason == Reason::paused);
  CHECK(core.decided.back().detail == "paused by belfry: " + core.trouble);
}

TEST_CASE("scheduler/breaker: S25 F54 whoever resumes a job that tripped it puts it right, also within the minute") {
  RunawayCore core;
  const int most = core.starts_until_trouble();
  core.tell(ResumeRequested{.jobs = {RunawayCore::job()}, .by = "uid 0"});
  CHECK(core.pause() == nullptr);
  CHECK(core.starts_until_trouble() == most);  // the fault is still there, and is found anew
  CHECK(core.pause() != nullptr);
}
