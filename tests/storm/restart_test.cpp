// F26: the daemon is stopped in order and started again while jobs run and are due, as an upgrade does, under each
// policy for what runs meanwhile. The short form runs with the suite; BELFRY_LONG=1 restarts 100 times. It prints what
// it counted.
#include <algorithm>
#include <cstdio>
#include <random>
#include <thread>

#include <doctest/doctest.h>

#include <base/text.h>
#include <tests/storm/audit.h>
#include <tests/storm/site.h>

namespace belfry::storm {
namespace {

using Clock = std::chrono::steady_clock;

const std::vector<StormJob> jobs{quick, failing, slow, queued, lasting};

WallTime now() { return std::chrono::floor<Millis>(std::chrono::system_clock::now()); }

Millis since(Clock::time_point begin) { return std::chrono::duration_cast<Millis>(Clock::now() - begin); }

struct Restarts {
  std::vector<WallTime> absences;  // an instant of each, in which no daemon lived
  Millis longest_stop{};           // from SIGTERM to the end of the process
  Millis longest_absence{};        // from there to an answer of the next one
  std::size_t left_executing = 0;  // runs that the ledger says execute, after all stops
};

// What a policy is to be seen doing.
using Deed = std::size_t (*)(const Site& site, const Restarts& restarts);

// On a busy machine it takes more restarts until the policy has had something to do.
Restarts restart(Site& site, int count, Deed deed) {
  std::mt19937 random(20'261'126);
  Restarts restarts;
  site.start_daemon();
  site.wait_until_it_answers();
  for (int i = 0; i < count || (i < 10 * count && deed != nullptr && deed(site, restarts) == 0); ++i) {
    const int life_max = 400 * (1 + i / count);
    std::this_thread::sleep_for(std::chrono::milliseconds{std::uniform_int_distribution{0, life_max}(random)});
    const auto asked = Clock::now();
    site.stop_daemon();
    restarts.longest_stop = std::max(restarts.longest_stop, since(asked));
    restarts.absences.push_back(now());
    restarts.left_executing += site.executing().size();
    const auto gone = Clock::now();
    site.start_daemon();
    site.wait_until_it_answers();
    restarts.longest_absence = std::max(restarts.longest_absence, since(gone));
  }
  site.stop_daemon();
  REQUIRE(site.settle(std::chrono::minutes{10}));
  return restarts;
}

// Runs that went on while no daemon lived, and were taken over by the next.
std::size_t adopted(const Site& site, const Restarts& restarts) {
  const std::vector<Run> runs = site.runs();
  return static_cast<std::size_t>(std::ranges::count_if(runs, [&](const Run& run) {
    return run.started && run.finished && std::ranges::any_of(restarts.absences, [&](WallTime instant) {
             return *run.started < instant && instant < *run.finished;
           });
  }));
}

std::size_t cancelled(const Site& site, const Restarts&) {
  const std::vector<Run> runs = site.runs();
  return static_cast<std::size_t>(
      std::ranges::count_if(runs, [](const Run& run) { return run.outcome == RunOutcome::cancelled; }));
}

struct Found {
  Restarts restarts;
  Audit audit;
  std::size_t adopted = 0;
};

// What holds whatever the policy is.
Found check_restarts(Site& site, int count, const char* policy, Deed deed = nullptr) {
  const Restarts restarts = restart(site, count, deed);
  const Found found{.restarts = restarts, .audit = audit(site), .adopted = adopted(site, restarts)};
  std::printf(
      "on_stop %s: %d restarts, %zu runs (%zu taken over, %zu lost, %zu cancelled), %lld slots: %zu doubled, %lld "
      "without "
      "outcome, %lld decided twice, %zu unheard, %zu wrong ends; slowest stop %lld ms, slowest start %lld ms\n",
      policy, count, found.audit.runs, found.adopted, found.audit.lost, found.audit.cancelled,
      static_cast<long long>(found.audit.slots), found.audit.doubled,
      static_cast<long long>(found.audit.without_outcome), static_cast<long long>(found.audit.decided_twice),
      found.audit.unheard, found.audit.wrong_ends, static_cast<long long>(restarts.longest_stop.count()),
      static_cast<long long>(restarts.longest_absence.count()));
  require_clean(found.audit, site);
  CHECK(found.audit.lost == 0);
  CHECK(found.audit.not_started == 0);
  CHECK(found.audit.runs > static_cast<std::size_t>(2 * count));  // it did not only restart
  return found;
}

TEST_CASE("storm: S33 restarted in order under load, no slot is without outcome, and what runs is taken over (F26)") {
  Site site({.jobs = jobs});
  const Found found = check_restarts(site, is_long() ? 100 : 10, "leave", adopted);
  CHECK(found.adopted > 0);
  CHECK(found.restarts.left_executing >= found.adopted);
  CHECK(found.audit.cancelled == 0);
}

TEST_CASE("storm: S33 on_stop: wait, under load: nothing executes when the daemon has gone (F26)") {
  Site site({.jobs = jobs, .daemon = "on_stop: wait 60s"});
  const Found found = check_restarts(site, is_long() ? 100 : 4, "wait 60s");
  CHECK(found.adopted == 0);
  CHECK(found.restarts.left_executing == 0);
  CHECK(found.audit.cancelled == 0);
}

TEST_CASE("storm: S33 on_stop: wait, under load: what takes longer than the daemon waits is taken over (F26)") {
  Site site({.jobs = jobs, .daemon = "on_stop: wait 200ms"});
  const Found found = check_restarts(site, is_long() ? 100 : 4, "wait 200ms", adopted);
  CHECK(found.adopted > 0);
  CHECK(found.audit.cancelled == 0);
}

TEST_CASE("storm: S33 on_stop: kill, under load: what runs is cancelled, and says by what (F26)") {
  Site site({.jobs = jobs, .daemon = "on_stop: kill"});
  const Found found = check_restarts(site, is_long() ? 100 : 4, "kill", cancelled);
  CHECK(found.adopted == 0);
  CHECK(found.restarts.left_executing == 0);
  CHECK(found.audit.cancelled > 0);
  for (const Run& run : site.runs()) {
    if (run.outcome == RunOutcome::cancelled) CHECK(run.reason == Reason::by_request);
  }
}

}  // namespace
}  // namespace belfry::storm
