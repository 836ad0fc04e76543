#include <doctest/doctest.h>

#include <api/job_walk.h>
#include <api/routes.h>
#include <tests/support/fake_backend.h>

using namespace belfry;
using namespace belfry::api;
using namespace belfry::tests;
using namespace std::chrono_literals;

namespace {

struct World {
  FakeBackend backend;
  Routes routes{backend, Roles(1000, {})};

  // Empty: the answer is still to come, in `late`.
  std::optional<Response> late;
  std::optional<Response> send(std::string method, std::string target, std::string body = "", Peer peer = {}) {
    late.reset();
    Request request{.method = std::move(method), .target = std::move(target), .headers = {}, .body = std::move(body)};
    request.peer = peer;
    routes.handle(request, [this](Response response) { late = std::move(response); });
    return late;
  }
  Response get(std::string target) { return send("GET", std::move(target)).value(); }
  Response post(std::string target, std::string body) {
    return send("POST", std::move(target), std::move(body)).value();
  }
};

bool holds(const Response& response, std::string_view part) { return response.body.find(part) != std::string::npos; }

// What /metrics says of jobs and runs: the processor time and the memory at its end are another at each reading.
std::string told_of_jobs(const std::string& metrics) { return metrics.substr(0, metrics.find("# HELP process_")); }

Run closed(Run run, RunOutcome outcome) {
  run.outcome = outcome;
  run.finished = run.due + 1s;
  return run;
}

}  // namespace

TEST_CASE("api/routes: an address that is not there is 404, a method that is not there 405 with Allow") {
  World world;
  CHECK(world.get("/healthz").body == "ok\n");
  for (const char* target : {"/", "/v1", "/v1/jobs/", "/v1/jobs/a/b", "/V1/jobs", "/v1//jobs"}) {
    CAPTURE(target);
    CHECK(world.get(target).status == 404);
  }
  const Response wrong = world.send("DELETE", "/v1/jobs").value();
  CHECK(wrong.status == 405);
  REQUIRE(wrong.headers.size() == 1);
  CHECK(wrong.headers[0].value == "GET");
  CHECK(world.send("HEAD", "/healthz")->status == 200);
}

TEST_CASE("api/routes: a parameter that an address does not take is 400, never ignored") {
  World world;
  for (const char* target :
       {"/v1/jobs?x=q", "/v1/jobs?state=lost", "/v1/events?topics=x", "/v1/runs?status=failed", "/v1/runs?which=lost",
        "/v1/runs?state=ran", "/v1/runs?since=2d", "/healthz?x", "/v1/runs?limit=0", "/v1/runs?limit=1001",
        "/v1/runs?outcome=ran", "/v1/runs?before=x", "/v1/runs?job=a%20b", "/v1/upcoming?until=tomorrow",
        "/v1/runs?limit=1&limit=2", "/v1/runs?job=%"}) {
    CAPTURE(target);
    const Response response = world.get(target);
    CHECK(response.status == 400);
    CHECK(response.content_type == "application/problem+json");
  }
}

TEST_CASE("api/routes: the list of many jobs is written beside the loop, unless they are about to be replaced") {
  World world;
  for (int n = 0; n < 100; ++n) world.backend.add_job("job-" + std::to_string(n));
  world.backend.keep_jobs();
  const std::string few = world.get("/v1/jobs").body;
  const int before = world.backend.questions;
  world.backend.add_job("one-more");
  world.backend.keep_jobs();
  const std::string many = world.get("/v1/jobs").body;
  CHECK(world.backend.questions == before + 1);
  CHECK(many.size() > few.size());
  world.backend.kept_jobs = nullptr;
  CHECK(world.get("/v1/jobs").body == many);
  CHECK(world.backend.questions == before + 1);
}

TEST_CASE("api/job_walk: very many jobs are looked at some at a time, in file order, for lists and for metrics") {
  World world;
  for (std::size_t n = 0; n < JobWalk::jobs_at_once * 2 + 1; ++n) {
    Job& job = world.backend.add_job("job-" + std::to_string(n));
    if (n % 2 == 0) job.tags.push_back("even");
    world.backend.next[job.name] = at("2026-11-20T09:00:00Z");
  }
  const std::string at_once = world.get("/v1/jobs?tag=even").body;
  const std::string page = told_of_jobs(world.get("/metrics").body);
  CHECK(page.find("next_run_timestamp_seconds{job=\"job-0\"}") < page.find("{job=\"job-1\"}"));
  world.backend.keep_jobs();
  int before = world.backend.questions;
  CHECK(world.get("/v1/jobs?tag=even").body == at_once);
  CHECK(world.backend.questions == before + 2 + 1);  // two pauses, and the writing
  before = world.backend.questions;
  CHECK(world.get("/v1/jobs?tag=odd").body.find("\"jobs\":[]") != std::string::npos);
  CHECK(world.backend.questions == before + 2);  // nothing to write
  before = world.backend.questions;
  CHECK(told_of_jobs(world.get("/metrics").body) == page);
  CHECK(world.backend.questions == before + 2 + 1);

  // The file is read in between.
  world.backend.before_answer = [&] {
    world.backend.before_answer = nullptr;
    world.backend.add_job("one-more").tags.push_back("even");
    world.backend.keep_jobs();
  };
  const std::string renewed = world.get("/v1/jobs?tag=even").body;
  CHECK(renewed.find("one-more") != std::string::npos);
  CHECK(renewed.find("\"job-0\"") == renewed.rfind("\"job-0\""));
}

