// A disk without room: a tmpfs of one megabyte, in a mount namespace of this program's own.
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include <doctest/doctest.h>

#include <base/file.h>
#include <store/sqlite_history.h>
#include <store/sqlite_store.h>
#include <tests/contract/store/ledger_builders.h>
#include <tests/support/temp_dir.h>

namespace belfry::tests {

namespace {

void write_line(const char* path, const std::string& line) { std::ofstream(path) << line; }

// Without root, in a user namespace where this process is root.
bool enter_namespace() {
  if (::geteuid() == 0) return ::unshare(CLONE_NEWNS) == 0;
  const std::string uid_map = "0 " + std::to_string(::geteuid()) + " 1";
  const std::string gid_map = "0 " + std::to_string(::getegid()) + " 1";
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
  write_line("/proc/self/uid_map", uid_map);
  write_line("/proc/self/setgroups", "deny");
  write_line("/proc/self/gid_map", gid_map);
  return true;
}

// A tmpfs with these options in a directory of its own, as long as it lives.
class SmallDisk {
 public:
  explicit SmallDisk(const char* options) : path_(dir_ / "disk") {
    static const bool may_mount = enter_namespace() && ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
    REQUIRE(make_directories(path_).has_value());
    if (may_mount && ::mount("tmpfs", path_.c_str(), "tmpfs", 0, options) == 0) return;
    std::fprintf(stderr, "skipped: a tmpfs cannot be mounted here: %s\n", std::strerror(errno));
    std::exit(77);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk() { CHECK(::umount(path_.c_str()) == 0); }

  std::string ledger() const { return path_ + "/ledger.db"; }
  void change(unsigned long flags, const char* options) {
    REQUIRE_MESSAGE(::mount("tmpfs", path_.c_str(), "tmpfs", MS_REMOUNT | flags, options) == 0, std::strerror(errno));
  }
  // To the last byte.
  void fill() { std::ofstream(path_ + "/filler") << std::string(64U << 20U, 'x'); }
  void free() { REQUIRE(::unlink((path_ + "/filler").c_str()) == 0); }
  bool has_reserve() const { return ::access((ledger() + ".reserve").c_str(), F_OK) == 0; }

 private:
  TempDir dir_;
  std::string path_;
};

Batch batch_of_runs(std::uint64_t number) {
  Batch batch{.id = BatchId{number}, .records = {}};
  for (std::uint64_t n = 1; n <= 50; ++n) {
    const std::uint64_t sequence = (number - 1) * 50 + n;
    batch.records.emplace_back(RunOpened{start_of("backup", sequence)});
  }
  return batch;
}

}  // namespace

TEST_CASE("store/sqlite_store: S2 F04 on a full disk a batch fails whole; with room again it is accepted") {
  SmallDisk disk("size=1m");
  auto store = SqliteStore::open(disk.ledger());
  REQUIRE_MESSAGE(store.has_value(), store.error().what);
  CHECK_FALSE(disk.has_reserve());  // it would take all there is
  auto history = SqliteHistory::open(disk.ledger());
  REQUIRE_MESSAGE(history.has_value(), history.error().what);

  std::uint64_t number = 1;
  CommitAnswer answer = (*store)->commit(batch_of_runs(number));
  while (answer.verdict == Verdict::ok && number < 1000) answer = (*store)->commit(batch_of_runs(++number));
  CHECK(number > 3);
  CHECK(answer.verdict == Verdict::failed);
  CHECK_MESSAGE(answer.why.find("make room on the disk") != std::string::npos, answer.why);

  // As often as it is offered: failed, and what was accepted can be read.
  for (int offers = 0; offers < 5; ++offers) CHECK((*store)->commit(batch_of_runs(number)).verdict == Verdict::failed);
  CHECK((*history)->runs({.limit = 1})->front().sequence == (number - 1) * 50);
  CHECK((*store)->load()->last_batch == BatchId{number - 1});

  disk.change(0, "size=8m");
  answer = (*store)->commit(batch_of_runs(number));
  CHECK_MESSAGE(answer.verdict == Verdict::ok, answer.why);
  CHECK((*store)->load()->open_runs.size() == number * 50);
}

TEST_CASE("store/sqlite_store: F04 the reserve records what has ended on a full disk, and starts nothing") {
  SmallDisk disk("size=8m");
  auto store = SqliteStore::open(disk.ledger());
  REQUIRE_MESSAGE(store.has_value(), store.error().what);
  CHECK(disk.has_reserve());
  std::uint64_t number = 1;
  REQUIRE((*store)->commit(batch_of_runs(number)).verdict == Verdict::ok);
  disk.fill();
  // What fits into the log that is there is accepted still.
  CommitAnswer start = (*store)->commit(batch_of_runs(++number));
  while (start.verdict == Verdict::ok && number < 1000) start = (*store)->commit(batch_of_runs(++number));
  CHECK(start.verdict == Verdict::failed);
  CHECK(disk.has_reserve());

  Batch ends{.id = BatchId{number}, .records = {}};
  for (std::uint64_t n = 1; n <= 50; ++n) ends.records.emplace_back(RunClosed{end_of(start_of("backup", n))});
  const CommitAnswer end = (*store)->commit(ends);
  CHECK_MESSAGE(end.verdict == Verdict::ok, end.why);
  CHECK_FALSE(disk.has_reserve());
  CHECK((*store)->load()->open_runs.size() == (number - 2) * 50);

  disk.free();
  REQUIRE((*store)->tidy().has_value());
  CHECK(disk.has_reserve());
  CHECK((*store)->commit(batch_of_runs(number + 1)).verdict == Verdict::ok);
}

TEST_CASE("store/sqlite_store: F04 a ledger on a full disk can be opened, with the room of the reserve") {
  SmallDisk disk("size=8m");
  {
    auto store = SqliteStore::open(disk.ledger());
    REQUIRE((*store)->commit(batch_of_runs(1)).verdict == Verdict::ok);
  }
  disk.fill();
  auto store = SqliteStore::open(disk.ledger());
  REQUIRE_MESSAGE(store.has_value(), store.error().what);
  CHECK((*store)->load()->open_runs.size() == 50);
  CHECK_FALSE(disk.has_reserve());
}

TEST_CASE("store/sqlite_store: F09 a file system that became read-only accepts nothing, and says why") {
  SmallDisk disk("size=8m");
  auto store = SqliteStore::open(disk.ledger());
  REQUIRE((*store)->commit(batch_of_runs(1)).verdict == Verdict::ok);
  auto history = SqliteHistory::open(disk.ledger());
  store->reset();  // a remount is refused while a file is open for writing
  history->reset();
  disk.change(MS_RDONLY, "size=8m");
  const auto refused = SqliteStore::open(disk.ledger());
  REQUIRE_FALSE(refused.has_value());
  CHECK_MESSAGE(refused.error().what.find("must be writable for the daemon's user") != std::string::npos,
                refused.error().what);
  disk.change(0, "size=8m");
  store = SqliteStore::open(disk.ledger());
  REQUIRE_MESSAGE(store.has_value(), store.error().what);
  CHECK((*store)->commit(batch_of_runs(2)).verdict == Verdict::ok);
}

TEST_CASE("store/sqlite_store: F09 without a file more the ledger cannot be opened, and the reason is the disk") {
  SmallDisk disk("size=8m,nr_inodes=2");  // the directory, and one file: the log has no place
  const auto refused = SqliteStore::open(disk.ledger());
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().sys_errno == ENOSPC);
  CHECK_MESSAGE(refused.error().what.find("No space left on device") != std::string::npos, refused.error().what);
  disk.change(0, "size=8m,nr_inodes=20");
  auto store = SqliteStore::open(disk.ledger());
  REQUIRE_MESSAGE(store.has_value(), store.error().what);
  CHECK((*store)->commit(batch_of_runs(1)).verdict == Verdict::ok);
}

}  // namespace belfry::tests
