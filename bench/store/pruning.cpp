// How long pruning 1,000,000 runs holds a commit up: 100 starts a second go on meanwhile, in commits of their own. A
// start waits at most for one step and what follows it, so that is measured, and so is each start's commit.
//
//   bench_store_pruning [directory]     prints: name value target
//
// On a busy machine a step waits for its turn like everything else; its processor time says what it asks for. On tmpfs
// that is all it needs.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

#include <bench/store/filled_ledger.h>

#include <base/verify.h>
#include <tests/support/temp_dir.h>

namespace {

using namespace belfry;
using bench::FilledLedger;

constexpr double target_ms = 10;
constexpr int starts_per_second = 100;

double time_ms(auto&& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

double processor_ms() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

struct Figures {
  std::vector<double> steps, step_cpu, commits, commit_cpu;
  std::size_t pruned = 0;
};

void prune_under_load(FilledLedger& ledger, Figures& figures) {
  const Keep keep{.runs = 1, .age = std::chrono::hours{1'000'000}, .output_bytes = std::int64_t{1} << 50U};
  double since_start_ms = 0;
  for (bool more = true; more;) {
    const double cpu = processor_ms();
    figures.steps.push_back(time_ms([&] {
      const auto pruned = ledger.store().prune(keep, ledger.end()).value();
      VERIFY(ledger.store().tidy().has_value());
      figures.pruned += pruned.runs.size();
      more = pruned.more;
    }));
    figures.step_cpu.push_back(processor_ms() - cpu);
    since_start_ms += figures.steps.back();
    if (since_start_ms < 1000.0 / starts_per_second) continue;
    since_start_ms = 0;
    ledger.close_open();
    ledger.start_one(figures.commits.size() % 1000);
    const double commit_cpu = processor_ms();
    figures.commits.push_back(time_ms([&] { ledger.commit(); }));
    figures.commit_cpu.push_back(processor_ms() - commit_cpu);
  }
}

double quantile(std::vector<double>& values, double q) {
  std::ranges::sort(values);
  return values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1))];
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1) ::setenv("TMPDIR", argv[1], 1);
  const belfry::tests::TempDir dir;
  FilledLedger ledger(dir / "ledger.db", 1'000'000);
  Figures figures;
  const double all = time_ms([&] { prune_under_load(ledger, figures); });
  std::printf("store.pruned_runs %zu 0\nstore.prune_all_s %.1f 0\n", figures.pruned, all / 1000);
  std::printf("store.prune_step_median_ms %.3f %.0f\n", quantile(figures.steps, 0.5), target_ms);
  std::printf("store.prune_step_p999_ms %.3f %.0f\n", quantile(figures.steps, 0.999), target_ms);
  std::printf("store.prune_step_max_ms %.3f %.0f\n", quantile(figures.steps, 1), target_ms);
  std::printf("store.prune_step_cpu_p999_ms %.3f %.0f\n", quantile(figures.step_cpu, 0.999), target_ms);
  std::printf("store.prune_step_cpu_max_ms %.3f %.0f\n", quantile(figures.step_cpu, 1), target_ms);
  std::printf("store.commit_while_pruning_cpu_max_ms %.3f %.0f\n", quantile(figures.commit_cpu, 1), target_ms);
  std::printf("store.commit_while_pruning_max_ms %.3f %.0f\n", quantile(figures.commits, 1), target_ms);
}
