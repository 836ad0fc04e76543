// F01 for what executes inside the daemon: it dies with it, at any instruction. Then each call is lost, has its end, or
// is started after the restart, and none of them executes twice. BELFRY_LONG=1 kills 2,000 times.
#include <cstdio>
#include <cstdlib>
#include <random>
#include <thread>

#include <doctest/doctest.h>

#include <tests/storm/audit.h>
#include <tests/storm/site.h>

namespace belfry::storm {
namespace {

const bool is_long = std::getenv("BELFRY_LONG") != nullptr;

constexpr auto jobs = R"(
  quick: { schedule: every 100ms, overlap: allow, missed: all, call: mark, with: { path: '%MARKS%' } }
  failing: { schedule: every 100ms, overlap: skip, missed: latest, call: mark, with: { path: '%MARKS%', code: 7 } }
  slow: { schedule: every 100ms, overlap: allow, missed: skip, call: mark, with: { path: '%MARKS%', pause_ms: 50 } }
  process: { schedule: every 100ms, overlap: skip, missed: latest, run: '%MARK%; exit 3' }
plugins: [")" BELFRY_MARK_PLUGIN R"("]
)";

TEST_CASE("storm: S3 the daemon is killed while it executes callables, and none executes twice (F01)") {
  const int kills = is_long ? 2'000 : 80;
  std::mt19937 random(20'261'126);
  Site site(jobs);
  for (int i = 0; i < kills; ++i) {
    site.start_daemon();
    std::this_thread::sleep_for(std::chrono::milliseconds{std::uniform_int_distribution{0, 120}(random)});
    site.kill_daemon();
  }
  REQUIRE(site.settle(std::chrono::seconds{60}));
  const Audit found =
      audit(site, {.exit_codes = {{"quick", 0}, {"failing", 7}, {"slow", 0}, {"process", 3}}, .period = Millis{100}});
  std::printf(
      "callables killed: %d kills, %zu runs (%zu started after a restart, %zu lost), %zu doubled, %zu unheard\n", kills,
      found.runs, found.relaunched, found.lost, found.doubled, found.unheard);
  INFO(found.first_finding);
  CHECK(found.is_clean());
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
