// F01, F02: kill -9 at any instruction, of the daemon and of minders. The short form runs with the suite; BELFRY_LONG=1
// kills 2,000 times. It prints what it counted.
#include <signal.h>

#include <cstdio>
#include <filesystem>
#include <random>
#include <thread>

#include <doctest/doctest.h>

#include <base/text.h>
#include <jobs/records.h>
#include <tests/storm/audit.h>
#include <tests/storm/site.h>

namespace belfry::storm {
namespace {

using Clock = std::chrono::steady_clock;

const std::vector<StormJob> jobs{quick, failing, slow, queued};

// Also while it starts, while it recovers, while it has just begun to work, and long after.
std::chrono::microseconds life(std::mt19937& random) {
  static constexpr int spans_us[] = {6'000, 30'000, 150'000};
  const int span = spans_us[std::uniform_int_distribution<std::size_t>{0, 2}(random)];
  return std::chrono::microseconds{std::uniform_int_distribution{0, span}(random)};
}

void print(const char* what, int kills, const Audit& audit) {
  std::printf(
      "%s: %d kills, %zu runs (%zu started after a restart, %zu lost), %lld slots: %zu doubled, %lld without "
      "outcome, %lld decided twice, %zu unheard, %zu wrong ends\n",
      what, kills, audit.runs, audit.relaunched, audit.lost, static_cast<long long>(audit.slots), audit.doubled,
      static_cast<long long>(audit.without_outcome), static_cast<long long>(audit.decided_twice), audit.unheard,
      audit.wrong_ends);
}

void check(const Audit& audit, const Site& site) {
  require_clean(audit, site);
  CHECK(audit.cancelled == 0);  // nobody asked for it
}

TEST_CASE("storm: S3 the daemon is killed again and again, and nothing is started twice, lost or left open (F01)") {
  const int kills = is_long() ? 2'000 : 120;
  std::mt19937 random(20'261'120);
  Site site({.jobs = jobs});
  const auto runs_wanted = static_cast<std::size_t>(kills / 4);
  // On a busy machine a daemon has to live longer, and more often, to come to work.
  for (int i = 0; i < kills || (i < 10 * kills && site.runs().size() <= runs_wanted); ++i) {
    site.start_daemon();
    std::this_thread::sleep_for(life(random) * (1 + i / kills));
    site.kill_daemon();
  }
  REQUIRE(site.settle(std::chrono::minutes{10}));
  const Audit found = audit(site);
  print("daemon killed", kills, found);
  check(found, site);
  CHECK(found.lost == 0);  // no minder was killed
  CHECK(found.not_started == 0);
  CHECK(found.runs > runs_wanted);  // it was not only killed
}

// The claim of some attempt whose minder lives.
std::optional<Claim> pick_live(const Site& site, std::mt19937& random) {
  std::vector<Claim> live;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(site.runs_path(), error)) {
    const auto claim = read_claim(entry.path());
    if (claim && *claim && hold_process((*claim)->minder)) live.push_back(**claim);
  }
  if (live.empty()) return std::nullopt;
  return live[std::uniform_int_distribution<std::size_t>{0, live.size() - 1}(random)];
}

TEST_CASE(
    "storm: S3 minders are killed under a daemon that is killed too: each run is lost aloud or has its end (F02)") {
  const int kills = is_long() ? 500 : 40;
  std::mt19937 random(1);
  Site site({.jobs = jobs});
  for (int killed = 0, days = 0; killed < kills && days < 10 * kills; ++days) {
    site.start_daemon();
    for (const auto until = Clock::now() + std::chrono::milliseconds{400}; Clock::now() < until && killed < kills;) {
      std::this_thread::sleep_for(std::chrono::milliseconds{20});
      const auto claim = pick_live(site, random);
      const auto minder = claim ? hold_process(claim->minder) : std::nullopt;
      if (!minder) continue;
      signal_process(*minder, SIGKILL);
      ++killed;
    }
    site.kill_daemon();
  }
  REQUIRE(site.settle(std::chrono::minutes{10}));
  const Audit found = audit(site);
  print("minders killed", kills, found);
  check(found, site);
  CHECK(found.lost > 0);
  for (const Run& run : site.runs()) {
    if (run.outcome == RunOutcome::lost) CHECK(run.reason == Reason::minder_killed);
  }
}

}  // namespace
}  // namespace belfry::storm
