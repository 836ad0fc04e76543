// The ledger's disk is full, the ledger is held by somebody else, the daemon has no descriptor left: the state is
// shown, nothing is started that could not be recorded, and afterwards everything goes on. A program of its own,
// because it mounts disks of its own; where it may not, those tests are skipped, each for all to see.
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <thread>

#include <doctest/doctest.h>

#include <base/file.h>
#include <store/sqlite.h>
#include <tests/e2e/installation.h>
#include <tests/support/temp_dir.h>

using namespace belfry::e2e;

namespace {

const char* ticking = "jobs: {tick: {schedule: every 200ms, run: 'true', missed: skip}}\n";

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::string newest_run(const Installation& installation) {
  const auto runs = installation.belfry_json({"runs", "tick", "-n", "1"});
  return runs.empty() ? "" : runs[0]["id"].get<std::string>();
}

std::string trouble(const Installation& installation) {
  return installation.belfry_json({"status"})["ledger"]["trouble"].dump();
}

// Starts again within the deadline, and every slot meanwhile has its outcome.
void check_recovered(const Installation& installation) {
  const std::string before = newest_run(installation);
  CHECK(eventually([&] { return newest_run(installation) != before; }));
  CHECK_FALSE(holds(installation.belfry({"status"}).out, "cannot"));
  const Finished doctor = installation.belfry({"doctor", "--json"});
  for (const auto& finding : nlohmann::json::parse(doctor.out)) {
    if (finding["about"] == "audit" || finding["about"] == "ledger")
      CHECK_MESSAGE(finding["verdict"] == "good", finding.dump());
  }
}

bool may_mount() {
  static const bool may = ::geteuid() == 0 && ::unshare(CLONE_NEWNS) == 0 &&
                          ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
  return may;
}

// REQUIRES: nothing is left to be cleaned up.
[[noreturn]] void skip(const char* why) {
  std::fprintf(stderr, "skipped: %s\n", why);
  std::exit(77);
}

// A daemon whose state is on a small disk, which something else fills while a job ticks.
struct FullDisk {
  explicit FullDisk(const std::string& disk) : filler(disk + "/filler") {
    ::setenv("TMPDIR", disk.c_str(), 1);
    installation.emplace(ticking);
    ::unsetenv("TMPDIR");
    installation->start_daemon();
    REQUIRE(eventually([&] { return !newest_run(*installation).empty(); }));
    std::ofstream(filler) << std::string(16U << 20U, 'x');
    REQUIRE(eventually([&] { return holds(trouble(*installation), "make room"); }));
  }
  void make_room() const { REQUIRE(::unlink(filler.c_str()) == 0); }

  std::string filler;
  std::optional<Installation> installation;
};

// A disk that can break: in a file, mounted until this is gone.
class FragileDisk {
 public:
  explicit FragileDisk(const belfry::tests::TempDir& dir) : image_(dir / "image"), path_(dir / "disk") {
    REQUIRE(belfry::make_directories(path_).has_value());
    std::ofstream(image_).close();
    std::filesystem::resize_file(image_, 24U << 20U);
    is_there_ = may_mount() && ::access("/usr/sbin/mkfs.ext4", X_OK) == 0 &&
                run_program({"/usr/sbin/mkfs.ext4", "-q", "-F", image_}).exit_code == 0 && mount();
    is_there_ = is_there_ && ::access(trigger().c_str(), W_OK) == 0;
  }
  FragileDisk(const FragileDisk&) = delete;
  FragileDisk& operator=(const FragileDisk&) = delete;
  ~FragileDisk() { ::umount2(path_.c_str(), MNT_DETACH); }

  bool is_there() const { return is_there_; }
  const std::string& path() const { return path_; }

  // As after an error of the hardware: the kernel lets nobody write any more.
  void become_read_only() const { std::ofstream(trigger()) << "of this test"; }
  // What an administrator does. REQUIRES: nobody has a file open on it.
  void repair() const {
    REQUIRE(::umount(path_.c_str()) == 0);
    run_program({"/usr/sbin/fsck.ext4", "-f", "-y", image_});
    REQUIRE(mount());
  }

 private:
  bool mount() const {
    return run_program({"/usr/bin/mount", "-o", "loop,errors=remount-ro", image_, path_}).exit_code == 0;
  }
  std::string trigger() const {
    std::string device = run_program({"/usr/bin/findmnt", "-no", "SOURCE", path_}).out;
    device = device.substr(device.rfind('/') + 1);
    return "/sys/fs/ext4/" + device.substr(0, device.find('\n')) + "/trigger_fs_error";
  }

  std::string image_;
  std::string path_;
  bool is_there_ = false;
};

}  // namespace

