#include <string>

#include <doctest/doctest.h>

#include <config/load.h>
#include <jobs/builtin.h>
#include <jobs/registry.h>

using namespace belfry;
using namespace belfry::config;

namespace {

Loaded load(const std::string& text) {
  static ZoneCache zones;
  static Registry callables;
  if (callables.all().empty()) add_builtin(callables);
  return parse_config("f.yaml", text, zones, {.callables = &callables});
}

Job job_of(const std::string& keys) {
  const auto loaded = load("jobs:\n  a:\n    schedule: manual\n" + keys);
  REQUIRE_MESSAGE(loaded.has_value(), render(loaded.error()));
  return loaded->set->jobs.at(0);
}

// "7:12 what  hint"
std::string said_about(const std::string& keys) {
  const auto loaded = load("jobs:\n  a:\n    schedule: manual\n" + keys);
  if (loaded) return "(accepted)";
  std::string said;
  for (const Problem& problem : loaded.error()) {
    said += (said.empty() ? "" : "\n") + std::to_string(problem.line) + ":" + std::to_string(problem.column) + " " +
            problem.what + (problem.hint.empty() ? "" : " | " + problem.hint);
  }
  return said;
}

}  // namespace

TEST_CASE("config/call: S38 a callable and its parameters, as they are written") {
  const Job job = job_of(R"(
    params: { path: { type: string } }
    call: http.request
    with:
      url: https://example.com/${param:path}
      expect_status: [200, 2xx]
      headers: { X-Probe: on }
)");
  const auto& call = std::get<Call>(job.action);
  CHECK(call.name == "http.request");
  CHECK(argument::text(call.with, "url") == "https://example.com/${param:path}");
  CHECK(argument::text_map(call.with, "headers").at(0) == std::pair<std::string, std::string>("X-Probe", "on"));
  CHECK(std::get<Call>(job_of("    call: history.prune\n").action).with.empty());
}

TEST_CASE("config/call: S36 what is wrong is said where it stands") {
  struct Row {
    const char* keys;
    const char* said;
  };
  const std::vector<Row> rows{
      {"    call: http.requset\n", "4:11 there is no callable 'http.requset' | did you mean 'http.request'?"},
      {"    call: backup\n",
       "4:11 there is no callable 'backup' | there are file.prune, history.prune, http.request, log; a program is run "
       "by  run: or  command:"},
      {"    call: log\n", "4:11 'log' needs the parameter 'message' | What it says."},
      {"    call: log\n    with: { message: hi, strem: stderr }\n",
       "5:26 'log' has no parameter 'strem' | did you mean 'stream'?"},
      {"    call: log\n    with: { message: hi, stream: stdin }\n",
       "5:34 'stream' must be one of stdout, stderr, not 'stdin'"},
      {"    call: log\n    with: { message: [hi] }\n", "5:22 'message' must be a text"},
      {"    call: history.prune\n    with: { older_than: 90, keep: 0 }\n",
       "5:25 'older_than' must be a duration such as 90s or 1h30m\n5:35 'keep' must be at least 1, not '0'"},
      {"    call: log\n    with: message\n",
       "5:11 'with' must be a map of the callable's parameters to their values, not 'message' | write  with: { "
       "message: "
       "hello }"},
      {"    run: date\n    with: { message: hi }\n", "5:5 'with' means nothing without 'call' | "},
      {"    call: log\n    with: { message: hi }\n    user: nobody\n",
       "6:5 'user' is about a process, and 'log' has none: it runs inside the daemon | remove it, or run a program "
       "with  "
       "run: or  command:"},
      {"    run: date\n    call: log\n    with: { message: hi }\n",
       "5:5 'run' and 'call' exclude each other in job 'a' | keep one of them; 'run' is on line 4"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.keys);
    const std::string said = said_about(row.keys);
    if (std::string(row.said).ends_with("| ")) {
      CHECK(said.starts_with("5:5 'with'"));
    } else {
      CHECK(said == row.said);
    }
  }
}

TEST_CASE("config/call: what stands in defaults for processes does not keep a job from calling") {
  const auto loaded = load(
      "defaults: { user: nobody, umask: '0077' }\njobs: { a: { schedule: manual, call: log, with: { "
      "message: hi } } }");
  CHECK(loaded.has_value());
}

TEST_CASE("config/call: S37 a plug-in that is not there, or not named by its path, is a problem of the file") {
  const auto relative = load("plugins: [greet.so]\njobs: { a: { schedule: manual, run: x } }");
  REQUIRE_FALSE(relative.has_value());
  CHECK(relative.error().at(0).what == "'greet.so' must be an absolute path");
  const auto missing = load("plugins: [/no/such/greet.so]\njobs: { a: { schedule: manual, run: x } }");
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().at(0).line == 1);
  CHECK(missing.error().at(0).what.starts_with("cannot load the plug-in: /no/such/greet.so: "));
}
