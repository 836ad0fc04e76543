// F04, F08, F10, F11: a daemon whose ledger's disk is full or broken for a while, or whose machine has no process or no
// descriptor left, is killed soon after, again and again. Then each slot has one outcome, no run executed twice, and
// none is said to be lost. BELFRY_LONG=1 does it ten times as often.
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include <doctest/doctest.h>

#include <tests/storm/audit.h>
#include <tests/storm/site.h>
#include <tests/storm/tracer.h>

namespace belfry::storm {
namespace {

using namespace std::chrono_literals;

const std::vector<StormJob> jobs{quick, failing, slow};

const std::vector<long> writing{SYS_pwrite64, SYS_write, SYS_ftruncate, SYS_fallocate};
const std::vector<long> syncing{SYS_fdatasync, SYS_fsync};
const std::vector<long> making_descriptors{SYS_openat, SYS_open, SYS_accept4, SYS_timerfd_create, SYS_memfd_create};

struct Row {
  const char* what;
  Fault fault;
};
const std::vector<Row> rows{
    {"the ledger cannot be synced: EIO", {.calls = syncing, .error = EIO, .file = "ledger.db"}},
    {"the ledger cannot be written: EIO", {.calls = writing, .error = EIO, .file = "ledger.db"}},
    {"the ledger cannot be written: ENOSPC", {.calls = writing, .error = ENOSPC, .file = "ledger.db"}},
    {"no run directory can be made: ENOSPC",
     {.calls = {SYS_mkdir, SYS_openat, SYS_open, SYS_write}, .error = ENOSPC, .file = "/runs/"}},
    {"no process can be made: EAGAIN", {.calls = {SYS_clone}, .error = EAGAIN, .file = ""}},
    {"no descriptor is left: EMFILE", {.calls = making_descriptors, .error = EMFILE, .file = ""}},
};

std::size_t count_ready(const Site& site) {
  const std::string log = site.daemon_log();
  std::size_t count = 0;
  for (std::size_t at = 0; (at = log.find(" is ready: ", at)) != std::string::npos; ++at) ++count;
  return count;
}

TEST_CASE(
    "storm: S2 S3 S29 a full disk, a broken one, no process, no descriptor: nothing is doubled, lost or left open") {
  if (!can_inject || !Tracer::is_allowed()) {
    std::printf("skipped: calls can be injected on x86-64 only, and where ptrace is allowed\n");
    std::exit(77);
  }
  const int rounds = is_long() ? 10 : 1;
  for (const Row& row : rows) {
    CAPTURE(std::string(row.what));
    Site site({.jobs = jobs});
    Tracer tracer;
    int failed = 0;
    // On a busy machine a daemon may make no such call before its window closes.
    for (int round = 0; round < rounds || (failed == 0 && round < rounds + 5); ++round) {
      const std::size_t times_ready = count_ready(site);
      const auto is_at_work = [&] { return count_ready(site) > times_ready; };
      const int now = tracer.fail_calls(site.daemon_program(), row.fault,
                                        {.opens = is_at_work, .begin = 300ms, .end = 1000ms, .life = 2200ms});
      INFO(site.daemon_log());
      const bool came_to_work = is_at_work();
      REQUIRE((now >= 0 || !came_to_work));  // it has not ended by itself; before it is ready it may
      failed += std::max(now, 0);
    }
    REQUIRE(failed > 0);
    REQUIRE(site.settle(10min));
    const Audit found = audit(site);
    std::printf("%s: %d calls failed, %zu runs (%zu lost), %lld slots, %zu doubled, %lld without outcome\n", row.what,
                failed, found.runs, found.lost, static_cast<long long>(found.slots), found.doubled,
                static_cast<long long>(found.without_outcome));
    require_clean(found, site);
    CHECK(found.lost == 0);
    CHECK(found.runs > static_cast<std::size_t>(rounds));
  }
}

}  // namespace
}  // namespace belfry::storm