TEST_CASE(
    "e2e: S2 S34 F09 on a disk that became read-only nothing starts, everybody is told, and repaired it goes on") {
  std::optional<belfry::tests::TempDir> dir(std::in_place);
  std::optional<FragileDisk> fragile(std::in_place, *dir);
  if (!fragile->is_there()) {
    fragile.reset();
    dir.reset();
    skip("a disk in a file needs root, mkfs.ext4 and a kernel that lets a test break it");
  }
  const FragileDisk& disk = *fragile;
  ::setenv("TMPDIR", disk.path().c_str(), 1);
  std::optional<Installation> installation(std::in_place, ticking);
  ::unsetenv("TMPDIR");
  installation->start_daemon();
  REQUIRE(eventually([&] { return !newest_run(*installation).empty(); }));
  disk.become_read_only();
  REQUIRE(eventually([&] { return trouble(*installation) != "null"; }));
  const std::string last = newest_run(*installation);
  CHECK(installation->belfry({"run", "tick"}).exit_code == 5);
  const Finished doctor = installation->belfry({"doctor"});
  CHECK(doctor.exit_code == 1);
  // SQLite asks the disk at some times and is refused by it at others.
  const bool has_cure = holds(doctor.out, "must be writable for the daemon's user") || holds(doctor.out, "dmesg says");
  CHECK_MESSAGE(has_cure, doctor.out);
  CHECK(newest_run(*installation) == last);

  // Nobody has synced the file of schedules, and it may be gone. The copy of what was accepted is there.
  installation->stop_daemon(SIGTERM);
  disk.repair();
  REQUIRE(belfry::replace_file(installation->path("schedules.yaml"), "").has_value());
  installation->start_daemon();
  CHECK(installation->belfry({"show", last}).exit_code == 0);
  check_recovered(*installation);
  installation->stop_daemon(SIGTERM);
}

TEST_CASE("e2e: S2 F04 on a full disk nothing starts, everybody is told, and with room again the daemon goes on") {
  std::optional<belfry::tests::TempDir> dir(std::in_place);
  const std::string disk = *dir / "disk";
  REQUIRE(belfry::make_directories(disk).has_value());
  if (!may_mount() || ::mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=6m") != 0) {
    dir.reset();
    skip("mounting a file system needs root");
  }
  {
    FullDisk full(disk);
    Installation& installation = *full.installation;
    CHECK(installation.belfry({"list"}).exit_code == 0);
    const Finished status = installation.belfry({"status"});
    CHECK_MESSAGE(holds(status.out, "make room on the disk"), status.out);
    const Finished refused = installation.belfry({"run", "tick"});
    CHECK(refused.exit_code == 5);
    CHECK_MESSAGE(holds(refused.err, "ledger"), refused.err);
    const Finished doctor = installation.belfry({"doctor"});
    CHECK(doctor.exit_code == 1);
    CHECK_MESSAGE(holds(doctor.out, "make room"), doctor.out);

    // The one who starts it again now is told as well, and not left with a daemon that does not start.
    installation.stop_daemon(SIGKILL);
    installation.start_daemon();
    CHECK(installation.belfry({"list"}).exit_code == 0);

    full.make_room();
    check_recovered(installation);
    REQUIRE(installation.belfry({"pause", "tick"}).exit_code == 0);
  }
  {
    FullDisk full(disk);
    Installation& installation = *full.installation;
    std::this_thread::sleep_for(std::chrono::seconds{1});  // some slots come due meanwhile
    full.make_room();
    check_recovered(installation);
    CHECK(eventually(
        [&] { return holds(installation.belfry({"why", "tick", "-n", "500"}).out, "could not be recorded"); }));
  }
  CHECK(::umount2(disk.c_str(), MNT_DETACH) == 0);
}

TEST_CASE("e2e: S2 F06 while somebody else holds the ledger the daemon says so, and goes on when it is free") {
  Installation installation(ticking);
  installation.start_daemon();
  REQUIRE(eventually([&] { return !newest_run(installation).empty(); }));
  auto foreign = belfry::sqlite::Connection::open(installation.path("state/ledger.db"),
                                                  belfry::sqlite::Access::read_write, belfry::Millis{5000});
  REQUIRE(foreign.has_value());
  REQUIRE(foreign->execute("BEGIN IMMEDIATE", "hold the ledger").has_value());
  const std::string before = newest_run(installation);  // who reads does not wait
  REQUIRE(eventually([&] { return holds(trouble(installation), "another program uses the file"); }));
  CHECK(installation.belfry({"run", "tick"}).exit_code == 5);
  CHECK(newest_run(installation) == before);
  REQUIRE(foreign->execute("ROLLBACK", "let it go").has_value());
  check_recovered(installation);
}

TEST_CASE("e2e: F07 the doctor looks at the records of the ledger, and names one that is damaged") {
  Installation installation(ticking);
  installation.start_daemon();
  installation.wait_for_closed_run("tick");  // it is written no more
  const auto records = [&](std::vector<std::string> how) {
    how.insert(how.begin(), "doctor");
    how.emplace_back("--json");
    for (const auto& finding : nlohmann::json::parse(installation.belfry(how).out)) {
      if (finding["about"] == "records") return finding;
    }
    return nlohmann::json();
  };
  CHECK(records({})["verdict"] == "good");
  CHECK(holds(records({"--thorough"})["what"].get<std::string>(), "all of them fit their checksums"));
  auto hand = belfry::sqlite::Connection::open(installation.path("state/ledger.db"), belfry::sqlite::Access::read_write,
                                               belfry::Millis{5000});
  REQUIRE(hand->execute("UPDATE runs SET opened = opened + 1 WHERE sequence = 1", "damage").has_value());
  CHECK(records({})["verdict"] == "bad");
  const Finished told = installation.belfry({"doctor"});
  CHECK(told.exit_code == 1);
  CHECK(holds(told.out, "the record runs 1 does not fit its checksum"));
}
