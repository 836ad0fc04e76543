// What the daemon makes of the files of control groups; made up here, so that every kind of machine can be played.
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <map>

#include <doctest/doctest.h>

#include <base/file.h>
#include <jobs/attempt_group.h>
#include <jobs/cgroup_home.h>
#include <jobs/records.h>
#include <tests/os/jobs/bench.h>
#include <tests/support/temp_dir.h>

namespace belfry::tests {
namespace {

struct Machine {
  TempDir dir;
  std::string proc = dir / "proc";
  std::string marked;  // the path that is marked as given away

  void write(const std::string& path, const std::string& text) const {
    REQUIRE(make_directories(std::filesystem::path(path).parent_path().string()));
    REQUIRE(replace_file(path, text));
  }
  Result<std::string> find(const std::string& process) const {
    return find_cgroup_home(process,
                            {.proc = proc, .is_delegated = [this](const auto& path) { return path == marked; }});
  }
};

TEST_CASE("jobs/cgroup_home: S26 F17 the daemon's home is the group that was given to it, and nothing else") {
  struct Row {
    const char* cgroup;     // of the process
    const char* mountinfo;  // of cgroup v2; empty: it is not mounted
    const char* marked;
    const char* home;  // or the beginning of why there is none
  };
  const char* usual = "31 24 0:27 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate";
  const char* hybrid = "32 24 0:28 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw";
  for (const Row& row : {
           Row{"0::/system.slice/belfry.service", usual, "/sys/fs/cgroup/system.slice/belfry.service",
               "/sys/fs/cgroup/system.slice/belfry.service"},
           // already in its leaf, as seen by the doctor
           Row{"0::/system.slice/belfry.service/daemon", usual, "/sys/fs/cgroup/system.slice/belfry.service",
               "/sys/fs/cgroup/system.slice/belfry.service"},
           Row{"5:memory:/x\n0::/a.slice", hybrid, "/sys/fs/cgroup/unified/a.slice", "/sys/fs/cgroup/unified/a.slice"},
           // a container whose hierarchy is a part of the machine's
           Row{"0::/docker/7/app", "9 8 0:1 /docker/7 /sys/fs/cgroup rw - cgroup2 cgroup rw", "/sys/fs/cgroup/app",
               "/sys/fs/cgroup/app"},
           Row{"0::/session.scope", usual, "", "its control group, /session.scope, was not given to it"},
           Row{"0::/", usual, "", "its control group, /, was not given to it"},
           Row{"5:memory:/x", usual, "", "this machine has no cgroup v2"},
           Row{"0::/a.slice", "", "", "cgroup v2 is not mounted here"},
           Row{"0::/other", "9 8 0:1 /docker/7 /sys/fs/cgroup rw - cgroup2 cgroup rw", "",
               "its control group cannot be"},
       }) {
    CAPTURE(row.cgroup);
    Machine machine;
    machine.marked = row.marked;
    machine.write(machine.proc + "/7/cgroup", row.cgroup + std::string("\n"));
    machine.write(machine.proc + "/self/mountinfo",
                  "24 1 0:22 / /proc rw - proc proc rw\n" + std::string(row.mountinfo) + "\n");
    const auto home = machine.find("7");
    CHECK((home ? *home : home.error().what).starts_with(row.home));
    CHECK(home.has_value() == (*row.marked != '\0'));
  }
}

TEST_CASE("jobs/cgroup_home: the whole hierarchy of a container belongs to its first process") {
  Machine machine;
  machine.write(machine.proc + "/1/cgroup", "0::/\n");
  machine.write(machine.proc + "/self/mountinfo", "31 24 0:27 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
  CHECK(machine.find("1").value_or("") == "/sys/fs/cgroup");
}

// What a group looks like to a user who may take on no other identity.
TEST_CASE("jobs/cgroup_home: what a user's own manager gives belongs to the user, as long as nobody else is in there") {
  const TempDir dir;
  const std::string group = dir / "group";
  REQUIRE(make_directories(group));
  REQUIRE(::chmod((dir / "").c_str(), 0755) == 0);
  const auto is_given = [&](const std::string& members, uid_t owner) {
    REQUIRE(replace_file(group + "/cgroup.procs", members));
    REQUIRE(::chown(group.c_str(), owner, static_cast<gid_t>(-1)) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
      const bool is_user = ::geteuid() != 0 || ::setresuid(65533, 65533, 65533) == 0;
      const std::string own = std::to_string(::getpid()) + "\n";
      if (members == "own" && !replace_file(group + "/cgroup.procs", own)) ::_exit(2);
      ::_exit(is_user && is_delegated(group) ? 1 : 0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WEXITSTATUS(status) == 1;
  };
  const uid_t user = ::geteuid() == 0 ? 65533 : ::geteuid();
  CHECK(is_given("", user));
  CHECK(is_given("own", user));
  CHECK_FALSE(is_given("1\n", user));
  CHECK_FALSE(is_given("1\n2\n", user));
  if (::geteuid() == 0) CHECK_FALSE(is_given("", 0));
}

// A group whose files take what is written to them.
struct Home {
  TempDir dir;
  std::string path = dir / "home";

  explicit Home(const std::string& controllers) {
    write("daemon/cgroup.procs", "");
    write("cgroup.controllers", controllers);
    write("cgroup.subtree_control", "");
  }
  void write(const std::string& name, const std::string& text) const {
    REQUIRE(make_directories(std::filesystem::path(path + "/" + name).parent_path().string()));
    REQUIRE(replace_file(path + "/" + name, text));
  }
  std::string read(const std::string& name) const { return read_file(path + "/" + name).value_or(""); }
};

TEST_CASE("jobs/cgroup_home: S26 controllers are handed on while they are wanted, those that there are, each once") {
  const Home home("cpuset cpu memory pids\n");
  CgroupHome cgroups = CgroupHome::settle(home.path);
  CHECK(cgroups.path() == home.path);
  CHECK(cgroups.facts().available.words() == "cpu memory pids");
  CHECK(home.read("daemon/cgroup.procs") == "0");

  const auto command_of = [&](std::string_view wanted) {
    home.write("cgroup.subtree_control", "");
    cgroups.hand_on(Controllers::parse(wanted));
    return home.read("cgroup.subtree_control");
  };
  CHECK(command_of("memory") == "+memory");
  CHECK(command_of("memory") == "");
  CHECK(command_of("memory pids io") == "+pids");
  CHECK(command_of("pids") == "-memory");
  CHECK(command_of("") == "-pids");
}

TEST_CASE("jobs/cgroup_home: S26 only what a group made for the trial takes, and gives back, counts as available") {
  const Home home("cpu io memory pids\n");
  for (const char* file : {"trial/memory.max", "trial/io.bfq.weight"}) home.write(file, "");
  REQUIRE(::symlink("/dev/null", (home.path + "/trial/pids.max").c_str()) == 0);  // takes, and gives nothing back
  CgroupHome cgroups = CgroupHome::settle(home.path);
  cgroups.try_out();
  CHECK(cgroups.facts().available.words() == "io memory");
  CHECK(home.read("cgroup.subtree_control").starts_with("-pids"));  // the last of four that were handed on for a moment
}

TEST_CASE("jobs/cgroup_home: S26 a trial leaves to jobs that go on what was handed on to them") {
  const Home home("memory pids\n");
  home.write("cgroup.subtree_control", "memory pids\n");
  CgroupHome cgroups = CgroupHome::settle(home.path);
  cgroups.try_out();
  CHECK(home.read("cgroup.subtree_control") == "memory pids\n");
}

TEST_CASE("jobs/cgroup_home: F17 a home into which the daemon cannot move is none, and why is said") {
  const TempDir dir;
  const CgroupHome cgroups = CgroupHome::settle(dir / "nothing");
  CHECK(cgroups.path().empty());
  CHECK(cgroups.facts().why_none.find("No such file or directory") != std::string::npos);
  CHECK(cgroups.facts().available.is_empty());
}

TEST_CASE("jobs/cgroup_home: groups that earlier attempts left behind are removed, others are not") {
  const Home home("");
  for (const char* name : {"/ours", "/strange"}) REQUIRE(make_directories(home.path + name));
  CgroupHome::settle(home.path).sweep([](const std::string& name) { return name == "ours"; });
  CHECK_FALSE(std::filesystem::exists(home.path + "/ours"));
  CHECK(std::filesystem::exists(home.path + "/strange"));
}

TEST_CASE("jobs/attempt_group: S26 limits are put in force again as they were ordered") {
  const Home home("cpu memory pids\n");
  const std::string run = home.dir / "01M7X2E7FGGRZP059CP72YHWAB.1.1";
  REQUIRE(create_run_directory(run, {.boot = {},
                                     .cwd = "/",
                                     .argv = {"/bin/true"},
                                     .env = {},
                                     .limits = {.memory = 1 << 20, .cpus = 0.5, .pids = 7},
                                     .cgroup = home.path}));
  const auto group = AttemptGroup::of(run);
  REQUIRE(group.has_value());
  CHECK(group->uses().words() == "cpu memory pids");
  const std::string name = "01M7X2E7FGGRZP059CP72YHWAB.1.1/";
  for (const char* file : {"memory.max", "cpu.max", "pids.max"}) home.write(name + file, "");
  group->bound_again();
  CHECK(home.read(name + "memory.max") == "1048576");
  CHECK(home.read(name + "cpu.max") == "50000 100000");
  CHECK(home.read(name + "pids.max") == "7");
}

TEST_CASE("jobs/launcher: S3 S26 an attempt that is taken over gets its controllers and its limits again") {
  const Home home("memory pids\n");
  Bench bench;
  const auto begin_daemon = [&] {
    bench.destroy_launcher();
    bench.create_launcher(BELFRY_MINDER, CgroupHome::settle(home.path));
  };
  begin_daemon();
  const StartOrder order = bench.script("sleep 60", {.limits = {.memory = 50 << 20}});
  bench.start(order);
  bench.follow_to_start(order.id);
  CHECK(home.read("cgroup.subtree_control") == "+memory");

  // What systemd/release-controllers leaves of it when the daemon is dead.
  home.write("cgroup.subtree_control", "");
  home.write(run_directory_name(order.id) + "/memory.max", "max");
  begin_daemon();
  CHECK(bench.recover(order.run).started.has_value());
  CHECK(home.read("cgroup.subtree_control") == "+memory");
  CHECK(home.read(run_directory_name(order.id) + "/memory.max") == std::to_string(50 << 20));

  bench.launcher().stop({.id = order.id});
  bench.follow_to_end(order.id);
  CHECK(bench.follow([&] { return home.read("cgroup.subtree_control") == "-memory"; }));
}

TEST_CASE("jobs/launcher: S26 without a limit that needs them no controller is handed on") {
  const Home home("cpu io memory pids\n");
  Bench bench;
  bench.destroy_launcher();
  bench.create_launcher(BELFRY_MINDER, CgroupHome::settle(home.path));
  bench.run(bench.script("true", {.limits = {.open_files = 100, .nice = 1}}));
  CHECK(home.read("cgroup.subtree_control").empty());
}

TEST_CASE("jobs/attempt_group: an attempt that was to have no group has none") {
  const TempDir dir;
  const std::string run = dir / "01M7X2E7FGGRZP059CP72YHWAB.1.1";
  REQUIRE(create_run_directory(run, {.boot = {}, .cwd = "/", .argv = {"/bin/true"}, .env = {}}));
  CHECK_FALSE(AttemptGroup::of(run).has_value());
  CHECK_FALSE(AttemptGroup::of(dir / "nothing").has_value());
}

}  // namespace
}  // namespace belfry::tests
