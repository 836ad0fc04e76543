#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include <doctest/doctest.h>

#include <base/file.h>
#include <cli/machine_checks.h>
#include <tests/support/temp_dir.h>

using namespace belfry;
using namespace belfry::cli;
using belfry::tests::TempDir;
using Verdict = Finding::Verdict;

namespace {

struct Machine {
  TempDir dir;
  KernelFiles files{.proc = dir / "proc"};

  void write(const std::string& path, const std::string& text) const {
    REQUIRE(make_directories(std::filesystem::path(path).parent_path().string()).has_value());
    REQUIRE(replace_file(path, text).has_value());
  }
};

bool has_cure(const Finding& finding) { return finding.cure.empty() == (finding.verdict == Verdict::good); }

}  // namespace

TEST_CASE("cli/machine_checks: the daemon's limit of open files is read from the kernel's table") {
  const Machine machine;
  const auto write = [&](const char* soft) {
    machine.write(machine.files.proc + "/7/limits",
                  std::string("Limit                     Soft Limit           Hard Limit           Units     \n") +
                      "Max processes             100                  100                  processes \n" +
                      "Max open files            " + soft + "                 524288               files     \n");
    return check_limits(7, machine.files);
  };
  CHECK(write("1024").verdict == Verdict::note);
  CHECK(write("1024").what.find("1024") != std::string::npos);
  CHECK(write("65536").verdict == Verdict::good);
  CHECK(write("unlimited").verdict == Verdict::good);
  CHECK(has_cure(write("1024")));
  CHECK(check_limits(8, machine.files).verdict == Verdict::note);  // no such process
}

TEST_CASE("cli/machine_checks: F17 a daemon without a control group of its own is told what that means") {
  const Machine machine;
  bool is_marked = false;
  const CgroupFiles files{.proc = machine.files.proc, .is_delegated = [&](const std::string&) { return is_marked; }};
  const std::string group = machine.dir / "cgroup/system.slice/belfry.service";
  machine.write(files.proc + "/7/cgroup", "1:name=systemd:/\n0::/system.slice/belfry.service/daemon\n");
  machine.write(files.proc + "/self/mountinfo", "20 1 0:1 / / rw - ext4 /dev/vda rw\n");
  const Finding none = check_cgroups(7, files);
  CHECK(none.verdict == Verdict::note);
  CHECK(none.what.find("cgroup v2 is not mounted here") != std::string::npos);

  machine.write(files.proc + "/self/mountinfo",
                "31 20 0:27 / " + (machine.dir / "cgroup") + " rw - cgroup2 cgroup2 rw\n");
  const Finding foreign = check_cgroups(7, files);
  CHECK(foreign.verdict == Verdict::note);
  CHECK(foreign.what.find("/system.slice/belfry.service, was not given to it") != std::string::npos);

  is_marked = true;
  machine.write(group + "/cgroup.controllers", "cpuset cpu io pids\n");
  const Finding poor = check_cgroups(7, files);
  CHECK(poor.verdict == Verdict::note);
  CHECK(poor.what.ends_with(": memory"));
  machine.write(group + "/cgroup.controllers", "cpuset cpu io memory pids\n");
  CHECK(check_cgroups(7, files).verdict == Verdict::good);
  CHECK(check_cgroups(7, files).what.ends_with(group));
  for (const Finding& finding : {none, foreign, poor, check_cgroups(7, files)}) CHECK(has_cure(finding));
}

TEST_CASE("cli/machine_checks: a file that others may change, or a folder above it, is found with its mode and cure") {
  const TempDir dir;
  const std::string folder = dir / "config";
  const std::string path = folder + "/schedules.yaml";
  REQUIRE(make_directories(folder).has_value());
  REQUIRE(replace_file(path, "jobs: {}\n").has_value());
  REQUIRE(::chmod(path.c_str(), 0644) == 0);
  REQUIRE(::chmod(folder.c_str(), 0755) == 0);
  CHECK(check_file("permissions", path).verdict == Verdict::good);

  REQUIRE(::chmod(path.c_str(), 0664) == 0);
  const Finding open = check_file("permissions", path);
  CHECK(open.verdict == Verdict::bad);
  CHECK(open.what.find("has mode 0664") != std::string::npos);
  CHECK(open.cure == "chmod go-w " + std::filesystem::canonical(path).string());

  REQUIRE(::chmod(path.c_str(), 0644) == 0);
  REQUIRE(::chmod(folder.c_str(), 0777) == 0);
  CHECK(check_file("permissions", path).verdict == Verdict::bad);
  REQUIRE(::chmod(folder.c_str(), 01777) == 0);  // sticky: others cannot rename what is not theirs
  CHECK(check_file("permissions", path).verdict == Verdict::good);
  CHECK(check_file("permissions", dir / "nothing").verdict == Verdict::bad);
}

TEST_CASE("cli/machine_checks: F07 a ledger that was set aside as damaged is found, the newest of several") {
  const TempDir dir;
  CHECK(check_set_aside(dir / ".").verdict == Finding::Verdict::good);
  for (const char* name : {"ledger.db.corrupt.2026-11-20T10:00:00Z", "ledger.db.corrupt.2026-11-21T10:00:00Z",
                           "ledger.db.corrupt.2026-11-21T10:00:00Z-wal", "ledger.db"}) {
    REQUIRE(replace_file(dir / name, "").has_value());
  }
  const Finding found = check_set_aside(dir / ".");
  CHECK(found.verdict == Finding::Verdict::note);
  CHECK(found.what.find("/ledger.db.corrupt.2026-11-21T10:00:00Z: ") != std::string::npos);
  CHECK_FALSE(found.cure.empty());
  CHECK(check_set_aside(dir / "nowhere").verdict == Finding::Verdict::note);
}

TEST_CASE("cli/machine_checks: what this machine is found to have comes with a cure, or needs none") {
  for (const Finding& finding : {check_clock(), check_zones(""), check_disk("/"), check_disk("/no/such/place")}) {
    CAPTURE(finding.about);
    CHECK(has_cure(finding));
    CHECK_FALSE(finding.what.empty());
  }
  CHECK(check_zones("").verdict == Verdict::good);
  CHECK(check_zones("1999a").verdict == Verdict::note);
}
