// Tries one planted bug after the other: simulates seed after seed until an invariant breaks, and says after how long.
//
//   sim_mutants              all of them
//   sim_mutants NAME...      these
//
// BELFRY_SIM_SECONDS: for how long each is hunted, instead of a minute.
//
// Each has a process of its own, so that one that crashes, hangs or eats memory is found as well. Time is processor
// time: on a busy machine the same bugs are found. The program fails when too few are.
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <thread>

#include <base/text.h>
#include <base/verify.h>
#include <tests/sim/mutants/mutants.h>
#include <tests/sim/plan.h>
#include <tests/sim/world.h>

namespace belfry::sim {

namespace {

constexpr int seconds_of_a_seed_max = 10;  // then it does not come back
constexpr std::size_t memory_max = std::size_t{1} << 30U;
constexpr double found_min = 0.95;

// What the process of a mutant leaves behind, in memory that both share.
struct Report {
  std::uint64_t seed = 0;
  double seconds = 0;
  bool is_found = false;
  char what[160] = {};
};

double seconds_max() {
  const char* text = std::getenv("BELFRY_SIM_SECONDS");
  return text == nullptr ? 60 : static_cast<double>(parse_unsigned(text).value_or(60));
}

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec) + static_cast<double>(usage.ru_utime.tv_usec) / 1e6;
}

void ring_after(int seconds) {
  const itimerval timer{.it_interval = {}, .it_value = {.tv_sec = seconds, .tv_usec = 0}};
  ::setitimer(ITIMER_VIRTUAL, &timer, nullptr);
}

void hunt(int number, Report& report) {
  const rlimit memory{.rlim_cur = memory_max, .rlim_max = memory_max};
  ::setrlimit(RLIMIT_AS, &memory);
  VERIFY(std::freopen("/dev/null", "w", stderr) != nullptr);
  planted = number;
  const double most = seconds_max();
  for (std::uint64_t seed = 1; report.seconds < most; ++seed) {
    report.seed = seed;
    ring_after(seconds_of_a_seed_max);
    const Verdicts verdicts = simulate(plan_of(seed));
    report.seconds = cpu_seconds();
    if (verdicts.violations.empty()) continue;
    report.is_found = true;
    const std::string& first = verdicts.violations.front();
    std::strncpy(report.what, first.c_str() + first.find("VIOLATED"), sizeof report.what - 1);
    return;
  }
}

class Hunts {
 public:
  Hunts() {
    void* memory =
        ::mmap(nullptr, mutants.size() * sizeof(Report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    VERIFY(memory != MAP_FAILED);
    reports_ = new (memory) Report[mutants.size()];
  }

  void begin(std::size_t index) {
    if (children_.size() >= std::max(1U, std::thread::hardware_concurrency())) end_one();
    const pid_t child = ::fork();
    VERIFY(child >= 0);
    if (child == 0) {
      hunt(static_cast<int>(index) + 1, reports_[index]);
      ::_exit(0);
    }
    children_[child] = index;
  }

  void end_all() {
    while (!children_.empty()) end_one();
  }

  std::size_t found() const { return found_; }

 private:
  void end_one() {
    int status = 0;
    rusage usage{};
    const pid_t child = ::wait4(-1, &status, 0, &usage);
    const auto hunted = children_.find(child);
    VERIFY(hunted != children_.end());
    const Mutant& mutant = mutants[hunted->second];
    Report& report = reports_[hunted->second];
    children_.erase(hunted);
    if (WIFSIGNALED(status)) {
      report.is_found = true;
      report.seconds = static_cast<double>(usage.ru_utime.tv_sec) + static_cast<double>(usage.ru_utime.tv_usec) / 1e6;
      const char* how = WTERMSIG(status) == SIGVTALRM ? "it does not come back" : ::strsignal(WTERMSIG(status));
      std::strncpy(report.what, how, sizeof report.what - 1);
    }
    tell(mutant, report);
  }

  void tell(const Mutant& mutant, const Report& report) {
    if (report.is_found) {
      ++found_;
      std::printf("%-36s found (seed %llu, %.1f s)  %s\n", mutant.name, static_cast<unsigned long long>(report.seed),
                  report.seconds, report.what);
    } else {
      std::printf("%-36s missed (%llu seeds, %.0f s)  %s\n", mutant.name, static_cast<unsigned long long>(report.seed),
                  report.seconds, *mutant.not_found_because == '\0' ? mutant.what : mutant.not_found_because);
    }
    std::fflush(stdout);
  }

  Report* reports_;
  std::map<pid_t, std::size_t> children_;
  std::size_t found_ = 0;
};

int hunt_all(const std::vector<std::string>& names) {
  Hunts hunts;
  std::size_t tried = 0;
  for (std::size_t index = 0; index < mutants.size(); ++index) {
    if (!names.empty() && std::find(names.begin(), names.end(), mutants[index].name) == names.end()) continue;
    hunts.begin(index);
    ++tried;
  }
  hunts.end_all();
  if (tried == 0 || tried < names.size()) {
    std::fprintf(stderr, "no bug of that name is planted: see tests/sim/mutants/mutants.txt\n");
    return 2;
  }
  const double part = static_cast<double>(hunts.found()) / static_cast<double>(tried);
  std::printf("%zu of %zu planted bugs found: %.1f %%, and %.0f %% have to be\n", hunts.found(), tried, 100 * part,
              100 * found_min);
  return part < found_min ? 1 : 0;
}

}  // namespace

}  // namespace belfry::sim

int main(int argc, char** argv) { return belfry::sim::hunt_all({argv + 1, argv + argc}); }
