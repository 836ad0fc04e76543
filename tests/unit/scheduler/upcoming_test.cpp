// View::upcoming() and JobView::next: what will run, and what it costs to say so.
#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <belfry/scheduler.h>

#include <base/hash.h>
#include <triggers/interval_trigger.h>

using namespace belfry;
using namespace std::chrono_literals;

namespace {

constexpr WallTime new_year{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};

std::int64_t questions_asked = 0;

// An interval that delays its slots, does not run in some of them, and follows either clock.
class Odd final : public Schedule::Rules {
 public:
  struct Ways {
    Millis period{};
    Millis delay_max{};
    int excluded_hour_of_three = -1;  // each slot in an hour of this number, modulo three
    bool follows_elapsed = true;
  };
  explicit Odd(Ways ways) : grid_(ways.period, new_year), ways_(ways) {}

  std::optional<WallTime> next_after(WallTime t) const override {
    ++questions_asked;
    return grid_.next_after(t);
  }
  std::optional<Stretch> slots_in(WallTime after, WallTime upto) const override { return grid_.slots_in(after, upto); }
  std::string normal_form() const override {
    return grid_.normal_form() + std::to_string(ways_.excluded_hour_of_three);
  }
  std::optional<std::string> excluded(WallTime slot) const override {
    if (hour_of(slot).count() % 3 != ways_.excluded_hour_of_three) return std::nullopt;
    return "not in this hour";
  }
  WallTime same_verdict_upto(WallTime slot) const override {
    return ways_.excluded_hour_of_three < 0 ? WallTime::max() : WallTime{hour_of(slot) + 1h - 1ms};
  }
  Millis delay(WallTime slot) const override {
    const auto count = static_cast<std::uint64_t>(slot.time_since_epoch().count());
    return Millis{static_cast<std::int64_t>(mix(count) % static_cast<std::uint64_t>(ways_.delay_max.count() + 1))};
  }
  bool follows_elapsed_time() const override { return ways_.follows_elapsed; }

 private:
  static std::chrono::hours hour_of(WallTime t) { return std::chrono::floor<std::chrono::hours>(t.time_since_epoch()); }

  IntervalTrigger grid_;
  Ways ways_;
};

Schedule odd(Odd::Ways ways) { return Schedule(std::make_shared<Odd>(ways)); }

std::shared_ptr<const Policies> with(Policies policies) {
  return std::make_shared<const Policies>(std::move(policies));
}

// A core with these jobs, a ledger that holds everything at once, and processes that go on until they are ended.
class Core {
 public:
  explicit Core(std::vector<Job> jobs) : core_({.boot = {"boot"}, .limits = {.catch_up_spacing = 0ms}}, {}) {
    auto set = std::make_shared<JobSet>();
    set->jobs = std::move(jobs);
    jobs_ = set;
    tell(JobsLoaded{set});
  }

  void tell(Input input) {
    core_.submit(std::move(input));
    look();
  }
  void pass(Millis time) {
    passed_ += time;
    look();
  }
  void end_all() {
    for (const StartOrder& order : std::exchange(started_, {})) {
      tell(AttemptStarted{.id = order.id, .at = now()});
      tell(AttemptEnded{.id = order.id, .end = {}, .usage = {}, .started = now(), .finished = now()});
    }
  }

  WallTime now() const { return new_year + passed_; }
  const View& view() const { return core_.view(); }
  const std::vector<Job>& jobs() const { return jobs_->jobs; }

  using Told = std::vector<std::tuple<WallTime, std::string, WallTime>>;  // due, job, slot
  Told upcoming(std::size_t limit, std::optional<WallTime> until = std::nullopt) const {
    Told told;
    for (const UpcomingSlot& slot : view().upcoming(limit, until))
      told.emplace_back(slot.due, slot.job->name.text(), slot.at);
    return told;
  }

 private:
  void look() {
    for (bool more = true; more;) {
      core_.advance({.wall = now(), .boot = BootTime{passed_}, .awake = AwakeTime{passed_}}, actions_);
      started_.insert(started_.end(), actions_.starts.begin(), actions_.starts.end());
      more = actions_.persist != nullptr;
      if (more) core_.submit(Persisted{{.batch = actions_.persist->id, .verdict = Verdict::ok, .why = {}}});
    }
  }

