// bench_launch [DIRECTORY]: starts of /bin/true per second, with and without a minder beside each, and how late the
// last of many is that are due in the same instant. DIRECTORY should be on a tmpfs: what a disk does is another matter.
// It measures the launcher alone; the ledger has a benchmark of its own.
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <base/file.h>
#include <jobs/launcher.h>

namespace belfry {
namespace {

using Steady = std::chrono::steady_clock;

constexpr int starts_total = 2'000;
constexpr int due_at_once = 1'000;

double seconds_since(Steady::time_point begin) { return std::chrono::duration<double>(Steady::now() - begin).count(); }

// Each waited for before the next, or so many at the same time.
double bare_rate(int at_the_same_time) {
  std::string program = "/bin/true";
  char* const argv[] = {program.data(), nullptr};
  const auto begin = Steady::now();
  int running = 0;
  for (int started = 0; started < starts_total; ++started) {
    pid_t pid = 0;
    if (::posix_spawn(&pid, program.c_str(), nullptr, nullptr, argv, environ) != 0) std::abort();
    if (++running < at_the_same_time) continue;
    ::wait(nullptr);
    --running;
  }
  while (running-- > 0) ::wait(nullptr);
  return starts_total / seconds_since(begin);
}

class MachineClock final : public Clock {
 public:
  Now read() override { return {.wall = std::chrono::floor<Millis>(std::chrono::system_clock::now())}; }
};

class Bench {
 public:
  explicit Bench(std::string runs) : runs_(std::move(runs)), boot_(read_boot_id().value()) {
    if (!make_directories(runs_)) std::abort();
    const auto report = [this](const Report& happened) {
      if (std::holds_alternative<AttemptEnded>(happened)) ++ended_;
      if (std::holds_alternative<AttemptStartFailed>(happened) || std::holds_alternative<AttemptLost>(happened)) {
        std::abort();
      }
    };
    launcher_ = *CommandLauncher::open(
        {.runs_path = runs_, .minder_path = BELFRY_MINDER, .boot = boot_, .clock = clock_, .report = report});
  }

  double rate(int at_the_same_time) {
    const auto begin = Steady::now();
    const int before = ended_;
    for (int started = 0; started < starts_total; ++started) {
      while (before + started - ended_ >= at_the_same_time) dispatch();
      start(Command{{"/bin/true"}});
    }
    while (ended_ < before + starts_total) dispatch();
    return starts_total / seconds_since(begin);
  }

  // From the common instant until each job executes, as the jobs' own marks say.
  std::vector<double> lateness_ms() {
    const WallTime due = clock_.read().wall;
    const int before = ended_;
    for (int i = 0; i < due_at_once; ++i) start(Command{{"/bin/true"}});
    while (ended_ < before + due_at_once) dispatch();
    std::vector<double> late;
    for (int i = 0; i < due_at_once; ++i) {
      const AttemptId id{.run = RunId::make({}, 1, sequence_ - static_cast<std::uint64_t>(i))};
      const auto record = read_exit_record(runs_ + "/" + run_directory_name(id));
      late.push_back(static_cast<double>((record.value().started - due).count()));
    }
    std::ranges::sort(late);
    return late;
  }

 private:
  void start(Action action) {
    static const auto job = std::make_shared<const Job>(
        Job{.name = JobName::parse("bench").value(), .action = std::move(action), .working_dir = std::string("/")});
    Run run{.id = RunId::make({}, 1, ++sequence_), .job = job->name, .boot = boot_};
    launcher_->start({.id = run.attempt_id(), .job = job, .run = run});
  }

  void dispatch() {
    pollfd ready{.fd = launcher_->fd(), .events = POLLIN, .revents = 0};
    ::poll(&ready, 1, 100);
    launcher_->dispatch();
  }

  std::string runs_;
  BootId boot_;
  MachineClock clock_;
  std::unique_ptr<CommandLauncher> launcher_;
  std::uint64_t sequence_ = 0;
  int ended_ = 0;
};

void print_lateness(const std::vector<double>& late) {
  const auto at = [&](std::size_t percent) { return late[(late.size() - 1) * percent / 100]; };
  std::printf("%d due in the same instant: p50 %.0f ms, p99 %.0f ms, the last %.0f ms after it\n", due_at_once, at(50),
              at(99), late.back());
}

void measure(const std::string& directory) {
  Bench bench(directory + "/runs");
  for (const int at_the_same_time : {1, 8, 64}) {
    const double bare = bare_rate(at_the_same_time);
    const double minded = bench.rate(at_the_same_time);
    std::printf("%2d at a time: bare posix_spawn %.0f/s, with a minder %.0f/s: %.0f %%\n", at_the_same_time, bare,
                minded, 100 * minded / bare);
  }
  print_lateness(bench.lateness_ms());
}

}  // namespace
}  // namespace belfry

int main(int argc, char** argv) {
  std::string directory = std::string(argc > 1 ? argv[1] : "/dev/shm") + "/belfry-bench-XXXXXX";
  if (::mkdtemp(directory.data()) == nullptr) return 1;
  belfry::measure(directory);
  std::filesystem::remove_all(directory);
  return 0;
}