TEST_CASE("api/routes: /v1/config tells what is in force, and what is wrong with the file as it is now") {
  World world;
  world.backend.add_job("backup");
  world.backend.config_facts = {.path = "/etc/belfry/schedules.yaml",
                                .trouble = "all of it",
                                .problems = {{.file = "f.yaml", .line = 3, .column = 5, .what = "no", .hint = "so"}},
                                .files = {"/etc/belfry/schedules.yaml"},
                                .state_dir = "/var/lib/belfry",
                                .on_stop = "wait 1m30s"};
  const Response config = world.get("/v1/config");
  for (const char* part :
       {"\"path\":\"/etc/belfry/schedules.yaml\",\"revision\":\"r1\",\"jobs\":1,\"timezone\":\"Europe/Berlin\"",
        "\"problems\":[{\"file\":\"f.yaml\",\"line\":3,\"column\":5,\"severity\":\"error\",\"name\":null,"
        "\"detail\":\"no\",\"hint\":\"so\"}]",
        "\"files\":[\"/etc/belfry/schedules.yaml\"]", "\"on_stop\":\"wait 1m30s\",\"max_running\":100",
        "\"keep\":{\"runs\":200,"}) {
    CAPTURE(config.body);
    CHECK(holds(config, part));
  }
}

TEST_CASE("api/routes: /v1/config/validate says what a text would be told, or the file, and changes nothing") {
  World world;
  CHECK(world.post("/v1/config/validate", "{\"text\":\"jobs: {}\"}").body == "{\"is_valid\":true,\"problems\":[]}\n");
  CHECK(world.post("/v1/config/validate", "").status == 200);
  CHECK(world.backend.validated == std::vector<std::optional<std::string>>{"jobs: {}", std::nullopt});
  CHECK(world.backend.reloads.empty());
  world.backend.problems = {{.file = "f", .is_error = false, .name = "dst-change"}};
  CHECK(holds(world.post("/v1/config/validate", ""), "\"is_valid\":true,\"problems\":[{\"file\":\"f\""));
  world.backend.problems.push_back({.file = "f", .line = 1});
  CHECK(holds(world.post("/v1/config/validate", ""), "\"is_valid\":false"));
  CHECK(world.post("/v1/config/validate", "{\"text\":1}").status == 400);
  CHECK(world.post("/v1/config/validate", "{\"file\":\"x\"}").status == 400);
}

TEST_CASE("api/routes: /v1/explain says what a schedule means and when it is due, or where it makes no sense") {
  World world;
  const Response told = world.get("/v1/explain?expr=30%202%20*%20*%20*&tz=UTC&from=2026-03-27T00:00:00Z&limit=2");
  CHECK(told.body ==
        "{\"expression\":\"30 2 * * *\",\"description\":\"At 02:30 every day\",\"normal_form\":\"30 2 * * * "
        "UTC\",\"next\":["
        "{\"utc\":\"2026-03-27T02:30:00Z\",\"local\":\"2026-03-27T02:30:00+00:00\",\"note\":null},"
        "{\"utc\":\"2026-03-28T02:30:00Z\",\"local\":\"2026-03-28T02:30:00+00:00\",\"note\":null}]}\n");
  CHECK(holds(world.get("/v1/explain?expr=Mon%2010:00&calendar=true&tz=UTC"), "\"utc\":\"2026-11-23T10:00:00Z\""));
  const Response wrong = world.get("/v1/explain?expr=0%2025%20*%20*%20*&tz=UTC");
  CHECK(wrong.status == 400);
  CHECK(holds(wrong, "parameter 'expr', character 3: hour 25 is above 23"));
  Job& job = world.backend.add_job("backup");
  job.zone_name = "UTC";
  CHECK(holds(world.get("/v1/explain?job=backup"), "\"expression\":\"backup\""));
  CHECK(world.get("/v1/explain?job=nobody").status == 404);
  for (const char* bad : {"", "expr=", "expr=@daily&job=backup", "expr=@daily&tz=Berlin", "expr=@daily&limit=0",
                          "expr=@daily&calendar=maybe"}) {
    CAPTURE(bad);
    CHECK(world.get("/v1/explain?" + std::string(bad)).status == 400);
  }
}

