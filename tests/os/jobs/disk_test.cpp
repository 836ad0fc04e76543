// File systems that cannot, and disks without room, in a mount namespace of this program's own.
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include <base/file.h>
#include <jobs/output.h>
#include <jobs/probe.h>
#include <tests/os/jobs/bench.h>

namespace belfry::tests {
namespace {

void write_line(const char* path, const std::string& line) { std::ofstream(path) << line; }

// Without root, in a user namespace where this process is root.
bool enter_namespace() {
  const uid_t uid = ::geteuid();
  const gid_t gid = ::getegid();
  if (uid == 0) return ::unshare(CLONE_NEWNS | CLONE_NEWIPC) == 0;
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWIPC) != 0) return false;
  write_line("/proc/self/uid_map", "0 " + std::to_string(uid) + " 1");
  write_line("/proc/self/setgroups", "deny");
  write_line("/proc/self/gid_map", "0 " + std::to_string(gid) + " 1");
  return true;
}

void mount_at(const std::string& where, const char* type, const char* options) {
  static const bool may_mount = enter_namespace() && ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
  std::filesystem::create_directory(where);
  if (may_mount && ::mount("none", where.c_str(), type, 0, options) == 0) return;
  std::fprintf(stderr, "skipped: a %s cannot be mounted here: %s\n", type, std::strerror(errno));
  std::exit(77);
}

TEST_CASE("jobs/probe: S3 a file system where a file cannot have a second name is refused by name") {
  const TempDir dir;
  const std::string queue = dir / "queue";
  mount_at(queue, "mqueue", nullptr);  // has files and locks, and no links
  const Result<void> fit = probe_file_system(queue);
  CHECK(std::filesystem::is_empty(queue));
  ::umount(queue.c_str());
  REQUIRE_FALSE(fit);
  CHECK(fit.error().what.starts_with("the file system of " + queue + " cannot hold the state: link "));
  CHECK(fit.error().what.find("Operation not permitted") != std::string::npos);
}

TEST_CASE("jobs/probe: S3 a file system that can is accepted, and nothing is left on it") {
  const TempDir dir;
  const std::string path = dir / "state";
  std::filesystem::create_directory(path);
  std::ofstream(path + "/probe.first") << "of a probe that was killed";
  std::filesystem::create_hard_link(path + "/probe.first", path + "/probe.second");
  CHECK(probe_file_system(path));
  CHECK(std::filesystem::is_empty(path));
}

TEST_CASE("jobs/probe: a directory that is not there is said") {
  const Result<void> fit = probe_file_system("/no/such/directory");
  REQUIRE_FALSE(fit);
  CHECK(fit.error().what == "open /no/such/directory/probe.first: No such file or directory");
}

TEST_CASE(
    "jobs/minder: S30 F05 on a full disk the job goes on, and its end is put on record when there is room again") {
  Bench bench;
  mount_at(bench.runs(), "tmpfs", "size=1m");
  bench.destroy_launcher();
  bench.create_launcher();
  std::ofstream(bench.runs() + "/filler") << std::string(100'000, 'x');
  const StartOrder order = bench.script("seq 1 300000; : > " + bench.scratch("done") + "; exit 6");
  bench.start(order);
  CHECK(bench.follow([&] { return std::filesystem::exists(bench.scratch("done")); }));
  REQUIRE(eventually([&] { return !is_alive(bench.claim(order.id).job.pid); }));
  CHECK_FALSE(bench.has_file(order.id, "exit"));
  CHECK(is_alive(bench.claim(order.id).minder.pid));
  std::filesystem::remove(bench.runs() + "/filler");
  const Outcome& outcome = bench.follow_to_end(order.id);
  REQUIRE(outcome.ended);
  CHECK(outcome.ended->end.code == 6);
  CHECK(read_exit_record(bench.directory(order.id))->truncated_errno == ENOSPC);
  const std::string kept = read_output(bench.runs(), order.id, {.limit = 1U << 30U}).value().bytes;
  CHECK(kept.starts_with("1\n2\n3\n"));
  CHECK(kept.size() > 500'000);
  bench.destroy_launcher();
  ::umount2(bench.runs().c_str(), MNT_DETACH);
}

TEST_CASE("jobs/launcher: S29 a start that finds the disk full fails aloud") {
  Bench bench;
  SUBCASE("for the daemon") { mount_at(bench.runs(), "tmpfs", "nr_inodes=4"); }
  SUBCASE("for the minder, which then cannot even put it on record") { mount_at(bench.runs(), "tmpfs", "nr_inodes=5"); }
  bench.destroy_launcher();
  bench.create_launcher();
  const Outcome& outcome = bench.run_script("exit 0");
  REQUIRE(outcome.start_failed);
  CHECK(outcome.start_failed->detail.ends_with("No space left on device"));
  bench.destroy_launcher();
  ::umount2(bench.runs().c_str(), MNT_DETACH);
}

}  // namespace
}  // namespace belfry::tests
