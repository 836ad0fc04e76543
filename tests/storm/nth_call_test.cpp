// F01, F02: the daemon, and minders, are killed at every single system call of their way: start, recovery, the start of
// a run and its end. The short form takes steps; BELFRY_LONG=1 takes every call.
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include <doctest/doctest.h>

#include <tests/storm/audit.h>
#include <tests/storm/site.h>
#include <tests/storm/tracer.h>

namespace belfry::storm {
namespace {

// More than a daemon needs to be ready, to take over what an earlier one left, and to see several runs to their ends.
constexpr std::uint64_t daemon_calls = 5'000;
// More than a minder needs from its exec to the end of its first job, and of its second and third.
constexpr std::uint64_t minder_calls = 280;

const std::vector<StormJob> jobs{quick, failing, slow};

void need_tracer() {
  if (Tracer::is_allowed()) return;
  std::fprintf(stderr, "skipped: ptrace is not allowed here\n");
  std::exit(77);
}

TEST_CASE("storm: S3 the daemon is killed at each of its system calls, and nothing is started twice or lost (F01)") {
  const std::uint64_t step = is_long() ? 1 : 61;
  need_tracer();
  Site site({.jobs = jobs});
  Tracer tracer;
  int kills = 0;
  const auto is_any_relaunched = [&] {
    const std::vector<Run> runs = site.runs();
    return std::ranges::any_of(runs, [](const Run& run) { return run.launch > 1; });
  };
  // In steps; and where none of them came between a commit and its start, between the steps.
  for (std::uint64_t first = 1; first <= step && (first == 1 || !is_any_relaunched()); first += 6) {
    for (std::uint64_t nth = first; nth <= daemon_calls; nth += step) {
      INFO("at call " << nth << "\n" << site.daemon_log());
      REQUIRE(tracer.kill_daemon(site.daemon_program(), nth));
      ++kills;
    }
  }
  REQUIRE(site.settle(std::chrono::minutes{10}));
  const Audit found = audit(site);
  std::printf("daemon killed at %d different calls: %zu runs (%zu started after a restart), %zu doubled, %zu lost\n",
              kills, found.runs, found.relaunched, found.doubled, found.lost);
  require_clean(found, site);
  CHECK(found.lost == 0);
  CHECK(found.relaunched > 0);
}

TEST_CASE("storm: S3 minders are killed at each of their system calls: each run is lost aloud or has its end (F02)") {
  const int rounds = is_long() ? 10 : 1;
  need_tracer();
  Site site({.jobs = jobs});
  Tracer tracer;
  Tracer::Killed killed;
  for (int round = 0; round < rounds; ++round) {
    const auto now = tracer.kill_minders(site.daemon_program(), {.calls_last = minder_calls, .kills = minder_calls});
    killed.minders += now.minders;
    killed.survivors += now.survivors;
  }
  REQUIRE(site.settle(std::chrono::minutes{10}));
  const Audit found = audit(site);
  std::printf("%d minders killed at different calls, %d at their end before: %zu runs, %zu lost, %zu doubled\n",
              killed.minders, killed.survivors, found.runs, found.lost, found.doubled);
  require_clean(found, site);
  // On a busy machine a minder has one run, and ends with it.
  CHECK(killed.minders > rounds * static_cast<int>(minder_calls) / 4);
  CHECK(found.lost > 0);
}

}  // namespace
}  // namespace belfry::storm