TEST_CASE("api/routes: F12 a question to the history that gets no memory is answered with 503") {
  World world;
  world.backend.add_job("backup");
  world.backend.has_memory = false;
  for (const char* target : {"/v1/runs", "/v1/jobs/backup", "/v1/jobs/backup/slots"}) {
    CAPTURE(target);
    const Response response = world.get(target);
    CHECK(response.status == 503);
    CHECK(response.content_type == "application/problem+json");
    CHECK(holds(response, "not enough memory"));
  }
}

TEST_CASE("api/routes: jobs come in file order, with what runs now and what ran last") {
  World world;
  world.backend.add_job("zulu");
  world.backend.add_job("alpha");
  world.backend.past.kept = {closed(make_run("zulu", 1), RunOutcome::failed)};
  world.backend.open = {make_run("alpha", 2)};
  const Response jobs = world.get("/v1/jobs");
  CHECK(jobs.body.find("\"zulu\"") < jobs.body.find("\"alpha\""));
  CHECK(holds(jobs, "\"timezone\":\"Europe/Berlin\""));
  CHECK(holds(world.get("/v1/jobs/zulu"), "\"outcome\":\"failed\""));
  CHECK(holds(world.get("/v1/jobs/alpha"), "\"open\":[{\"id\":\"" + world.backend.open[0].id.text()));
}

TEST_CASE("api/routes: an unknown job is 404 with the nearest name") {
  World world;
  world.backend.add_job("nightly-backup");
  const Response response = world.get("/v1/jobs/nightly-bakcup");
  CHECK(response.status == 404);
  CHECK(holds(response, "there is no job 'nightly-bakcup'; did you mean 'nightly-backup'?"));
  CHECK(world.get("/v1/jobs/a%20b").status == 404);  // not even a name
}

TEST_CASE("api/routes: S2 a run that was asked for is answered only when the answer is there") {
  World world;
  world.backend.add_job("backup");
  CHECK_FALSE(world.send("POST", "/v1/jobs/backup/runs", "", {.uid = 1000}).has_value());
  REQUIRE(world.backend.asked.size() == 1);
  CHECK(world.backend.asked[0].as<RunRequested>().requested_by == "uid 1000");
  CHECK(world.backend.asked[0].as<RunRequested>().trigger == RunTrigger::api);

  const Run run = make_run("backup", 1);
  world.backend.asked[0].done(Answer{.result = run});
  REQUIRE(world.late.has_value());
  CHECK(world.late->status == 202);
  CHECK(world.late->headers[0].name == "Location");
  CHECK(world.late->headers[0].value == "/v1/runs/" + run.id.text());
  CHECK(holds(*world.late, "\"state\":\"starting\""));
}

TEST_CASE("api/routes: a request of the command line is a person's") {
  World world;
  world.backend.add_job("backup");
  world.routes.handle({.method = "POST",
                       .target = "/v1/jobs/backup/runs",
                       .headers = {{"x-belfry-request", "manual"}},
                       .body = "",
                       .peer = {}},
                      [](const Response&) {});
  CHECK(world.backend.asked.at(0).as<RunRequested>().trigger == RunTrigger::manual);
}

TEST_CASE("api/routes: a refusal is 409 and names the reason and the run that is in the way") {
  World world;
  world.backend.add_job("backup");
  const RunId earlier = make_run("backup", 1).id;
  world.send("POST", "/v1/jobs/backup/runs");
  world.backend.asked[0].done(Answer{.result = Refusal{.reason = Reason::overlap, .cause = earlier}});
  REQUIRE(world.late.has_value());
  CHECK(world.late->status == 409);
  CHECK(holds(*world.late, "its run " + earlier.text() + " is still open"));
  CHECK(holds(*world.late, "\"reason\":\"overlap\",\"run\":\"" + earlier.text() + "\""));
}

TEST_CASE("api/routes: a ledger that cannot record is 503 and says what is wrong with it") {
  World world;
  world.backend.add_job("backup");
  world.backend.trouble = "disk full";
  world.send("POST", "/v1/jobs/backup/runs");
  world.backend.asked[0].done(Answer{.result = Refusal{.reason = Reason::ledger_unavailable}});
  CHECK(world.late.value().status == 503);
  CHECK(holds(*world.late, "disk full"));
  CHECK(holds(world.get("/v1/status"), "\"state\":\"degraded\""));
}

TEST_CASE("api/routes: a run for an unknown job, or with keys that nothing reads, is asked of nobody") {
  World world;
  world.backend.add_job("backup");
  CHECK(world.send("POST", "/v1/jobs/nothing/runs")->status == 404);
  CHECK(world.send("POST", "/v1/jobs/backup/runs", "{\"param\":{}}")->status == 400);
  CHECK(world.send("POST", "/v1/jobs/backup/runs", "not json")->status == 400);
  CHECK(world.backend.asked.empty());
}

