#include <doctest/doctest.h>

#include <api/routes.h>
#include <tests/support/fake_backend.h>
#include <triggers/parse.h>

using namespace belfry;
using namespace belfry::api;
using namespace belfry::tests;
using namespace std::chrono_literals;

namespace {

struct World {
  FakeBackend backend;
  Routes routes{backend, Roles(1000, {})};
  std::optional<Response> answer;

  World() {
    backend.add_job("backup").tags = {"db", "night"};
    backend.add_job("vacuum").tags = {"db"};
    backend.add_job("report");
  }

  const Response* post(std::string target, std::string body = "") {
    answer.reset();
    Request request{
        .method = "POST", .target = std::move(target), .headers = {}, .body = std::move(body), .peer = {.uid = 1000}};
    routes.handle(request, [this](Response response) { answer = std::move(response); });
    return answer ? &*answer : nullptr;
  }
  int refused(std::string target, std::string body = "") {
    const Response* response = post(std::move(target), std::move(body));
    return response != nullptr ? response->status : 0;
  }
  template <class Order>
  const Order& asked() {
    REQUIRE(answer == std::nullopt);
    return backend.asked.at(0).as<Order>();
  }
  void give(Answer given) { backend.asked.at(0).done(given); }
};

bool holds(const std::optional<Response>& response, std::string_view part) {
  return response && response->body.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE(
    "api/change_routes: a pause goes to the core with who asked, why and until when, and is answered when it is kept") {
  World world;
  world.post("/v1/jobs/backup/pause", R"({"for":"2h","reason":"disk swap"})");
  const auto& pause = world.asked<PauseRequested>();
  CHECK(pause.jobs == std::vector{job_name("backup")});
  CHECK(pause.until == at("2026-11-20T11:00:00Z"));
  CHECK(pause.by == "uid 1000");
  CHECK(pause.reason == "disk swap");
  world.give({.result = Done{.count = 1}});
  CHECK(world.answer->status == 200);
  CHECK(world.answer->body == "{\"count\":1}\n");
}

TEST_CASE("api/change_routes: jobs are paused by tag, by name, or all of them, in file order") {
  World world;
  world.post("/v1/jobs/pause", R"({"tags":["night","db"]})");
  CHECK(world.asked<PauseRequested>().jobs == std::vector{job_name("backup"), job_name("vacuum")});
  CHECK_FALSE(world.asked<PauseRequested>().until.has_value());
  world.backend.asked.clear();
  world.post("/v1/jobs/pause", R"({"all":true})");
  CHECK(world.asked<PauseRequested>().jobs.size() == 3);
  world.backend.asked.clear();
  world.post("/v1/jobs/resume", R"({"jobs":["report"],"catch_up":true})");
  CHECK(world.asked<ResumeRequested>().jobs == std::vector{job_name("report")});
  CHECK(world.asked<ResumeRequested>().catch_up == ResumeRequested::CatchUp::yes);
}

TEST_CASE("api/change_routes: what makes no sense is asked of nobody") {
  World world;
  CHECK(world.refused("/v1/jobs/nothing/pause") == 404);
  CHECK(world.refused("/v1/jobs/pause", R"({"tags":["none"]})") == 404);
  CHECK(world.refused("/v1/jobs/pause", R"({"jobs":["backup","bakcup"]})") == 404);
  CHECK(world.refused("/v1/jobs/pause") == 400);
  CHECK(world.refused("/v1/jobs/backup/pause", R"({"until":"2026-11-20T08:59:59Z"})") == 400);  // over already
  CHECK(world.refused("/v1/jobs/backup/skip", R"({"next":-1})") == 400);
  CHECK(world.refused("/v1/jobs/backup/backfill") == 400);
  CHECK(world.backend.asked.empty());
}

TEST_CASE("api/change_routes: skip leaves out the next slots, one unless told otherwise") {
  World world;
  world.post("/v1/jobs/backup/skip");
  CHECK(world.asked<SkipRequested>().count == 1);
  world.backend.asked.clear();
  world.post("/v1/jobs/backup/skip", R"({"next":3})");
  CHECK(world.asked<SkipRequested>().count == 3);
}

TEST_CASE("api/change_routes: a backfill is counted in its rehearsal, and bounded") {
  World world;
  Job& job = world.backend.add_job("often");
  job.schedule = parse_every("1m").value();
  const std::string hour = R"("from":"2026-11-20T07:00:00Z","to":"2026-11-20T08:00:00Z")";
  const Response* counted = world.post("/v1/jobs/often/backfill", "{" + hour + R"(,"dry_run":true})");
  REQUIRE(counted != nullptr);
  CHECK(counted->body == "{\"count\":61,\"first\":\"2026-11-20T07:00:00Z\",\"last\":\"2026-11-20T08:00:00Z\"}\n");
  CHECK(world.backend.asked.empty());

  world.post("/v1/jobs/often/backfill", "{" + hour + "}");
  const auto& backfill = world.asked<BackfillRequested>();
  CHECK(backfill.from == at("2026-11-20T07:00:00Z"));
  CHECK(backfill.to == at("2026-11-20T08:00:00Z"));
  CHECK(backfill.requested_by == "uid 1000");
  world.backend.asked.clear();

  for (const char* body : {R"({"from":"2026-11-20T08:00:00Z","to":"2026-11-20T09:00:01Z"})",     // the future
                           R"({"from":"2026-11-20T07:00:01Z","to":"2026-11-20T07:00:02Z"})",     // between two slots
                           R"({"from":"2026-11-01T00:00:00Z","to":"2026-11-20T00:00:00Z"})"}) {  // 27,361 slots
    CAPTURE(body);
    CHECK(world.refused("/v1/jobs/often/backfill", body) == 400);
  }
  CHECK(world.refused("/v1/jobs/backup/backfill", "{" + hour + "}") == 400);  // manual: no slots
  CHECK(world.backend.asked.empty());
}

TEST_CASE("api/change_routes: an open run is cancelled, a closed one is 409") {
  World world;
  Run run = make_run("backup", 1);
  world.backend.past.kept = {run};
  world.backend.open = {run};
  world.post("/v1/runs/" + run.id.text() + "/cancel");
  CHECK(world.asked<CancelRequested>().run == run.id);
  CHECK(world.asked<CancelRequested>().requested_by == "uid 1000");
  run.stop = Reason::by_request;
  world.give({.result = run});
  CHECK(world.answer->status == 202);
  CHECK(holds(world.answer, "\"stop\":\"by request\""));

  world.backend.open.clear();
  world.backend.past.kept[0].outcome = RunOutcome::failed;
  CHECK(world.refused("/v1/runs/" + run.id.text() + "/cancel") == 409);
  CHECK(holds(world.answer, "is over: failed"));
}

TEST_CASE("api/change_routes: a closed run is tried again as a new one, an open one is 409") {
  World world;
  Run run = make_run("backup", 1);
  world.backend.past.kept = {run};
  world.backend.open = {run};
  CHECK(world.refused("/v1/runs/" + run.id.text() + "/retry") == 409);
  world.backend.open.clear();
  world.backend.past.kept[0].outcome = RunOutcome::failed;
  world.post("/v1/runs/" + run.id.text() + "/retry");
  CHECK(world.asked<RetryRequested>().of.id == run.id);
  CHECK(world.refused("/v1/runs/zzz/cancel") == 404);
}

TEST_CASE("api/change_routes: I15 a request carries its key, and the answer to a used one is the run it made") {
  World world;
  const Run earlier = make_run("backup", 1);
  world.backend.past.kept = {earlier};
  Request request{
      .method = "POST",
      .target = "/v1/jobs/backup/runs",
      .headers = {{"idempotency-key", "deploy-7"}},
      .body = R"({"scheduled_time":"2026-11-19T02:30:00Z","delay":"10m","priority":9,"ignore_overlap":true})",
      .peer = {.uid = 1000}};
  world.routes.handle(request, [&](Response response) { world.answer = std::move(response); });
  const auto& run = world.asked<RunRequested>();
  CHECK(run.key == "deploy-7");
  CHECK(run.nominal == at("2026-11-19T02:30:00Z"));
  CHECK(run.delay == Millis{10min});
  CHECK(run.priority == 9);
  CHECK(run.overlap == RunRequested::Overlap::ignore);
  world.give({.result = SameAs{.run = earlier.id}});
  CHECK(world.answer->status == 200);
  CHECK(holds(world.answer, earlier.id.text()));

  for (const char* key : {"", "two words", "tab\t"}) {
    CAPTURE(key);
    request.headers = {{"Idempotency-Key", key}};
    world.routes.handle(request, [&](Response response) { world.answer = std::move(response); });
    CHECK(world.answer->status == 400);
  }
}

TEST_CASE("api/change_routes: a rehearsal of a run says what is in the way and asks nobody") {
  World world;
  const auto rehearse = [&] { return world.post("/v1/jobs/backup/runs", R"({"dry_run":true})")->body; };
  world.backend.add_job("often").schedule = parse_every("1m").value();
  CHECK(rehearse() == "{\"job\":\"backup\",\"would_start\":true,\"reason\":null,\"run\":null}\n");
  const Run open = make_run("often", 1);
  world.backend.open = {open};
  CHECK(world.post("/v1/jobs/often/runs", R"({"dry_run":true})")->body ==
        "{\"job\":\"often\",\"would_start\":false,\"reason\":\"overlap\",\"run\":\"" + open.id.text() + "\"}\n");
  world.backend.trouble = "disk full";
  CHECK(rehearse().find("\"would_start\":false,\"reason\":\"ledger unavailable\"") != std::string::npos);
  CHECK(world.backend.asked.empty());
}

TEST_CASE("api/change_routes: a refusal by a stopping daemon is 503") {
  World world;
  world.post("/v1/jobs/backup/pause");
  world.give({.result = Refusal{.reason = Reason::shutdown}});
  CHECK(world.answer->status == 503);
  CHECK(holds(world.answer, "job 'backup' was not paused: the daemon is stopping"));
}
