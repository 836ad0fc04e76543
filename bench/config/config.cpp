// A configuration of 100,000 jobs, 10 MB: what reading and scheduling it costs, and reading it again with one job
// changed. And files that are made to hurt: how soon, and at what price, they are refused. Each in a process of its
// own, so that its memory is its own.
//
//   bench_config [DIRECTORY]       where the files are written; /dev/shm
#include <malloc.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include <belfry/scheduler.h>

#include <base/memory.h>
#include <base/verify.h>
#include <config/difference.h>
#include <config/load.h>

namespace belfry::bench {

namespace {

constexpr std::size_t job_count = 100'000;
constexpr WallTime new_year{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};

double now_ms() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double, std::milli>(now).count();
}

// On a busy machine the time on a processor says more than the time that passed.
double cpu_ms() {
  timespec used{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) * 1e3 + static_cast<double>(used.tv_nsec) / 1e6;
}

// VmRSS or VmHWM of this process.
double memory_mb(const char* which) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(which))
      return static_cast<double>(std::atol(line.c_str() + std::string(which).size() + 1)) / 1024;
  }
  return 0;
}

// What was asked of the allocator and not given back.
double in_use_mb() {
  const auto info = ::mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd) / (1 << 20);
}

void print(const std::string& name, double value, const char* unit, double target) {
  std::printf("%-46s %10.2f %-3s target %8.2f  %s\n", name.c_str(), value, unit, target,
              value <= target ? "done" : "planned");
  std::fflush(stdout);
}
void print(const std::string& name, double value, const char* unit) {
  std::printf("%-46s %10.2f %s\n", name.c_str(), value, unit);
  std::fflush(stdout);
}

