// F01 for what executes inside the daemon: it dies with it, at any instruction. Then each call is lost, has its end, or
// is started after the restart, and none of them executes twice. BELFRY_LONG=1 kills 2,000 times.
#include <algorithm>
#include <cstdio>
#include <random>
#include <thread>

#include <doctest/doctest.h>

#include <tests/storm/audit.h>
#include <tests/storm/site.h>

namespace belfry::storm {
namespace {

// The callable writes the mark itself.
const std::vector<StormJob> jobs{
    {.name = "quick", .policies = quick.policies, .action = "call: mark, with: { path: '%MARKS%' }"},
    {.name = "failing",
     .policies = failing.policies,
     .action = "call: mark, with: { path: '%MARKS%', code: 7 }",
     .exit_code = 7},
    {.name = "slow", .policies = slow.policies, .action = "call: mark, with: { path: '%MARKS%', pause_ms: 50 }"},
    {.name = "process", .policies = failing.policies, .action = "run: '%MARK%; exit 3'", .exit_code = 3}};

TEST_CASE("storm: S3 the daemon is killed while it executes callables, and none executes twice (F01)") {
  const int kills = is_long() ? 2'000 : 80;
  std::mt19937 random(20'261'126);
  Site site({.jobs = jobs, .plugin = BELFRY_MARK_PLUGIN});
  const auto is_any_lost = [&] {
    const std::vector<Run> runs = site.runs();
    return std::ranges::any_of(runs, [](const Run& run) { return run.outcome == RunOutcome::lost; });
  };
  // On a busy machine it takes longer, and more kills, to meet a daemon that executes.
  for (int i = 0; i < kills || (i < 10 * kills && !is_any_lost()); ++i) {
    site.start_daemon();
    const int life_max = 120 * (1 + i / kills);
    std::this_thread::sleep_for(std::chrono::milliseconds{std::uniform_int_distribution{0, life_max}(random)});
    site.kill_daemon();
  }
  REQUIRE(site.settle(std::chrono::minutes{10}));
  const Audit found = audit(site);
  std::printf(
      "callables killed: %d kills, %zu runs (%zu started after a restart, %zu lost), %zu doubled, %zu unheard\n", kills,
      found.runs, found.relaunched, found.lost, found.doubled, found.unheard);
  require_clean(found, site);
  CHECK(found.not_started == 0);
  CHECK(found.lost > 0);
  for (const Run& run : site.runs()) {
    if (run.outcome != RunOutcome::lost) continue;
    CHECK(run.job.text() != "process");
    CHECK(run.reason == Reason::daemon_died);
  }
}

}  // namespace
}  // namespace belfry::storm
