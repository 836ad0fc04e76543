// What the kernel lets a process of this machine have, and what its disks would heed.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <functional>

#include <doctest/doctest.h>

#include <base/file.h>
#include <jobs/process_bounds.h>
#include <tests/support/temp_dir.h>

namespace belfry::tests {
namespace {

// In a child that may take on nothing more.
bool holds_for_nobody(const std::function<bool()>& claim) {
  const pid_t child = ::fork();
  if (child == 0) {
    const bool is_nobody = ::geteuid() != 0 || ::setresuid(65533, 65533, 65533) == 0;
    ::_exit(is_nobody && claim() ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST_CASE("jobs/process_bounds: S26 S29 what is found is what the kernel then grants and refuses") {
  CHECK(holds_for_nobody([] {
    const rlimit descriptors{.rlim_cur = 100, .rlim_max = 200};
    const rlimit nice{.rlim_cur = 0, .rlim_max = 0};
    if (::setrlimit(RLIMIT_NOFILE, &descriptors) != 0 || ::setrlimit(RLIMIT_NICE, &nice) != 0) return false;
    const int later = std::min(::getpriority(PRIO_PROCESS, 0) + 1, 19);  // the tests may run nicely themselves
    if (::setpriority(PRIO_PROCESS, 0, later) != 0) return false;
    const ProcessBounds bounds = find_process_bounds();
    return bounds.nice_min == later && bounds.nice_max == 19 && bounds.open_files_max == 200 && bounds.may_set_io &&
           ::setpriority(PRIO_PROCESS, 0, later - 1) != 0 && ::getpriority(PRIO_PROCESS, 0) == later;
  }));
}

TEST_CASE("jobs/process_bounds: S26 whoever has the right may go first") {
  const int own = ::getpriority(PRIO_PROCESS, 0);
  const bool may = ::setpriority(PRIO_PROCESS, 0, -20) == 0;
  ::setpriority(PRIO_PROCESS, 0, own);
  CHECK((find_process_bounds().nice_min == -20) == may);
}

TEST_CASE("jobs/process_bounds: S26 priorities of reads and writes are heeded by some schedulers of disks") {
  struct Row {
    const char* first;  // of two disks; empty: it is none that has one
    const char* second;
    const char* cost_model;
    IoAttention attention;
  };
  for (const Row& row : {
           Row{"[none] mq-deadline kyber bfq", "", "", IoAttention::none},
           Row{"none [mq-deadline] kyber bfq", "[none] mq-deadline", "", IoAttention::idle_only},
           Row{"none [mq-deadline]", "none mq-deadline [bfq]", "", IoAttention::all},
           Row{"[none] mq-deadline", "", "254:0 enable=1 ctrl=auto\n", IoAttention::all},
           Row{"[none] mq-deadline", "", "254:0 enable=0 ctrl=auto\n", IoAttention::none},
           Row{"", "", "", IoAttention::none},
       }) {
    CAPTURE(row.first);
    const TempDir dir;
    const auto write = [&](const std::string& directory, const std::string& name, const std::string& text) {
      REQUIRE(make_directories(dir / directory));
      REQUIRE(replace_file(dir / directory + "/" + name, text));
    };
    write("block/sda/queue", "scheduler", row.first);
    write("block/sdb/queue", "scheduler", row.second);
    write("cgroup", "io.cost.qos", row.cost_model);
    CHECK(find_io_attention(dir / "block", dir / "cgroup/io.cost.qos") == row.attention);
  }
  CHECK(find_io_attention("/nowhere", "/nowhere") == IoAttention::none);
}

TEST_CASE("jobs/process_bounds: S26 a disk that knows `idle` only heeds no degrees") {
  CHECK(is_heeded(IoPriority::idle, IoAttention::idle_only));
  CHECK_FALSE(is_heeded(IoPriority::low, IoAttention::idle_only));
  CHECK_FALSE(is_heeded(IoPriority::high, IoAttention::idle_only));
  CHECK_FALSE(is_heeded(IoPriority::idle, IoAttention::none));
  CHECK(is_heeded(IoPriority::normal, IoAttention::none));
}

}  // namespace
}  // namespace belfry::tests