TEST_CASE("api/routes: runs are pages, newest first") {
  World world;
  for (std::uint64_t i = 1; i <= 3; ++i) {
    Run run = closed(make_run("backup", i), RunOutcome::succeeded);
    run.id = RunId::make(run.due + Millis{i}, 7, i);
    world.backend.past.kept.push_back(run);
  }
  const auto id = [&](std::size_t i) { return world.backend.past.kept[i].id.text(); };
  const Response first = world.get("/v1/runs?limit=2");
  CHECK(first.body.find(id(2)) < first.body.find(id(1)));
  CHECK(holds(first, "\"before\":\"" + id(1) + "\""));
  const Response second = world.get("/v1/runs?limit=2&before=" + id(1));
  CHECK(holds(second, id(0)));
  CHECK_FALSE(holds(second, id(1)));
  CHECK(holds(second, "\"before\":null"));
  CHECK(holds(world.get("/v1/runs?outcome=failed"), "\"runs\":[]"));
  CHECK(holds(world.get("/v1/runs?job=other"), "\"runs\":[]"));
}

TEST_CASE("api/routes: an open run is shown as it is now, not as the ledger recorded its beginning") {
  World world;
  Run run = make_run("backup", 1);
  world.backend.past.kept = {run};
  run.state = RunState::running;
  world.backend.open = {run};
  CHECK(holds(world.get("/v1/runs"), "\"state\":\"running\""));
  CHECK(holds(world.get("/v1/runs/" + run.id.text()), "\"state\":\"running\""));
}

TEST_CASE("api/routes: a run is found by the beginning of its id, if only one begins so") {
  World world;
  world.backend.past.kept = {make_run("backup", 1), make_run("backup", 2)};
  const std::string first = world.backend.past.kept[0].id.text();
  CHECK(holds(world.get("/v1/runs/" + first.substr(0, 14)), first));
  const Response ambiguous = world.get("/v1/runs/" + first.substr(0, 10));  // the time alone
  CHECK(ambiguous.status == 400);
  CHECK(holds(ambiguous, "more than one run begins with"));
  CHECK(world.get("/v1/runs/zzz").status == 404);
}

TEST_CASE("api/routes: who waits for a run is answered when it is over") {
  World world;
  Run run = make_run("backup", 1);
  world.backend.past.kept = {run};
  CHECK_FALSE(world.send("GET", "/v1/runs/" + run.id.text() + "?wait=30s").has_value());
  CHECK(world.routes.timeout() == Millis{30s});
  world.routes.tell(RunClosedNotice{closed(make_run("backup", 2), RunOutcome::failed)});  // somebody else's
  CHECK_FALSE(world.late.has_value());
  world.routes.tell(RunClosedNotice{closed(run, RunOutcome::succeeded)});
  CHECK(holds(world.late.value(), "\"outcome\":\"succeeded\""));
  CHECK_FALSE(world.routes.timeout().has_value());
}

TEST_CASE("api/routes: who waited long enough gets the run as it is") {
  World world;
  Run run = make_run("backup", 1);
  world.backend.past.kept = {run};
  world.send("GET", "/v1/runs/" + run.id.text() + "?wait=30s");
  world.backend.time.boot += 29'999ms;
  world.routes.expire();
  CHECK_FALSE(world.late.has_value());
  world.backend.time.boot += 1ms;
  CHECK(world.routes.timeout() == Millis{0});
  world.routes.expire();
  CHECK(holds(world.late.value(), "\"state\":\"starting\""));
}

TEST_CASE("api/routes: nobody waits for a run that is over") {
  World world;
  world.backend.past.kept = {closed(make_run("backup", 1), RunOutcome::failed)};
  CHECK(holds(world.get("/v1/runs/" + world.backend.past.kept[0].id.text() + "?wait=30s"), "\"outcome\":\"failed\""));
  CHECK(world.get("/v1/runs/" + world.backend.past.kept[0].id.text() + "?wait=6m").status == 400);
}

TEST_CASE("api/routes: S30 a log comes byte for byte, from an offset or the last lines") {
  World world;
  world.backend.past.kept = {make_run("backup", 1)};
  world.backend.output = {
      {"both", "one\ntwo\nthree\n"}, {"out", std::string("a\0b", 3)}, {"err", "caf\xC3\xA9 no end"}};
  const std::string log = "/v1/runs/" + world.backend.past.kept[0].id.text() + "/log";
  struct Row {
    const char* query;
    std::string body;
    const char* from;
  };
  for (const Row& row : {
           Row{"", "one\ntwo\nthree\n", "0"},
           Row{"?from=4", "two\nthree\n", "4"},
           Row{"?from=99", "", "99"},
           Row{"?tail=1", "three\n", "8"},
           Row{"?tail=2", "two\nthree\n", "4"},
           Row{"?tail=3", "one\ntwo\nthree\n", "0"},
           Row{"?tail=99", "one\ntwo\nthree\n", "0"},
           Row{"?tail=0", "", "14"},
           Row{"?stream=err&stream=out", "", nullptr},
           Row{"?stream=stdout", std::string("a\0b", 3), "0"},
           Row{"?stream=stderr&tail=1", "caf\xC3\xA9 no end", "0"},  // a line without an end is a line
           Row{"?stream=both", "", nullptr},
           Row{"?from=1&tail=1", "", nullptr},
       }) {
    CAPTURE(row.query);
    const Response response = world.get(log + row.query);
    CHECK(response.status == (row.from != nullptr ? 200 : 400));
    if (row.from == nullptr) continue;
    CHECK(response.body == row.body);
    CHECK(response.headers[0].value == row.from);
  }
  CHECK(world.get(log).content_type == "text/plain; charset=utf-8");
  CHECK(world.get(log + "?stream=stdout").content_type == "application/octet-stream");
}