// Runs a measurement in a process of its own.
void apart(const std::function<void()>& measure) {
  std::fflush(stdout);
  const pid_t child = ::fork();
  VERIFY(child >= 0);
  if (child == 0) {
    measure();
    std::fflush(stdout);
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (status != 0) std::printf("(ended with status %d)\n", status);
}

// Jobs as a program that makes files writes them: each with its own times, most with the same rest.
void write_jobs(const std::string& path, std::size_t changed) {
  std::ofstream out(path);
  out << "version: 1\ntimezone: Europe/Berlin\ndefaults: { timeout: 1h }\njobs:\n";
  for (std::size_t i = 0; i < job_count; ++i) {
    const std::string number = std::to_string(1'000'000 + i).substr(1);
    out << "  job-" << number << ":\n    schedule: \"" << i % 60 << ' ' << i / 60 % 24 << " * * " << i / 1440 % 7
        << "\"\n    run: /usr/local/bin/worker --task " << number << (i == changed ? " --changed" : "") << "\n";
  }
}

config::LoadedConfig load(const std::string& path, ZoneCache& zones, config::Earlier before = {}) {
  auto loaded = config::load_config(path, zones, {.before = std::move(before)});
  if (!loaded) std::fputs(config::render(loaded.error()).c_str(), stderr);
  VERIFY(loaded.has_value());
  return *std::move(loaded);
}

struct Cost {
  double wall = 0;
  double cpu = 0;
};

class Core {
 public:
  Cost take(std::shared_ptr<const JobSet> set) {
    const double begin = now_ms();
    const double cpu_begin = cpu_ms();
    core_.submit(JobsLoaded{std::move(set)});
    core_.advance({.wall = new_year + passed_, .boot = BootTime{passed_}, .awake = AwakeTime{passed_}}, actions_);
    const Cost cost{.wall = now_ms() - begin, .cpu = cpu_ms() - cpu_begin};
    for (; actions_.persist != nullptr; passed_ += Millis{1}) {
      core_.submit(Persisted{{.batch = actions_.persist->id, .verdict = Verdict::ok, .why = {}}});
      core_.advance({.wall = new_year + passed_, .boot = BootTime{passed_}, .awake = AwakeTime{passed_}}, actions_);
    }
    return cost;
  }

 private:
  Scheduler core_{{.boot = {"boot"}, .limits = {}}, {}};
  Actions actions_;
  Millis passed_{};
};

void measure_jobs(const std::string& directory) {
  const std::string path = directory + "/schedules.yaml";
  write_jobs(path, job_count);
  std::printf("%zu jobs, %.1f MB, a job takes %zu bytes by itself\n", job_count,
              static_cast<double>(std::filesystem::file_size(path)) / 1e6, sizeof(Job));
  print("resident before", memory_mb("VmRSS"), "MB");
  const double begin = now_ms();
  const double cpu_begin = cpu_ms();
  ZoneCache zones;
  std::shared_ptr<const JobSet> set;
  std::shared_ptr<const config::Pieces> pieces;
  {
    auto loaded = load(path, zones);
    set = std::move(loaded.set);
    pieces = std::move(loaded.pieces);
  }
  give_back_free_memory();  // as the daemon does
  const double read = now_ms();
  print("read", read - begin, "ms");
  print("resident when read", memory_mb("VmRSS"), "MB");
  print("of that in use", in_use_mb(), "MB");
  Core core;
  const Cost scheduled = core.take(set);
  give_back_free_memory();
  print("scheduled", scheduled.wall, "ms");
  print("read and scheduled", now_ms() - begin, "ms", 2'000);
  print("of that on a processor", cpu_ms() - cpu_begin, "ms");
  print("resident", memory_mb("VmRSS"), "MB", 80);
  print("of that in use", in_use_mb(), "MB");
  print("resident at most", memory_mb("VmHWM"), "MB");

  write_jobs(path, job_count / 2);
  const double again = now_ms();
  const double cpu_again = cpu_ms();
  auto changed = load(path, zones, {.set = set, .pieces = pieces});
  print("read again, one job changed", now_ms() - again, "ms");
  const auto changes = config::difference(*set, *changed.set, new_year);
  VERIFY(changes.size() == 1);
  print("and compared", now_ms() - again, "ms", 1'000);
  print("of that on a processor", cpu_ms() - cpu_again, "ms");
  const Cost held = core.take(changed.set);
  print("the core holds the loop for", held.wall, "ms", 20);
  print("of that on a processor", held.cpu, "ms");
  set.reset();
}

void measure_refusal(const std::string& name, const std::string& path) {
  apart([&] {
    ZoneCache zones;
    const double before = memory_mb("VmHWM");
    const double begin = now_ms();
    const auto loaded = config::load_config(path, zones);
    const double took = now_ms() - begin;
    VERIFY(!loaded.has_value());
    print(name + " is refused in", took, "ms", 10);
    print(name + " takes", memory_mb("VmHWM") - before, "MB", 20);
    std::printf("    %s\n", loaded.error().front().what.c_str());
  });
}

void measure_refusals(const std::string& directory) {
  const auto write = [&](const char* name, const std::string& text) {
    const std::string path = directory + "/" + name;
    std::ofstream(path) << text;
    return path;
  };
  std::string bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n";
  for (char c = 'b'; c <= 'i'; ++c) {
    const std::string earlier = std::string("*") + static_cast<char>(c - 1);
    bomb += std::string(1, c) + ": &" + c + " [";
    for (int i = 0; i < 9; ++i) bomb += (i == 0 ? "" : ",") + earlier;
    bomb += "]\n";
  }
  measure_refusal("a bomb", write("bomb.yaml", bomb));
  measure_refusal("an alias of itself", write("alias.yaml", "jobs: &x [*x]\n"));
  measure_refusal("100,000 brackets", write("depth.yaml", std::string(100'000, '[')));
  std::string indented;
  for (int i = 0; i < 1'000; ++i) indented += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
  measure_refusal("1,000 levels of indentation", write("indent.yaml", indented));
  const std::string large = write("large.yaml", "jobs:\n");
  std::filesystem::resize_file(large, std::uintmax_t{1} << 30U);
  measure_refusal("a file of 1 GB", large);
}

}  // namespace

}  // namespace belfry::bench

int main(int argc, char** argv) {
  std::string pattern = std::string(argc > 1 ? argv[1] : "/dev/shm") + "/bench_config.XXXXXX";
  VERIFY(::mkdtemp(pattern.data()) != nullptr);
  belfry::bench::apart([&] { belfry::bench::measure_jobs(pattern); });
  belfry::bench::measure_refusals(pattern);
  std::filesystem::remove_all(pattern);
}