  Millis passed_{};
  Scheduler core_;
  Actions actions_;
  std::shared_ptr<const JobSet> jobs_;
  std::vector<StartOrder> started_;
};

JobName name_of(std::size_t n) { return *JobName::parse("job-" + std::to_string(n)); }

Job job(std::size_t n, Schedule schedule, Policies policies = {}) {
  return {.name = name_of(n),
          .schedule = std::move(schedule),
          .policies = with(std::move(policies)),
          .action = Script{"true"}};
}

// The same by counting: all slots of a job that are not over, one after the other.
Core::Told counted(const Core& core, std::size_t limit, WallTime until, const std::map<std::size_t, Pause>& pauses,
                   const std::map<std::size_t, int>& skips, const std::map<std::size_t, int>& runs_left) {
  std::vector<std::tuple<WallTime, std::size_t, WallTime>> found;
  for (std::size_t n = 0; n < core.jobs().size(); ++n) {
    const Job& job = core.jobs()[n];
    if (!job.enabled) continue;
    int skip = skips.contains(n) ? skips.at(n) : 0;
    int left = runs_left.contains(n) ? runs_left.at(n) : 1'000'000;
    std::optional<WallTime> slot = new_year;
    while ((slot = job.schedule.next_after(*slot)) && *slot <= until && left > 0) {
      const WallTime due = *slot + job.schedule.delay(*slot);
      if (due <= core.now() || job.schedule.excluded(*slot)) continue;
      if (pauses.contains(n) && *slot <= pauses.at(n).until.value_or(WallTime::max())) continue;
      if (skip-- > 0) continue;
      if (due <= until) found.emplace_back(due, n, *slot);
      --left;
    }
  }
  std::sort(found.begin(), found.end());
  found.resize(std::min(found.size(), limit));
  Core::Told told;
  for (const auto& [due, n, slot] : found) told.emplace_back(due, core.jobs()[n].name.text(), slot);
  return told;
}

}  // namespace

