// The cost of the next due time: 10,000 successive calls for each expression of expressions.txt, as its peers do it
// (peers/). Figures are printed as: name value target unit done/planned.

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include <base/zones.h>
#include <triggers/parse.h>

namespace {

constexpr int calls = 10'000;
// Some peers know no year beyond 2099: there everybody begins again.
const belfry::WallTime end{std::chrono::sys_days{std::chrono::year{2100} / 1 / 1}};
const belfry::WallTime start{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};

std::vector<std::string> expressions() {
  std::ifstream file(EXPRESSIONS);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

std::shared_ptr<const belfry::Zone> zone_named(const char* name) {
  static belfry::ZoneCache cache;
  auto zone = cache.find(name);
  if (!zone) {
    std::fprintf(stderr, "%s\n", zone.error().what.c_str());
    std::exit(1);
  }
  return *zone;
}

belfry::Schedule schedule_of(const std::string& expression, const char* zone) {
  auto schedule = belfry::parse_cron(expression, {.zone = zone_named(zone), .job = ""});
  if (!schedule) {
    std::fprintf(stderr, "%s: %s\n", expression.c_str(), schedule.error().message().c_str());
    std::exit(1);
  }
  return *schedule;
}

void next_after(benchmark::State& state, const std::string& expression, const char* zone) {
  const belfry::Schedule schedule = schedule_of(expression, zone);
  for (auto _ : state) {
    belfry::WallTime t = start;
    for (int i = 0; i < calls; ++i) {
      t = *schedule.next_after(t);
      if (t >= end) t = start;
    }
    benchmark::DoNotOptimize(t);
  }
}

void parse(benchmark::State& state) {
  const std::vector<std::string> lines = expressions();
  for (auto _ : state) {
    for (const std::string& line : lines) benchmark::DoNotOptimize(belfry::parse_cron(line, {}));
  }
  state.counters["per_line"] = benchmark::Counter(
      static_cast<double>(lines.size()), benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

// Nanoseconds per call, by expression; the mean and the worst are what is promised.
class Summary : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.aggregate_name != "median") continue;
      const double ns = run.GetAdjustedCPUTime() / calls;
      const std::string name = run.benchmark_name();
      std::vector<double>& figures = name.find("UTC") == 0 ? utc_ : zone_;
      if (name.find("parse") == 0) {
        parse_ns_ = run.GetAdjustedCPUTime() / static_cast<double>(expressions().size());
        continue;
      }
      figures.push_back(ns);
      std::printf("  %-42s %8.1f ns\n", name.c_str(), ns);
    }
  }

  void Finalize() override {
    std::printf("\nname value target unit done/planned\n");
    print("next_utc_mean", mean(utc_), 40, utc_.size());
    print("next_new_york_mean", mean(zone_), 60, zone_.size());
    print("next_utc_worst_expression", worst(utc_), 500, utc_.size());
    print("next_new_york_worst_expression", worst(zone_), 500, zone_.size());
    std::printf("parse_mean %.0f 1000 ns %zu/%zu\n", parse_ns_, expressions().size(), expressions().size());
  }

 private:
  static double mean(const std::vector<double>& figures) {
    double sum = 0;
    for (const double figure : figures) sum += figure;
    return figures.empty() ? 0 : sum / static_cast<double>(figures.size());
  }
  static double worst(const std::vector<double>& figures) {
    return figures.empty() ? 0 : *std::max_element(figures.begin(), figures.end());
  }
  static void print(const char* name, double value, int target, std::size_t done) {
    std::printf("%s %.1f %d ns %zu/%zu\n", name, value, target, done, expressions().size());
  }

  std::vector<double> utc_, zone_;
  double parse_ns_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  for (const char* zone : {"UTC", "America/New_York"}) {
    for (const std::string& expression : expressions()) {
      const std::string name = std::string(zone == std::string("UTC") ? "UTC " : "New_York ") + expression;
      benchmark::RegisterBenchmark(name.c_str(),
                                   [expression, zone](benchmark::State& state) { next_after(state, expression, zone); })
          ->Repetitions(3)
          ->ReportAggregatesOnly(true)
          ->MinTime(0.05);
    }
  }
  benchmark::RegisterBenchmark("parse", parse)->Repetitions(3)->ReportAggregatesOnly(true)->MinTime(0.2);
  Summary summary;
  benchmark::RunSpecifiedBenchmarks(&summary);
  benchmark::Shutdown();
}
