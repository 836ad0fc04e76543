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
bool may_mount() {
  if (::geteuid() == 0) return ::unshare(CLONE_NEWNS) == 0;
  const std::string uid_map = "0 " + std::to_string(::geteuid()) + " 1";
  const std::string gid_map = "0 " + std::to_string(::getegid()) + " 1";
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
  write_line("/proc/self/uid_map", uid_map);
  write_line("/proc/self/setgroups", "deny");
  write_line("/proc/self/gid_map", gid_map);
  return true;
}

void mount_small_disk(const std::string& where) {
  if (may_mount() && ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
      ::mount("tmpfs", where.c_str(), "tmpfs", 0, "size=1m") == 0) {
    return;
  }
  std::fprintf(stderr, "skipped: a tmpfs cannot be mounted here: %s\n", std::strerror(errno));
  std::exit(77);
}

Batch batch_of_runs(std::uint64_t number) {
  Batch batch{.id = BatchId{number}, .records = {}};
  for (std::uint64_t n = 1; n <= 50; ++n) {
    const std::uint64_t sequence = (number - 1) * 50 + n;
    batch.records.emplace_back(RunOpened{start_of("backup", sequence)});
  }
  return batch;
}

}  // namespace

TEST_CASE("store/sqlite_store: S2 on a full disk a batch fails whole; with room again it is accepted") {
  const TempDir dir;
  const std::string disk = dir / "disk";
  REQUIRE(make_directories(disk).has_value());
  mount_small_disk(disk);
  {
    auto store = SqliteStore::open(disk + "/ledger.db");
    REQUIRE_MESSAGE(store.has_value(), store.error().what);
    auto history = SqliteHistory::open(disk + "/ledger.db");
    REQUIRE_MESSAGE(history.has_value(), history.error().what);

    std::uint64_t number = 1;
    CommitAnswer answer = (*store)->commit(batch_of_runs(number));
    while (answer.verdict == Verdict::ok && number < 1000) answer = (*store)->commit(batch_of_runs(++number));
    CHECK(number > 3);
    CHECK(answer.verdict == Verdict::failed);
    CHECK_MESSAGE(answer.why.find("make room on the disk") != std::string::npos, answer.why);

    // As often as it is offered: failed, and what was accepted can be read.
    for (int offers = 0; offers < 5; ++offers)
      CHECK((*store)->commit(batch_of_runs(number)).verdict == Verdict::failed);
    CHECK((*history)->runs({.limit = 1})->front().sequence == (number - 1) * 50);
    CHECK((*store)->load()->last_batch == BatchId{number - 1});

    REQUIRE(::mount("tmpfs", disk.c_str(), "tmpfs", MS_REMOUNT, "size=8m") == 0);
    answer = (*store)->commit(batch_of_runs(number));
    CHECK_MESSAGE(answer.verdict == Verdict::ok, answer.why);
    CHECK((*store)->load()->open_runs.size() == number * 50);
  }
  CHECK(::umount(disk.c_str()) == 0);
}

}  // namespace belfry::tests
