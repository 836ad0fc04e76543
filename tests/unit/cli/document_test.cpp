#include <doctest/doctest.h>

#include <api/json.h>
#include <cli/document.h>
#include <tests/support/fake_backend.h>

using namespace belfry;
using namespace belfry::cli;
using namespace belfry::tests;
using namespace std::chrono_literals;

namespace {

Run closed_run() {
  Run run = make_run("backup", 1);
  run.trigger = RunTrigger::manual;
  run.started = run.due + 5ms;
  run.finished = run.due + 2s;
  run.outcome = RunOutcome::failed;
  run.reason = Reason::by_request;
  run.end = ProcessEnd{.how = ProcessEnd::How::signalled, .code = 15};
  run.detail = "told to";
  return run;
}

}  // namespace

TEST_CASE("cli/document: what the API writes of a run is read back") {
  const Run run = closed_run();
  const auto read = decode_run(api::run_json(run));
  REQUIRE(read.has_value());
  CHECK(read->id == run.id);
  CHECK(read->job == run.job);
  CHECK(read->trigger == run.trigger);
  CHECK(read->outcome == run.outcome);
  CHECK(read->reason == run.reason);
  CHECK(read->end == run.end);
  CHECK(read->due == run.due);
  CHECK(read->started == run.started);
  CHECK(read->finished == run.finished);
  CHECK(read->detail == run.detail);

  Run open = make_run("backup", 2);
  open.state = RunState::running;
  const auto read_open = decode_run(api::run_json(open));
  REQUIRE(read_open.has_value());
  CHECK(read_open->is_open());
  CHECK(read_open->state == RunState::running);
}

TEST_CASE("cli/document: what the API writes of jobs, slots and runs is read back") {
  FakeBackend backend;
  Job& job = backend.add_job("backup");
  job.enabled = false;
  const WallTime now = at("2026-11-20T09:00:00Z");
  const api::ListFrame frame{.now = now, .timezone = "Europe/Berlin"};

  const JobView view{.job = &job, .next = now + 1h, .last = closed_run(), .open = {make_run("backup", 2)}};
  const auto jobs = decode_jobs(api::jobs_json({view}, frame));
  REQUIRE(jobs.has_value());
  CHECK(jobs->now == now);
  CHECK(jobs->timezone == "Europe/Berlin");
  REQUIRE(jobs->rows.size() == 1);
  CHECK(jobs->rows[0].name == "backup");
  CHECK(jobs->rows[0].schedule == "every 30s");
  CHECK_FALSE(jobs->rows[0].is_enabled);
  CHECK(jobs->rows[0].next == now + 1h);
  CHECK(jobs->rows[0].last->outcome == RunOutcome::failed);
  CHECK(jobs->rows[0].open.size() == 1);

  const auto slots = decode_upcoming(api::upcoming_json({{.job = &job, .at = now + 1h, .due = now + 1h + 5s}}, frame));
  REQUIRE(slots.has_value());
  CHECK(slots->rows.at(0).job == "backup");
  CHECK(slots->rows.at(0).due == now + 1h + 5s);

  const auto runs = decode_runs(api::runs_json({closed_run()}, std::nullopt, frame));
  REQUIRE(runs.has_value());
  CHECK(runs->rows.at(0).id == closed_run().id);
}

TEST_CASE("cli/document: an answer that is not understood is an error, whatever it holds") {
  for (const char* bad : {"", "[]", "null", "{", "{}", "{\"id\":1,\"job\":[],\"due\":{}}",
                          "{\"now\":\"2026-11-20T09:00:00Z\",\"jobs\":{},\"upcoming\":3,\"runs\":\"x\"}",
                          "{\"now\":\"2026-11-20T09:00:00Z\",\"jobs\":[1],\"upcoming\":[{}],\"runs\":[null]}"}) {
    CAPTURE(bad);
    CHECK_FALSE(decode_run(bad).has_value());
    CHECK_FALSE(decode_jobs(bad).has_value());
    CHECK_FALSE(decode_upcoming(bad).has_value());
    CHECK_FALSE(decode_runs(bad).has_value());
  }
}

TEST_CASE("cli/document: --json prints the list itself, with keys in the API's order") {
  CHECK(member("{\"now\":1,\"runs\":[{\"z\":1,\"a\":2}]}", "runs").value() == "[{\"z\":1,\"a\":2}]\n");
  CHECK_FALSE(member("{\"now\":1}", "runs").has_value());
}

TEST_CASE("cli/document: a problem's detail is what a person reads") {
  CHECK(decode_problem("{\"status\":404,\"detail\":\"there is no job 'x'\"}") == "there is no job 'x'");
  for (const char* other : {"", "<html>", "[]", "{\"detail\":3}"}) CHECK(decode_problem(other).empty());
}

TEST_CASE("cli/document: output that is not UTF-8 still makes a document") {
  CHECK(encode_log({.run = "{\"id\":1}", .from = "2", .size = "7", .output = "a\xFFz"}) ==
        "{\"run\":{\"id\":1},\"from\":2,\"size\":7,\"output\":\"a\uFFFDz\"}\n");
}
