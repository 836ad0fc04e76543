// A million jobs: loaded, held, and started one after the other; a hundred thousand in one second; a year asleep.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>

#include <bench/core/report.h>

#include <belfry/scheduler.h>

#include <base/verify.h>
#include <triggers/interval_trigger.h>

namespace belfry::bench {

namespace {

using namespace std::chrono_literals;

constexpr WallTime new_year{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};

// The core with a ledger that holds everything at once and processes that end as they start.
class Rig {
 public:
  explicit Rig(DaemonLimits limits) : core_({.boot = {"boot"}, .limits = limits}, {}) {}

  void load(std::shared_ptr<const JobSet> set) {
    core_.submit(JobsLoaded{std::move(set)});
    advance();
    settle();
  }

  void tell(Input input) {
    core_.submit(std::move(input));
    advance();
    settle();
  }

  // One turn, and what it costs.
  std::int64_t advance() {
    const std::int64_t begin = cpu_ns();
    core_.advance(now(), actions_);
    return cpu_ns() - begin;
  }

  void commit() {
    if (actions_.persist != nullptr) {
      core_.submit(Persisted{{.batch = actions_.persist->id, .verdict = Verdict::ok, .why = {}}});
    }
    core_.advance(now(), actions_);
  }

  // What the last turn wanted is done, and what follows from it: everything that is started executes and ends.
  void settle() {
    for (bool more = true; more;) {
      more = actions_.persist != nullptr || !actions_.starts.empty();
      for (const StartOrder& order : actions_.starts) {
        core_.submit(AttemptStarted{.id = order.id, .at = now().wall});
        core_.submit(AttemptEnded{.id = order.id, .started = now().wall, .finished = now().wall});
        ++starts_;
      }
      commit();
    }
  }

  void pass(Millis time) { passed_ += time; }
  void sleep(Millis time) {
    passed_ += time;
    slept_ += time;
  }

  std::int64_t starts() const { return starts_; }
  const Actions& actions() const { return actions_; }
  const Scheduler& core() const { return core_; }

 private:
  Now now() const {
    return {.wall = new_year + passed_, .boot = BootTime{passed_}, .awake = AwakeTime{passed_ - slept_}};
  }

  Scheduler core_;
  Actions actions_;
  Millis passed_{};
  Millis slept_{};
  std::int64_t starts_ = 0;
};

std::shared_ptr<JobSet> jobs(std::uint32_t count, Millis period, Millis apart) {
  auto set = std::make_shared<JobSet>();
  set->revision = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
  set->jobs.reserve(count);
  for (std::uint32_t n = 0; n < count; ++n) {
    set->jobs.push_back({.name = *JobName::parse("customer-" + std::to_string(n) + "-nightly-report"),
                         .schedule = Schedule(std::make_shared<IntervalTrigger>(period, new_year + apart * n)),
                         .action = Script{"true"}});
  }
  return set;
}

// What it costs to say which 20 slots come next.
double upcoming_us(const Scheduler& core) {
  constexpr int times = 100;
  const std::int64_t begin = cpu_ns();
  for (int time = 0; time < times; ++time) VERIFY(core.view().upcoming(20, std::nullopt).size() == 20);
  return static_cast<double>(cpu_ns() - begin) / times / 1e3;
}

// The worst that can be asked: nothing will run, and every job has to be looked at to know it.
void bench_all_paused() {
  constexpr std::uint32_t count = 100'000;
  const auto set = jobs(count, 1h, 1ms);
  Rig rig({});
  rig.load(set);
  PauseRequested pause{.by = "bench"};
  for (const Job& job : set->jobs) pause.jobs.push_back(job.name);
  rig.tell(std::move(pause));
  const std::int64_t begin = cpu_ns();
  VERIFY(rig.core().view().upcoming(20, std::nullopt).empty());
  print("upcoming_of_100k_paused", static_cast<double>(cpu_ns() - begin) / 1e6, "ms", 20);
}

// One job is due in each millisecond, of a million.
void bench_million() {
  constexpr std::uint32_t count = 1'000'000;
  const auto set = jobs(count, Millis{count}, 1ms);
  const std::int64_t before = allocated_bytes();
  Rig rig({.max_running = std::nullopt});
  const std::int64_t begin = cpu_ns();
  rig.load(set);
  print("load_1m_jobs", static_cast<double>(cpu_ns() - begin) / 1e6, "ms", 5'000);
  print("memory_per_job", static_cast<double>(allocated_bytes() - before) / count, "bytes", 300);

  constexpr int warm = 20'000, measured = 100'000;
  std::int64_t due = 0, all = 0, allocated = 0;
  for (int turn = 0; turn < warm + measured; ++turn) {
    rig.pass(1ms);
    const std::int64_t allocated_before = allocations();
    const std::int64_t cost = rig.advance();
    VERIFY(rig.actions().persist != nullptr && rig.actions().persist->records.size() == 1);
    const std::int64_t made = allocations() - allocated_before;
    const std::int64_t whole_begin = cpu_ns();
    rig.settle();
    if (turn < warm) continue;
    due += cost;
    all += cost + cpu_ns() - whole_begin;
    allocated += made;
  }
  print("advance_one_due_of_1m", static_cast<double>(due) / measured, "ns", 2'000);
  print("upcoming_20_of_1m", upcoming_us(rig.core()), "us", 50);
  print("allocations_in_it", static_cast<double>(allocated) / measured, "", 0);
  std::printf("%-40s %12.1f ns     (decide, commit, start, end: all turns of one run)\n", "whole_run_of_1m",
              static_cast<double>(all) / measured);
}

void bench_burst() {
  constexpr std::uint32_t count = 100'000;
  Rig rig({.max_running = 1'000});
  rig.load(jobs(count, 1h, 0ms));
  rig.pass(1h);
  const std::int64_t begin = cpu_ns();
  rig.advance();
  rig.settle();
  VERIFY(rig.starts() == count);
  print("burst_100k_in_one_second", static_cast<double>(cpu_ns() - begin) / 1e6, "ms", 5'000);
}

void bench_year_asleep() {
  Rig rig({});
  rig.load(jobs(1, 1s, 0ms));
  rig.sleep(365 * 24h);
  const std::int64_t cost = rig.advance();
  const auto& records = rig.actions().persist->records;
  const auto is_of_job = [](const Record& record) { return !std::holds_alternative<Event>(record); };  // one: it slept
  const auto coalesced =
      std::ranges::find_if(records, [](const Record& record) { return std::holds_alternative<SlotsDecided>(record); });
  VERIFY(coalesced != records.end() && std::get<SlotsDecided>(*coalesced).slots.count == 365 * 24 * 3600 - 1);
  print("a_year_of_seconds_decided", static_cast<double>(cost) / 1e3, "us", 100);
  print("rows_of_it", static_cast<double>(std::ranges::count_if(records, is_of_job)), "", 2);
}

}  // namespace

}  // namespace belfry::bench

int main() {
  belfry::bench::bench_heap();
  belfry::bench::bench_million();
  belfry::bench::bench_all_paused();
  belfry::bench::bench_burst();
  belfry::bench::bench_year_asleep();
}
