#include <string>

#include <doctest/doctest.h>

#include <config/load.h>

using namespace belfry;
using namespace belfry::config;
using namespace std::chrono_literals;

namespace {

std::vector<Job> jobs_of(const std::string& text) {
  static ZoneCache zones;
  const auto loaded = parse_config("f.yaml", text, zones);
  REQUIRE_MESSAGE(loaded.has_value(), render(loaded.error()));
  return loaded->set->jobs;
}

ProcessSettings settings_with(const std::string& keys) {
  return *jobs_of("jobs: { a: { schedule: manual, run: x" + (keys.empty() ? "" : ", " + keys) + " } }").at(0).process;
}

}  // namespace

TEST_CASE("config/process: S26 S27 S28 every key of a job's process is read into its member") {
  struct Row {
    const char* keys;
    ProcessSettings expected;
  };
  constexpr std::int64_t mib = 1 << 20U;
  const std::vector<Row> rows{
      {"", {}},
      {"user: postgres", {.user = "postgres"}},
      {"user: 1000, group: www-data", {.user = "1000", .group = "www-data"}},
      {"umask: '0077'", {.umask = 077}},
      {"umask: 027", {.umask = 027}},
      {"env_file: /etc/default/backup", {.env_file = "/etc/default/backup"}},
      {"stdin: 'hello'", {.stdin_text = "hello"}},
      {"output: { max: 1MiB }", {.output_max = mib}},
      {"leftovers: leave", {.leftovers = Leftovers::leave}},
      {"stop_signal: SIGINT", {.stop_signal = 2}},
      {"stop_signal: HUP", {.stop_signal = 1}},
      {"stop_signal: 9", {.stop_signal = 9}},
      {"stop_grace_period: 0s", {.stop_grace_period = 0s}},
      {"start_deadline: 5m", {.start_deadline = 5min}},
      {"only_if: test -d /srv", {.only_if = "test -d /srv"}},
      {"limits: { memory: 2G, cpus: 1.5, pids: 200, open_files: 4096, nice: -10, io: idle }",
       {.limits =
            {.memory = 2048 * mib, .cpus = 1.5, .pids = 200, .open_files = 4096, .nice = -10, .io = IoPriority::idle}}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.keys);
    CHECK(settings_with(row.keys) == row.expected);
  }
}

TEST_CASE("config/process: what 'defaults' says is inherited, also limit by limit; equal settings are one object") {
  const auto jobs = jobs_of(R"(
defaults: { user: nobody, limits: { memory: 512M, nice: 10 }, only_if: test -e /x }
jobs:
  a: { schedule: manual, run: x }
  b: { schedule: manual, run: y }
  c: { schedule: manual, run: x, user: root, limits: { nice: 5, memory: none }, only_if: none }
)");
  CHECK(jobs[0].process->user == "nobody");
  CHECK(jobs[0].process->only_if == "test -e /x");
  CHECK(jobs[0].process == jobs[1].process);
  CHECK(jobs[2].process->user == "root");
  CHECK(jobs[2].process->limits == ProcessLimits{.nice = 5});
  CHECK(jobs[2].process->only_if.empty());
  CHECK(jobs_of("jobs: { a: { schedule: manual, run: x } }")[0].process == default_process_settings());
}

TEST_CASE("config/process: sizes are bytes, and K, M, G and T powers of 1024") {
  for (const auto& [text, bytes] : {std::pair{"4096", 4096L},
                                    {"4096B", 4096L},
                                    {"8K", 8192L},
                                    {"8KiB", 8192L},
                                    {"1M", 1048576L},
                                    {"2GiB", 2147483648L},
                                    {"1T", 1099511627776L}}) {
    CAPTURE(text);
    CHECK(settings_with(std::string("output: { max: ") + text + " }").output_max == bytes);
  }
}