TEST_CASE("api/routes: a long log is answered in part, and its last lines are found without reading it all") {
  World world;
  world.backend.past.kept = {make_run("backup", 1)};
  std::string& all = world.backend.output["both"];
  for (int i = 0; i < 600'000; ++i) all += "line " + std::to_string(i) + "\n";
  const std::string log = "/v1/runs/" + world.backend.past.kept[0].id.text() + "/log";
  const Response head = world.get(log);
  CHECK(head.body.size() == 4U << 20U);
  CHECK(head.headers[1].value == std::to_string(all.size()));
  CHECK(world.get(log + "?from=" + std::to_string(head.body.size())).body == all.substr(head.body.size()));
  CHECK(world.get(log + "?tail=2").body == "line 599998\nline 599999\n");
  const Response many = world.get(log + "?tail=20000");  // more than the first piece holds
  CHECK(many.body.starts_with("line 580000\n"));
  CHECK(world.get(log + "?tail=600000").body.size() == 4U << 20U);  // what fits, from the end
}

TEST_CASE("api/routes: what is due next, up to a count or an instant") {
  World world;
  const Job& job = world.backend.add_job("backup");
  world.backend.slots = {{&job, at("2026-11-20T10:00:00Z")}, {&job, at("2026-11-20T11:00:00Z")}};
  CHECK(holds(world.get("/v1/upcoming"), "\"slot\":\"2026-11-20T11:00:00Z\""));
  CHECK_FALSE(holds(world.get("/v1/upcoming?limit=1"), "11:00"));
  CHECK_FALSE(holds(world.get("/v1/upcoming?until=2026-11-20T11:30:00%2B01:00"), "11:00"));
}

TEST_CASE("api/routes: S30 one range of a log is 206, one behind its end 416, what is no range is ignored") {
  World world;
  world.backend.past.kept = {make_run("backup", 1)};
  world.backend.output["both"] = "0123456789";
  struct Row {
    const char* range;
    int status;
    const char* body;
    const char* content_range;
  };
  for (const Row& row : {
           Row{"bytes=2-4", 206, "234", "bytes 2-4/10"},
           Row{"bytes=8-99", 206, "89", "bytes 8-9/10"},
           Row{"bytes=7-", 206, "789", "bytes 7-9/10"},
           Row{"bytes=-3", 206, "789", "bytes 7-9/10"},
           Row{"bytes=-99", 206, "0123456789", "bytes 0-9/10"},
           Row{"bytes=10-", 416, nullptr, "bytes */10"},
           Row{"bytes=-0", 416, nullptr, "bytes */10"},
           Row{"bytes=4-2", 200, "0123456789", nullptr},
           Row{"bytes=1-2,4-5", 200, "0123456789", nullptr},
           Row{"lines=1-2", 200, "0123456789", nullptr},
           Row{"bytes=-", 200, "0123456789", nullptr},
       }) {
    CAPTURE(row.range);
    Request request{.method = "GET",
                    .target = "/v1/runs/" + world.backend.past.kept[0].id.text() + "/log",
                    .headers = {{"range", row.range}},
                    .body = "",
                    .peer = {}};
    Response response;
    world.routes.handle(request, [&](Response given) { response = std::move(given); });
    CHECK(response.status == row.status);
    if (row.body != nullptr) CHECK(response.body == row.body);
    const auto& last = response.headers.back();
    CHECK((last.name == "Content-Range" ? last.value : "") == (row.content_range != nullptr ? row.content_range : ""));
  }
}

TEST_CASE("api/routes: the output of an earlier attempt is asked for by its number") {
  World world;
  Run run = make_run("backup", 1);
  run.attempt = 3;
  world.backend.past.kept = {run};
  Run first = run;
  first.attempt = 1;
  world.backend.past.earlier = {first};
  world.backend.output["both"] = "output\n";
  const std::string log = "/v1/runs/" + run.id.text() + "/log?attempt=";
  CHECK(world.get(log + "3").status == 200);
  CHECK(world.get(log + "1").status == 200);
  CHECK(world.get(log + "2").status == 404);
  CHECK(world.get(log + "0").status == 400);
}

TEST_CASE("api/routes: the slots of a job, newest first, each with its run or with what was in its way") {
  World world;
  Run ran = closed(make_run("backup", 1), RunOutcome::succeeded);
  ran.slot = Slot{.at = at("2026-11-20T01:30:00Z")};
  world.backend.past.kept = {ran, make_run("backup", 2)};  // the second is nobody's slot
  const auto stretch = [](const char* first, const char* last, std::int64_t count) {
    return Stretch{.first = at(first), .last = at(last), .count = count};
  };
  world.backend.past.decided = {
      {.job = job_name("backup"),
       .slots = stretch("2026-11-20T00:00:00Z", "2026-11-20T01:00:00Z", 3),
       .outcome = SlotOutcome::missed,
       .reason = Reason::down},
      {.job = job_name("backup"),
       .slots = stretch("2026-11-20T02:30:00Z", "2026-11-20T02:30:00Z", 1),
       .outcome = SlotOutcome::skipped,
       .reason = Reason::overlap,
       .cause = ran.id},
  };
  const Response slots = world.get("/v1/jobs/backup/slots");
  const auto place = [&](const char* part) {
    CAPTURE(part);
    CHECK(holds(slots, part));
    return slots.body.find(part);
  };
  CHECK(place("{\"slot\":\"2026-11-20T02:30:00Z\"") < place("{\"slot\":\"2026-11-20T01:30:00Z\""));
  CHECK(place("{\"slot\":\"2026-11-20T01:30:00Z\"") <
        place("{\"slot\":\"2026-11-20T00:00:00Z\",\"last\":\"2026-11-20T01:00:00Z\",\"count\":3"));
  CHECK(holds(slots, "\"cause\":{\"id\":\"" + ran.id.text()));
  CHECK_FALSE(holds(slots, make_run("backup", 2).id.text()));
  const Response some = world.get("/v1/jobs/backup/slots?from=2026-11-20T01:00:00Z&to=2026-11-20T01:59:00Z");
  CHECK(holds(some, "01:30:00Z"));
  CHECK(holds(some, "\"count\":3"));  // it ends where the question begins
  CHECK_FALSE(holds(some, "02:30:00Z\",\"last"));
  CHECK_FALSE(holds(world.get("/v1/jobs/backup/slots?limit=1"), "missed"));
  CHECK(holds(slots, "],\"known_since\":"));
}

TEST_CASE("api/routes: S42 the history comes newest first, page by page, and of a job with what concerns all") {
  World world;
  for (std::uint64_t n = 1; n <= 3; ++n) {
    Event event{.number = n, .at = at("2026-11-20T08:00:00Z") + std::chrono::minutes{n}, .kind = EventKind::clock_set};
    event.detail = "set back by 2h";
    world.backend.past.noted.push_back(std::move(event));
  }
  world.backend.past.noted[1].kind = EventKind::job_paused;
  world.backend.past.noted[1].job = job_name("backup");
  world.backend.past.noted[1].who = "uid 7";
  const Response all = world.get("/v1/history");
  CHECK(all.body.find("\"number\":3") < all.body.find("\"number\":2"));
  CHECK(holds(all, "\"timezone\":\"Europe/Berlin\""));
  CHECK(
      holds(all,
            "{\"number\":2,\"at\":\"2026-11-20T08:02:00Z\",\"kind\":\"job_paused\",\"job\":\"backup\",\"run\":null,"
            "\"who\":\"uid 7\",\"since\":null,\"until\":null,\"detail\":\"set back by 2h\",\"text\":\"paused by uid 7: "
            "set back by 2h\"}"));
  CHECK(holds(all, "\"before\":null}"));
  const Response page = world.get("/v1/history?limit=2");
  CHECK(holds(page, "\"before\":2}"));
  const Response rest = world.get("/v1/history?limit=2&before=2");
  CHECK(holds(rest, "\"number\":1"));
  CHECK_FALSE(holds(rest, "\"number\":2"));
  CHECK_FALSE(holds(world.get("/v1/history?job=report"), "\"number\":2"));
  CHECK(holds(world.get("/v1/history?job=report"), "\"number\":1"));
  const Response some = world.get("/v1/history?since=2026-11-20T08:02:00Z&until=2026-11-20T08:02:30Z");
  CHECK(holds(some, "\"number\":2"));
  CHECK_FALSE(holds(some, "\"number\":1"));
  CHECK_FALSE(holds(some, "\"number\":3"));
  for (const char* bad : {"limit=0", "limit=1001", "before=x", "since=yesterday", "job=/", "kind=clock_set"}) {
    CHECK(world.get("/v1/history?" + std::string(bad)).status == 400);
  }
}

TEST_CASE("api/routes: ready is who starts what is due; healthy is who answers, and says what is wrong") {
  World world;
  CHECK(world.get("/readyz").body == "ready\n");
  world.backend.trouble = "disk full";
  CHECK(world.get("/readyz").status == 503);
  CHECK(world.get("/healthz").status == 200);
  CHECK(world.get("/healthz").body == "degraded\nledger: disk full\n");
}

TEST_CASE("api/routes: the names alone come in file order") {
  World world;
  world.backend.add_job("zulu");
  world.backend.add_job("alpha");
  CHECK(world.get("/v1/jobs?only=names").body == "{\"names\":[\"zulu\",\"alpha\"]}\n");
  CHECK(world.get("/v1/jobs?only=tags").status == 400);
}

TEST_CASE("api/routes: S1 the audit is answered with what it found") {
  World world;
  CHECK(world.get("/v1/audit").body == "{\"jobs\":1,\"slots\":2,\"problems\":[]}\n");
  world.backend.audited = std::unexpected(Error::failed("cannot read"));
  CHECK(world.get("/v1/audit").status == 500);
}

TEST_CASE("api/routes: jobs are found by tag, by how they stand, and by a part of their name") {
  World world;
  world.backend.add_job("nightly-backup").tags = {"db"};
  world.backend.add_job("report").enabled = false;
  world.backend.open = {make_run("nightly-backup", 1)};
  const auto has = [&](const char* query, const char* name) { return holds(world.get(query), name); };
  CHECK(has("/v1/jobs?tag=db", "nightly-backup"));
  CHECK_FALSE(has("/v1/jobs?tag=db", "report"));
  CHECK(has("/v1/jobs?state=running", "nightly-backup"));
  CHECK_FALSE(has("/v1/jobs?state=running", "report"));
  CHECK(has("/v1/jobs?state=disabled&q=rep", "report"));
  CHECK_FALSE(has("/v1/jobs?q=rep", "nightly-backup"));
  CHECK_FALSE(has("/v1/jobs?state=failing", "report"));
}

TEST_CASE("api/routes: S35 a reload tells what it changes, and every problem of a file that is refused") {
  World world;
  JobChange change{.kind = JobChange::Kind::changed, .job = job_name("backup")};
  change.keys = {{.key = "timeout", .before = "none", .after = "1h"}, {.key = "env", .before = "", .after = ""}};
  change.next = at("2026-11-21T02:30:00Z");
  world.backend.reloaded = Reloaded{.changes = {change}, .needs_restart = true};
  const Response told = world.send("POST", "/v1/config/reload", "{\"dry_run\": true}").value();
  CHECK(told.status == 200);
  CHECK(holds(told, R"("needs_restart":true)"));
  CHECK(holds(told, R"("job":"backup","kind":"changed")"));
  CHECK(holds(told, R"({"key":"timeout","before":"none","after":"1h"},{"key":"env","before":null,"after":null})"));
  CHECK(holds(told, R"("next":"2026-11-21T02:30:00Z","next_before":null)"));

  world.backend.reloaded = std::unexpected(
      FileRefused{.what = "f.yaml:3:5  error  odd\n",
                  .problems = {{.file = "f.yaml", .line = 2, .column = 1, .is_error = false, .what = "a warning"},
                               {.file = "f.yaml", .line = 3, .column = 5, .what = "odd", .hint = "make it even"}}});
  const Response refused = world.send("POST", "/v1/config/reload").value();
  CHECK(refused.status == 422);
  CHECK(holds(refused, "f.yaml:3:5  error  odd"));
  CHECK(holds(refused, R"("errors":[{"file":"f.yaml","line":3,"column":5,"detail":"odd","hint":"make it even"}])"));
  CHECK(world.backend.reloads == std::vector{ReloadHow::rehearse, ReloadHow::apply});
  CHECK(world.send("POST", "/v1/config/reload", "{\"dry\": true}")->status == 400);
}

TEST_CASE("api/routes: S38 a request tells a run its parameters; what is wrong with them is said one by one") {
  World world;
  Job& job = world.backend.add_job("restore");
  job.inputs = std::make_shared<const JobInputs>(
      JobInputs{.params = {{.name = "date", .type = ParamType::date, .is_required = true},
                           {.name = "count", .type = ParamType::integer, .fallback = "1"},
                           {.name = "dry_run", .type = ParamType::boolean, .fallback = "true"}},
                .usual = {},
                .secrets = {}});
  world.send("POST", "/v1/jobs/restore/runs", R"({"params":{"date":"2026-11-19","count":7,"dry_run":false}})");
  CHECK(world.backend.asked.at(0).as<RunRequested>().params ==
        Params{{"date", "2026-11-19"}, {"count", "7"}, {"dry_run", "false"}});

  const Response wrong =
      world.send("POST", "/v1/jobs/restore/runs", R"({"params":{"dte":"2026-11-19","count":"many"},"dry_run":true})")
          .value();
  CHECK(wrong.status == 422);
  CHECK(wrong.content_type == "application/problem+json");
  for (const char* part : {R"("pointer":"/params/dte","detail":"there is no parameter 'dte'; did you mean 'date'?")",
                           R"("pointer":"/params/date","detail":"parameter 'date' is missing)",
                           R"("hint":"date=2026-11-19")", R"("pointer":"/params/count")"}) {
    CAPTURE(part);
    CHECK(holds(wrong, part));
  }
  // F56: a mebibyte is no parameter.
  const std::string huge = R"({"params":{"date":")" + std::string(1 << 20, 'x') + R"("}})";
  CHECK(world.send("POST", "/v1/jobs/restore/runs", huge)->status == 422);
  CHECK(world.send("POST", "/v1/jobs/restore/runs", R"({"params":{"date":"2026-11-19\u0000"}})")->status == 422);
  CHECK(world.send("POST", "/v1/jobs/restore/runs", R"({"params":{"date":["2026-11-19"]}})")->status == 400);
  CHECK(world.send("POST", "/v1/jobs/restore/runs", R"({"params":"date"})")->status == 400);
  CHECK(world.backend.asked.size() == 1);
}

