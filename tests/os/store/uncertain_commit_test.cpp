// The disk's answer to a sync, as this test decides it. SQLite asks for syncs through the C library; this program
// brings its own fdatasync(), which the loader prefers. A program of its own, because that holds for all of it.
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <set>

#include <doctest/doctest.h>

#include <store/sqlite_history.h>
#include <store/sqlite_store.h>
#include <tests/contract/store/ledger_builders.h>
#include <tests/support/temp_dir.h>

namespace {

int syncs = 0;
int syncs_to_fail = 0;
std::set<int> broken;

}  // namespace

extern "C" int fdatasync(int fd) {
  ++syncs;
  if (syncs_to_fail > 0) {
    --syncs_to_fail;
    broken.insert(fd);
  }
  if (broken.contains(fd)) {
    errno = EIO;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_fdatasync, fd));
}

extern "C" int close(int fd) {
  broken.erase(fd);
  return static_cast<int>(::syscall(SYS_close, fd));
}

namespace belfry::tests {

namespace {

constexpr int all = 1'000'000;

Batch batch_with_start(std::uint64_t number) {
  const Slot at{.era = {}, .at = clock("00:00") + std::chrono::minutes{number}};
  return {.id = BatchId{number}, .records = {sight_of("backup"), RunOpened{start_of("backup", number, at)}}};
}

struct Ledger {
  TempDir dir;
  std::unique_ptr<SqliteStore> store;

  Ledger() {
    open();
    REQUIRE(store->commit(batch_with_start(1)).verdict == Verdict::ok);
  }
  ~Ledger() {
    store.reset();
    syncs_to_fail = 0;
  }

  void open() {
    store.reset();
    auto opened = SqliteStore::open(dir / "ledger.db");
    REQUIRE_MESSAGE(opened.has_value(), opened.error().what);
    store = std::move(*opened);
  }
  std::size_t starts() { return store->load()->open_runs.size(); }
};

TEST_CASE("store/sqlite_store: S2 every ok was synced before") {
  Ledger ledger;
  for (std::uint64_t n = 2; n <= 20; ++n) {
    const int before = syncs;
    REQUIRE(ledger.store->commit(batch_with_start(n)).verdict == Verdict::ok);
    CHECK(syncs > before);
  }
}

TEST_CASE("store/sqlite_store: S2 a commit whose sync failed is unknown, and settled when it is offered again") {
  // How many syncs fail: the commit's own; that and the one of closing the file; and more than the first new offer
  // needs.
  for (const int failures : {1, 2, 3, 4, 5, 8}) {
    CAPTURE(failures);
    Ledger ledger;
    syncs_to_fail = failures;
    CommitAnswer answer = ledger.store->commit(batch_with_start(2));
    CHECK(answer.verdict == Verdict::unknown);
    CHECK(answer.why.find("ledger.db") != std::string::npos);
    for (int offers = 0; offers < 10 && answer.verdict != Verdict::ok; ++offers) {
      CHECK(answer.verdict == Verdict::unknown);
      answer = ledger.store->commit(batch_with_start(2));
    }
    REQUIRE_MESSAGE(answer.verdict == Verdict::ok, answer.why);
    CHECK(syncs_to_fail == 0);
    CHECK(ledger.starts() == 2);
    REQUIRE(ledger.store->commit(batch_with_start(3)).verdict == Verdict::ok);
    ledger.open();
    CHECK(ledger.starts() == 3);
  }
}

TEST_CASE("store/sqlite_store: S2 the same with a reader, which keeps the write-ahead log alive") {
  for (const int failures : {1, 2, 3, 4}) {
    CAPTURE(failures);
    Ledger ledger;
    const auto history = SqliteHistory::open(ledger.dir / "ledger.db");
    REQUIRE(history.has_value());
    REQUIRE((*history)->runs({})->size() == 1);
    syncs_to_fail = failures;
    CommitAnswer answer = ledger.store->commit(batch_with_start(2));
    CHECK(answer.verdict == Verdict::unknown);
    for (int offers = 0; offers < 10 && answer.verdict != Verdict::ok; ++offers) {
      answer = ledger.store->commit(batch_with_start(2));
    }
    REQUIRE_MESSAGE(answer.verdict == Verdict::ok, answer.why);
    CHECK((*history)->runs({})->size() == 2);
  }
}

TEST_CASE("store/sqlite_store: S2 as long as no sync succeeds nothing is ok") {
  Ledger ledger;
  syncs_to_fail = all;
  for (int offers = 0; offers < 5; ++offers) {
    CHECK(ledger.store->commit(batch_with_start(2)).verdict == Verdict::unknown);
  }
  syncs_to_fail = 0;
  CHECK(ledger.store->commit(batch_with_start(2)).verdict == Verdict::ok);
  CHECK(ledger.starts() == 2);
}

TEST_CASE("store/sqlite_store: S3 a daemon that dies after an unknown commit finds it whole or not at all") {
  Ledger ledger;
  syncs_to_fail = all;
  CHECK(ledger.store->commit(batch_with_start(2)).verdict == Verdict::unknown);
  ledger.store.reset();
  syncs_to_fail = 0;
  ledger.open();
  const Snapshot snapshot = *ledger.store->load();
  CHECK(snapshot.open_runs.size() == std::to_underlying(snapshot.last_batch));
  const auto next = std::to_underlying(snapshot.last_batch) + 1;
  CHECK(ledger.store->commit(batch_with_start(next)).verdict == Verdict::ok);
  CHECK(ledger.starts() == next);
}

TEST_CASE("store/sqlite_store: a sync that fails while tidying up costs nothing") {
  TempDir dir;
  auto store = SqliteStore::open(dir / "ledger.db", {.tidy_pages = 0});
  REQUIRE(store.has_value());
  REQUIRE((*store)->commit(batch_with_start(1)).verdict == Verdict::ok);
  syncs_to_fail = 1;
  CHECK_FALSE((*store)->tidy().has_value());
  syncs_to_fail = 0;
  CHECK((*store)->tidy().has_value());
  CHECK((*store)->commit(batch_with_start(2)).verdict == Verdict::ok);
  CHECK((*store)->load()->open_runs.size() == 2);
}

}  // namespace

}  // namespace belfry::tests
