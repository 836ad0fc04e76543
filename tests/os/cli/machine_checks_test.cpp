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
  KernelFiles files{.proc = dir / "proc", .cgroups = dir / "cgroup"};

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
  machine.write(machine.files.proc + "/7/cgroup", "0::/system.slice/belfry.service\n");
  const Finding none = check_cgroups(7, machine.files);
  CHECK(none.verdict == Verdict::note);
  CHECK(none.what.find("no cgroup v2") != std::string::npos);

  machine.write(machine.files.cgroups + "/cgroup.controllers", "cpu memory pids\n");
  CHECK(check_cgroups(7, machine.files).what.find("of its own") != std::string::npos);
  REQUIRE(make_directories(machine.files.cgroups + "/system.slice/belfry.service").has_value());
  CHECK(check_cgroups(7, machine.files).verdict == Verdict::good);

  machine.write(machine.files.proc + "/7/cgroup", "0::/\n");  // the root group is everybody's
  CHECK(check_cgroups(7, machine.files).verdict == Verdict::note);
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

TEST_CASE("cli/machine_checks: what this machine is found to have comes with a cure, or needs none") {
  for (const Finding& finding : {check_clock(), check_zones(""), check_disk("/"), check_disk("/no/such/place")}) {
    CAPTURE(finding.about);
    CHECK(has_cure(finding));
    CHECK_FALSE(finding.what.empty());
  }
  CHECK(check_zones("").verdict == Verdict::good);
  CHECK(check_zones("1999a").verdict == Verdict::note);
}
