// A process that writes batches and says which were accepted; killed at any moment. What it was told is `ok` must be
// there, and no batch in part.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include <base/hash.h>
#include <base/os.h>
#include <store/sqlite_store.h>
#include <tests/contract/store/ledger_builders.h>
#include <tests/support/temp_dir.h>

namespace belfry::tests {

namespace {

constexpr std::uint64_t runs_per_batch = 7;

Batch batch_of_runs(std::uint64_t number) {
  Batch batch{.id = BatchId{number}, .records = {}};
  for (std::uint64_t n = 1; n <= runs_per_batch; ++n) {
    const std::uint64_t sequence = (number - 1) * runs_per_batch + n;
    const Run run = start_of("backup", sequence, Slot{.era = {}, .at = clock("00:00") + Millis{sequence}});
    batch.records.emplace_back(RunOpened{run});
    if (n % 2 == 0) batch.records.emplace_back(RunClosed{end_of(run)});
  }
  return batch;
}

// In the child: writes until it is killed, and reports each batch that was accepted. Checkpoints often, so that kills
// hit them too.
[[noreturn]] void write_for_ever(const std::string& path, int report) {
  auto store = SqliteStore::open(path, {.tidy_pages = 20});
  if (!store) ::_exit(2);
  const auto snapshot = (*store)->load();
  if (!snapshot) ::_exit(3);
  for (std::uint64_t number = std::to_underlying(snapshot->last_batch) + 1;; ++number) {
    if ((*store)->commit(batch_of_runs(number)).verdict != Verdict::ok) ::_exit(4);
    if (::write(report, &number, sizeof number) != sizeof number) ::_exit(5);
    if (!(*store)->tidy()) ::_exit(6);
  }
}

struct Child {
  pid_t pid = -1;
  Fd reports;
};

Child start_writer(const std::string& path) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t pid = ::fork();
  REQUIRE(pid >= 0);
  if (pid == 0) {
    ::close(ends[0]);
    write_for_ever(path, ends[1]);
  }
  ::close(ends[1]);
  return {.pid = pid, .reports = Fd(ends[0])};
}

// Reads reports: `wanted` of them, or with 0 all that are left. The number of the last batch that was reported.
std::uint64_t read_reports(const Child& child, std::uint64_t wanted) {
  std::uint64_t last = 0;
  std::uint64_t number = 0;
  for (std::uint64_t n = 0; wanted == 0 || n < wanted; ++n) {
    if (::read(child.reports.get(), &number, sizeof number) != sizeof number) break;
    last = number;
  }
  return last;
}

std::size_t closed_up_to(std::uint64_t batches) { return batches * (runs_per_batch / 2); }

}  // namespace

TEST_CASE(
    "store/sqlite_store: S2 a writer killed at any moment loses nothing it was told is ok, and leaves no half batch") {
  const TempDir dir;
  const std::string path = dir / "ledger.db";
  std::uint64_t batches = 0;
  for (std::uint64_t round = 0; round < 40; ++round) {
    CAPTURE(round);
    const Child child = start_writer(path);
    const std::uint64_t chance = mix(round);
    std::uint64_t accepted = read_reports(child, 1 + chance % 8);
    // From here the child is somewhere between two reports; how far, the spin decides.
    for (volatile std::uint64_t spin = chance / 8 % 400'000; spin > 0;) spin = spin - 1;
    REQUIRE(::kill(child.pid, SIGKILL) == 0);
    accepted = std::max(accepted, read_reports(child, 0));
    int status = 0;
    REQUIRE(::waitpid(child.pid, &status, 0) == child.pid);
    CHECK(WIFSIGNALED(status));
    CHECK(accepted > batches);

    auto store = SqliteStore::open(path);
    REQUIRE_MESSAGE(store.has_value(), store.error().what);
    const auto snapshot = (*store)->load();
    REQUIRE_MESSAGE(snapshot.has_value(), snapshot.error().what);
    batches = std::to_underlying(snapshot->last_batch);
    CHECK(batches >= accepted);
    CHECK(batches <= accepted + 1);
    CHECK(snapshot->last_sequence == batches * runs_per_batch);
    CHECK(snapshot->open_runs.size() + closed_up_to(batches) == batches * runs_per_batch);
  }
}

}  // namespace belfry::tests