TEST_CASE("api/routes: S23 S25 a request may name a queue, and be one with those that equal it") {
  World world;
  world.backend.add_job("restore");
  world.backend.add_queue("bulk");
  world.send("POST", "/v1/jobs/restore/runs", R"({"queue":"bulk","unique":true})");
  CHECK(world.backend.asked.at(0).as<RunRequested>().queue.str() == "bulk");
  CHECK(world.backend.asked.at(0).as<RunRequested>().unique == Millis{0});
  world.send("POST", "/v1/jobs/restore/runs", R"({"queue":"default","unique":"10m"})");
  CHECK(world.backend.asked.at(1).as<RunRequested>().unique == Millis{10min});
  const Response unknown = world.send("POST", "/v1/jobs/restore/runs", R"({"queue":"blk"})").value();
  CHECK(unknown.status == 400);
  CHECK(holds(unknown, "did you mean 'bulk'?"));
  CHECK(world.send("POST", "/v1/jobs/restore/runs", R"({"unique":10})")->status == 400);
}

TEST_CASE("api/routes: S38 jobs say what they take, runs what they were told, and secrets are only names") {
  World world;
  Job& job = world.backend.add_job("restore");
  job.env = {{"TOKEN", "${secret:token}"}};
  job.inputs = std::make_shared<const JobInputs>(
      JobInputs{.params = {{.name = "to", .type = ParamType::choice, .fallback = "a", .options = {"a", "b"}}},
                .usual = {},
                .secrets = {{.name = "token", .where = "/etc/belfry/secrets/token"}}});
  Run run = closed(make_run("restore", 1), RunOutcome::succeeded);
  run.params = Params{{"to", "b"}};
  world.backend.past.kept.push_back(run);
  CHECK(holds(world.get("/v1/runs"), R"("params":{"to":"b"})"));
  const Response shown = world.get("/v1/jobs/restore");
  CHECK(holds(shown, R"({"name":"to","type":"choice","required":false,"default":"a","options":["a","b"])"));
  CHECK_FALSE(holds(shown, "/etc/belfry/secrets"));
}

