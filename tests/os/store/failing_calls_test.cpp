// Each system call by which the ledger writes fails once, a few times, or until further notice (F04, F08): what was
// acknowledged is there, and afterwards everything goes on. SQLite calls through the C library; this program brings
// its own versions, which the loader prefers. A program of its own, because that holds for all of it.
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>

#include <doctest/doctest.h>

#include <base/file.h>
#include <store/sqlite_store.h>
#include <tests/contract/store/ledger_builders.h>
#include <tests/support/temp_dir.h>

namespace {

struct Plan {
  bool is_armed = false;
  int calls = 0;  // so far
  int first = INT_MAX;
  int count = 0;
  int error = EIO;
};
Plan plan;

bool fails() {
  if (!plan.is_armed) return false;
  const int call = plan.calls++;
  if (call < plan.first || call - plan.first >= plan.count) return false;
  errno = plan.error;
  return true;
}

}  // namespace

extern "C" int fdatasync(int fd) { return fails() ? -1 : static_cast<int>(::syscall(SYS_fdatasync, fd)); }
extern "C" int fsync(int fd) { return fails() ? -1 : static_cast<int>(::syscall(SYS_fsync, fd)); }
extern "C" ssize_t pwrite64(int fd, const void* bytes, std::size_t size, off64_t at) {
  return fails() ? -1 : ::syscall(SYS_pwrite64, fd, bytes, size, at);
}
extern "C" ssize_t pwrite(int fd, const void* bytes, std::size_t size, off_t at) {
  return fails() ? -1 : ::syscall(SYS_pwrite64, fd, bytes, size, at);
}
extern "C" int ftruncate64(int fd, off64_t size) noexcept {
  return fails() ? -1 : static_cast<int>(::syscall(SYS_ftruncate, fd, size));
}
extern "C" int ftruncate(int fd, off_t size) noexcept {
  return fails() ? -1 : static_cast<int>(::syscall(SYS_ftruncate, fd, size));
}

namespace belfry::tests {

namespace {

// Hundreds of ledgers: in memory, where there is such a directory.
[[maybe_unused]] const bool in_memory = ::access("/dev/shm", W_OK) == 0 && ::setenv("TMPDIR", "/dev/shm", 1) == 0;

constexpr std::uint64_t batches = 4;

Batch batch_with_start(std::uint64_t number) {
  const Slot at{.era = {}, .at = clock("00:00") + std::chrono::minutes{number}};
  Batch batch{.id = BatchId{number}, .records = {sight_of("backup"), RunOpened{start_of("backup", number, at)}}};
  batch.records.emplace_back(decided("backup", {.era = {}, .at = at.at + Millis{1}}));
  return batch;
}

// What every life begins with: a ledger with one batch.
const std::string& young_ledger() {
  static const std::string content = [] {
    const TempDir dir;
    auto store = SqliteStore::open(dir / "ledger.db", {.reserve_bytes = 0});
    REQUIRE((*store)->commit(batch_with_start(1)).verdict == Verdict::ok);
    store->reset();
    return read_file(dir / "ledger.db").value();
  }();
  return content;
}

// A life of the ledger: batches are offered until they are ok, a few times while calls fail, and then without.
void live_through(const std::string& path) {
  REQUIRE(replace_file(path, young_ledger()).has_value());
  auto store = SqliteStore::open(path, {.tidy_pages = 1, .reserve_bytes = 0});
  REQUIRE_MESSAGE(store.has_value(), store.error().what);
  plan.is_armed = true;
  for (std::uint64_t number = 2; number <= batches; ++number) {
    CommitAnswer answer = (*store)->commit(batch_with_start(number));
    for (int offers = 0; offers < 2 && answer.verdict != Verdict::ok; ++offers) {
      CHECK_FALSE(answer.why.empty());
      answer = (*store)->commit(batch_with_start(number));
    }
    if (answer.verdict != Verdict::ok) plan.is_armed = false;  // the disk is whole again
    for (int offers = 0; offers < 10 && answer.verdict != Verdict::ok; ++offers) {
      answer = (*store)->commit(batch_with_start(number));
    }
    REQUIRE_MESSAGE(answer.verdict == Verdict::ok, answer.why);
    (void)(*store)->tidy();
  }
  plan.is_armed = false;
}

void check_whole(const std::string& path) {
  const auto store = SqliteStore::open(path, {.reserve_bytes = 0});
  REQUIRE_MESSAGE(store.has_value(), store.error().what);
  const Snapshot snapshot = (*store)->load().value();
  CHECK(snapshot.last_batch == BatchId{batches});
  CHECK(snapshot.open_runs.size() == batches);
}

// How many calls a life makes that nothing disturbs.
int undisturbed_calls() {
  const TempDir dir;
  plan = {};
  live_through(dir / "ledger.db");
  check_whole(dir / "ledger.db");
  return plan.calls;
}

}  // namespace

TEST_CASE("store/sqlite_store: S2 F08 F09 whichever call fails, for however long, nothing acknowledged is lost") {
  const int calls = undisturbed_calls();
  REQUIRE(calls > 20);
  int disturbed = 0;
  for (const int error : {EIO, ENOSPC, EROFS, EDQUOT}) {
    for (const int count : {1, 3, INT_MAX / 2}) {
      for (int first = 0; first < calls; ++first) {
        CAPTURE(error);
        CAPTURE(count);
        CAPTURE(first);
        const TempDir dir;
        plan = {.first = first, .count = count, .error = error};
        live_through(dir / "ledger.db");
        if (plan.calls > first) ++disturbed;
        check_whole(dir / "ledger.db");
      }
    }
  }
  MESSAGE(disturbed << " lives were disturbed, at each of " << calls << " calls");
  CHECK(disturbed > calls * 8);
}

}  // namespace belfry::tests
