// What the manual says holds where nothing is said: it is said, and nothing may change.
#include <algorithm>
#include <array>
#include <map>
#include <string>

#include <doctest/doctest.h>

#include <base/text.h>
#include <config/difference.h>
#include <config/load.h>
#include <config/schema.h>

using namespace belfry;
using namespace belfry::config;

namespace {

// A file in which the keys of a map may stand, at the %.
const std::map<std::string, std::string> homes_of_maps{
    {"queues", "queues: {q: {%}}, jobs: {j: {schedule: manual, run: x}}"},
    {"daemon", "daemon: {%}, jobs: {j: {schedule: manual, run: x}}"},
    {"daemon.keep", "daemon: {keep: {%}}, jobs: {j: {schedule: manual, run: x}}"},
    {"jobs", "jobs: {j: {schedule: every 1h, run: x, %}}"},
    {"jobs.schedule", "jobs: {j: {schedule: {cron: 30 2 * * *, %}, run: x}}"},
    {"jobs.schedule.dst", "jobs: {j: {schedule: {cron: 30 2 * * *, timezone: Europe/Berlin, dst: {%}}, run: x}}"},
    {"jobs.params", "jobs: {j: {schedule: manual, run: x, params: {p: {%}}}}"},
    {"jobs.missed", "jobs: {j: {schedule: every 1h, run: x, missed: {%}}}"},
    {"jobs.overlap", "jobs: {j: {schedule: every 1h, run: x, overlap: {%}}}"},
    {"jobs.retry", "jobs: {j: {schedule: every 1h, run: x, retry: {delay: 5s, %}}}"},
    {"jobs.output", "jobs: {j: {schedule: every 1h, run: x, output: {%}}}"},
    {"jobs.limits", "jobs: {j: {schedule: every 1h, run: x, limits: {%}}}"},
};

// The same of keys that mean something beside certain others only.
const std::map<std::string, std::string> homes_of_keys{
    {"jobs.schedule.when", "jobs: {i: {schedule: manual, run: x}, j: {schedule: {after: i, %}, run: x}}"},
    {"jobs.schedule.delay", "jobs: {i: {schedule: manual, run: x}, j: {schedule: {after: i, %}, run: x}}"},
    {"jobs.queue", "queues: {q: {concurrency: 1}}, jobs: {j: {schedule: every 1h, run: x, %}}"},
    {"jobs.missed.max", "jobs: {j: {schedule: every 1h, run: x, missed: {policy: all, %}}}"},
    {"jobs.overlap.max_waiting", "jobs: {j: {schedule: every 1h, run: x, overlap: {policy: queue, %}}}"},
    {"jobs.overlap.max_running", "jobs: {j: {schedule: every 1h, run: x, overlap: {policy: allow, %}}}"},
    {"jobs.retry.delay", "jobs: {j: {schedule: every 1h, run: x, retry: {max: 3, %}}}"},
};

// Of these one is another value for any key.
constexpr std::array others{"7",       "777",   "77m",     "{max: 3}", "7s",   "true",    "false", "bash", "all",
                            "replace", "rerun", "q",       "0077",     "wait", "SIGUSR1", "77MiB", "none", "[exit]",
                            "last",    "shift", "failure", "integer",  "kill", "/x",      "daemon"};

Loaded load(const std::string& text) {
  static ZoneCache zones;
  return parse_config("f.yaml", "{timezone: UTC, " + text + "}\n", zones);
}

std::string home_of(const std::string& path) {
  const auto own = homes_of_keys.find(path);
  if (own != homes_of_keys.end()) return own->second;
  const auto map = homes_of_maps.find(path.substr(0, path.rfind('.')));
  REQUIRE_MESSAGE(map != homes_of_maps.end(), "where do the keys beside " << path << " stand?");
  return map->second;
}

std::string with(const std::string& home, const std::string& entry) {
  const auto at = home.find('%');
  return home.substr(0, at) + entry + home.substr(at + 1);
}

bool is_same(const LoadedConfig& a, const LoadedConfig& b) {
  return difference(*a.set, *b.set, *parse_rfc3339("2026-11-20T12:01:00Z")).empty() && a.set->queues == b.set->queues &&
         a.daemon == b.daemon;
}

}  // namespace

TEST_CASE("config/usual: S36 what holds by default is what holds where nothing is said") {
  int count = 0;
  for (const KeyText& key : all_keys()) {
    if (key.usual.empty() || key.path == "version") continue;
    CAPTURE(key.path);
    CAPTURE(key.usual);
    ++count;
    const std::string home = home_of(key.path);
    const std::string name = key.path.substr(key.path.rfind('.') + 1);
    const auto unsaid = load(with(home, "x-nothing: here"));
    REQUIRE_MESSAGE(unsaid.has_value(), render(unsaid.error()));
    const auto said = load(with(home, name + ": " + key.usual));
    REQUIRE_MESSAGE(said.has_value(), render(said.error()));
    CHECK(is_same(*unsaid, *said));
    const bool matters = std::ranges::any_of(others, [&](const char* other) {
      const auto loaded = load(with(home, name + ": " + other));
      return loaded && !is_same(*unsaid, *loaded);
    });
    CHECK(matters);  // else being the same would say nothing
  }
  CHECK(count > 50);
}