TEST_CASE("api/routes: a run's result is its bytes, and 404 where it left none") {
  World world;
  Run run = closed(make_run("backup", 1), RunOutcome::succeeded);
  run.result = "{\"rows\":3}";
  world.backend.past.kept.push_back(run);
  world.backend.past.kept.push_back(closed(make_run("backup", 2), RunOutcome::succeeded));
  const Response response = world.get("/v1/runs/" + run.id.text() + "/result");
  CHECK(response.status == 200);
  CHECK(response.body == "{\"rows\":3}");
  CHECK(holds(world.get("/v1/runs/" + run.id.text()), "\"result\":\"{\\\"rows\\\":3}\""));
  CHECK(world.get("/v1/runs/" + make_run("backup", 2).id.text() + "/result").status == 404);
}

TEST_CASE("api/routes: a program says how far a run is, while it executes") {
  World world;
  Run run = make_run("import", 1);
  run.state = RunState::running;
  world.backend.past.kept.push_back(run);
  world.backend.open.push_back(run);
  const std::string target = "/v1/runs/" + run.id.text() + "/progress";
  const Response response = world.send("POST", target, R"({"percent":80,"message":"uploading"})").value();
  CHECK(response.status == 200);
  CHECK(holds(response, R"("progress":{"percent":80,"message":"uploading")"));
  REQUIRE(world.backend.progress.size() == 1);
  CHECK(world.backend.progress[0].first == run.attempt_id());
  CHECK(world.backend.progress[0].second.percent == 80);
  for (const char* body : {"", R"({"percent":101})", R"({"percent":"80"})", R"({"percent":8,"text":"x"})"}) {
    CHECK(world.send("POST", target, body)->status == 400);
  }
  world.backend.open[0].state = RunState::waiting;
  CHECK(world.send("POST", target, R"({"percent":80})")->status == 409);
  CHECK(world.backend.progress.size() == 1);
}

TEST_CASE("api/routes: S35 that a file is in force is told, and nobody writes a status that nobody reads") {
  World world;
  const Response listening = world.get("/v1/events");
  world.routes.config_changed();
  CHECK(world.backend.status_asked == 0);
  std::string told;
  for (std::string more = "?"; !more.empty();) told += more = listening.stream->read(10'000);
  CHECK(world.backend.status_asked == 1);
  CHECK(told.find("event: config.changed\n") != std::string::npos);
  CHECK(told.find("\"revision\"") != std::string::npos);
}