TEST_CASE("scheduler/upcoming: S5 S10 S11 S25 what will run is what counting all slots of all jobs finds") {
  std::vector<Job> jobs;
  std::map<std::size_t, int> runs_left;
  for (std::size_t n = 0; n < 300; ++n) {
    const auto dice = [n](std::uint64_t throw_number) { return mix(n * 1'000 + throw_number); };
    const Millis period = 1min * (1 + dice(1) % 90);
    jobs.push_back(job(n, odd({.period = period,
                               .delay_max = dice(2) % 3 == 0 ? period - 1ms : 0ms,
                               .excluded_hour_of_three = dice(3) % 4 == 0 ? 1 : -1,
                               .follows_elapsed = dice(4) % 2 == 0})));
    jobs.back().enabled = dice(5) % 10 != 0;
    if (dice(6) % 7 != 0) continue;
    runs_left[n] = static_cast<int>(dice(7) % 4);
    jobs.back().policies = with({.max_runs = runs_left[n]});
  }
  Core core(jobs);
  std::map<std::size_t, Pause> pauses;
  std::map<std::size_t, int> skips;
  for (std::size_t n = 0; n < 300; n += 4) {
    if (n % 3 == 0) pauses[n].until = new_year + 20min * (1 + n % 5);
    if (n % 3 == 1) pauses[n].until = std::nullopt;
    if (n % 3 != 2) core.tell(PauseRequested{.id = {}, .jobs = {name_of(n)}, .until = pauses[n].until, .by = "x"});
    if (n % 8 != 0) continue;
    skips[n] = 1 + static_cast<int>(n % 4);
    core.tell(SkipRequested{.id = {}, .job = name_of(n), .count = static_cast<std::uint32_t>(skips[n])});
  }

  for (const std::size_t limit : {0U, 1U, 20U, 500U}) {
    CAPTURE(limit);
    CHECK(core.upcoming(limit, new_year + 6h) == counted(core, limit, new_year + 6h, pauses, skips, runs_left));
  }
  CHECK(core.upcoming(10'000, new_year + 3h) == counted(core, 10'000, new_year + 3h, pauses, skips, runs_left));
  CHECK(core.upcoming(10, new_year - 1ms).empty());
  for (const auto& [due, name, slot] : core.upcoming(1)) CHECK(core.view().job(*JobName::parse(name))->next == due);
}

TEST_CASE("scheduler/upcoming: it goes on from what was decided, also where a job's place on the heap is an old one") {
  std::vector<Job> jobs;
  for (std::size_t n = 0; n < 100; ++n) {
    jobs.push_back(job(n, odd({.period = 1min * (1 + n % 7), .delay_max = 30s, .follows_elapsed = n % 2 == 0}),
                       {.overlap = {.action = OverlapPolicy::Action::allow}}));
  }
  Core core(jobs);
  for (int turn = 0; turn < 50; ++turn) {
    core.pass(17s);
    core.end_all();
    REQUIRE(core.upcoming(300, core.now() + 1h) == counted(core, 300, core.now() + 1h, {}, {}, {}));
  }
}

TEST_CASE("scheduler/upcoming: no job is looked at whose turn comes after those that were asked for") {
  constexpr std::size_t many = 20'000;
  std::vector<Job> jobs;
  for (std::size_t n = 0; n < many; ++n) jobs.push_back(job(n, odd({.period = 1h + 1s * n})));
  Core core(jobs);
  questions_asked = 0;
  CHECK(core.upcoming(20).size() == 20);
  CHECK(questions_asked <= 3 * 20);
  CHECK(core.upcoming(20, new_year + 1h + 5s).size() == 6);
  CHECK(questions_asked <= 6 * 20);
}

TEST_CASE("scheduler/upcoming: S18 slots that wait for the one before them come first") {
  Core core({job(0, odd({.period = 10min}), {.missed = {.action = MissedPolicy::Action::all}}),
             job(1, odd({.period = 7min}))});
  core.pass(35min);
  const auto name = [](std::size_t n) { return name_of(n).text(); };
  CHECK(core.upcoming(4) == Core::Told{{new_year + 20min, name(0), new_year + 20min},
                                       {new_year + 30min, name(0), new_year + 30min},
                                       {new_year + 40min, name(0), new_year + 40min},
                                       {new_year + 42min, name(1), new_year + 42min}});
  core.end_all();
  CHECK(core.upcoming(1) == Core::Told{{new_year + 30min, name(0), new_year + 30min}});
  core.end_all();
  core.end_all();
  CHECK(core.upcoming(1) == Core::Told{{new_year + 40min, name(0), new_year + 40min}});
}

TEST_CASE("scheduler/upcoming: S8 of a job that is measured from its last run the next slot is known, and no other") {
  Job measured = job(0, {});
  measured.measured = MeasuredInterval{.period = 10min, .from = MeasuredInterval::From::finish};
  Core core({measured, job(1, odd({.period = 25min}))});
  const auto name = [](std::size_t n) { return name_of(n).text(); };
  CHECK(core.upcoming(2) ==
        Core::Told{{new_year + 10min, name(0), new_year + 10min}, {new_year + 25min, name(1), new_year + 25min}});
  core.tell(PauseRequested{.id = {}, .jobs = {name_of(0)}, .by = "x"});
  CHECK(core.upcoming(1) == Core::Told{{new_year + 25min, name(1), new_year + 25min}});
}

TEST_CASE("scheduler/upcoming: S10 a job that has had its runs has no next one") {
  Job measured = job(1, {}, {.max_runs = 1});
  measured.measured = MeasuredInterval{.period = 10min, .from = MeasuredInterval::From::start};
  Core core({job(0, odd({.period = 10min}), {.max_runs = 2}), measured});
  CHECK(core.upcoming(10).size() == 3);
  core.pass(10min);
  core.end_all();
  CHECK(core.upcoming(10).size() == 1);
  CHECK(core.view().job(name_of(0))->next == new_year + 20min);
  CHECK_FALSE(core.view().job(name_of(1))->next);
  core.pass(10min);
  core.end_all();
  CHECK(core.upcoming(10).empty());
  CHECK_FALSE(core.view().job(name_of(0))->next);
}
