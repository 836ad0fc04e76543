// A machine that has no process left (F10): a program of its own, because it gives up rights for good.
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include <doctest/doctest.h>

#include <tests/os/jobs/bench.h>

namespace belfry::tests {
namespace {

// Of this process alone: another run of this test on the same machine would take room.
const uid_t spare_uid = 60'000 + static_cast<uid_t>(::getpid()) % 5'000;

[[noreturn]] void skip(const char* why) {
  std::fprintf(stderr, "skipped: %s\n", why);
  std::exit(77);
}

// RLIMIT_NPROC does not bind root, nor whoever may raise limits; neither may the minder be bound by more than the test.
void give_up_rights() {
  if (::getuid() != 0) return;
  for (const int capability : {CAP_SYS_RESOURCE, CAP_SYS_ADMIN}) {
    if (::prctl(PR_CAPBSET_DROP, capability) != 0) skip("a capability cannot be given up");
  }
  if (::setresuid(spare_uid, 0, 0) != 0) skip("the real user id cannot be changed");
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  __user_cap_data_struct data[2]{};
  if (::syscall(SYS_capget, &header, data) != 0) skip("capget");
  for (const int capability : {CAP_SYS_RESOURCE, CAP_SYS_ADMIN}) {
    data[CAP_TO_INDEX(capability)].effective &= ~CAP_TO_MASK(capability);
    data[CAP_TO_INDEX(capability)].permitted &= ~CAP_TO_MASK(capability);
  }
  if (::syscall(SYS_capset, &header, data) != 0) skip("capset");
}

rlimit full{};

// From now on this user may have so many processes at the same time.
void make_room_for(rlim_t processes) {
  const rlimit limit{.rlim_cur = processes, .rlim_max = full.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NPROC, &limit) == 0);
}

class CrowdedBench : public Bench {
 public:
  CrowdedBench() {
    static const bool once = [] {
      ::getrlimit(RLIMIT_NPROC, &full);
      give_up_rights();
      return true;
    }();
    REQUIRE(once);
    make_room_for(full.rlim_max);
  }
};

constexpr char no_room[] = "clone belfry-minder: no process is left: ulimit -u, TasksMax= or pids.max bounds them";

TEST_CASE("jobs/launcher: S29 where no process is left the start waits until there is room") {
  CrowdedBench bench;
  const StartOrder order = bench.script("exit 7");
  make_room_for(1);
  const Outcome& outcome = bench.start(order);
  CHECK_FALSE(bench.follow_for(Millis{120}, [&] { return outcome.is_over(); }));
  make_room_for(full.rlim_max);
  bench.follow_to_end(order.id);
  REQUIRE(outcome.ended);
  CHECK(outcome.ended->end.code == 7);
}

TEST_CASE("jobs/launcher: S29 a start that finds no room until its deadline has failed, and says why") {
  CrowdedBench bench;
  make_room_for(1);
  for (const Millis deadline : {Millis{0}, Millis{120}}) {
    const auto began = std::chrono::steady_clock::now();
    const Outcome& outcome = bench.run(bench.script("exit 0", {.start_deadline = deadline}));
    REQUIRE(outcome.start_failed);
    CHECK(outcome.start_failed->detail == no_room);
    CHECK(std::chrono::steady_clock::now() - began >= deadline);
  }
  make_room_for(full.rlim_max);
}

TEST_CASE("jobs/launcher: S26 a start that waits for room and is stopped never executes") {
  CrowdedBench bench;
  const std::string mark = bench.scratch("mark");
  const StartOrder order = bench.script(": > " + mark);
  make_room_for(1);
  const Outcome& outcome = bench.start(order);
  CHECK_FALSE(outcome.is_over());
  bench.launcher().stop({.id = order.id, .reason = Reason::superseded});
  REQUIRE(outcome.start_failed);
  CHECK(outcome.start_failed->reason == Reason::superseded);
  make_room_for(full.rlim_max);
  CHECK_FALSE(bench.follow_for(Millis{150}, [&] { return outcome.reports > 1; }));
  CHECK_FALSE(bench.has_file(order.id, "started"));
}

// What takes the last place beside the test and the minder, until it is gone.
class Neighbour : public Stranger {
 public:
  Neighbour() { make_room_for(3); }
  ~Neighbour() { make_room_for(full.rlim_max); }
  Neighbour(const Neighbour&) = delete;
  Neighbour& operator=(const Neighbour&) = delete;
};

TEST_CASE("jobs/minder: S29 a minder for whose job there is no room waits too") {
  CrowdedBench bench;
  const StartOrder order = bench.script("exit 7");
  const Outcome& outcome = bench.outcome(order.id);
  {
    const Neighbour neighbour;
    bench.start(order);
    CHECK_FALSE(bench.follow_for(Millis{120}, [&] { return outcome.is_over(); }));
  }
  bench.follow_to_end(order.id);
  REQUIRE(outcome.ended);
  CHECK(outcome.ended->end.code == 7);
}

TEST_CASE("jobs/minder: S26 a minder that waits for room and is told to stop never lets the job execute") {
  CrowdedBench bench;
  const StartOrder order = bench.script("exit 7");
  const Neighbour neighbour;
  bench.start(order);
  CHECK_FALSE(bench.follow_for(Millis{120}, [&] { return bench.outcome(order.id).is_over(); }));
  bench.launcher().stop({.id = order.id, .reason = Reason::superseded});
  const Outcome& outcome = bench.follow_to_end(order.id);
  REQUIRE(outcome.start_failed);
  CHECK(outcome.start_failed->reason == Reason::superseded);
}

}  // namespace
}  // namespace belfry::tests
