#include <doctest/doctest.h>

#include <api/body.h>
#include <base/text.h>

using namespace belfry;
using namespace belfry::api;
using namespace std::chrono_literals;

TEST_CASE("api/body: a request for a run takes its time, its delay and its priority") {
  CHECK(read_run_body("").has_value());
  CHECK(read_run_body(" {} \n").has_value());
  const RunBody run = read_run_body(R"({"scheduled_time": "2026-11-19T02:30:00Z", "delay": "1m30s", "priority": -3,
                                        "ignore_overlap": true, "dry_run": false, "at": null})")
                          .value();
  CHECK(run.scheduled_time == parse_rfc3339("2026-11-19T02:30:00Z").value());
  CHECK(run.delay == Millis{90s});
  CHECK(run.priority == -3);
  CHECK(run.ignores_overlap);
  CHECK_FALSE(run.is_dry_run);
  CHECK_FALSE(run.at.has_value());
}

TEST_CASE("api/body: what a key does not take is refused with its name, never ignored") {
  struct Row {
    const char* body;
    const char* says;
  };
  for (const Row& row : {
           Row{"[]", "a JSON object"},
           Row{"null", "a JSON object"},
           Row{"{", "a JSON object"},
           Row{R"({"params":[]})", "key 'params': it is an object of names and values"},
           Row{R"({"params":{"a":null}})", "'a' is a text, a number, true or false"},
           Row{R"({"unique":"x"})", "key 'unique': "},
           Row{R"({"dealy":"1m"})", "did you mean 'delay'?"},
           Row{R"({"delay":90})", "key 'delay': it is a text"},
           Row{R"({"delay":"90"})", "key 'delay': "},
           Row{R"({"at":"tomorrow"})", "key 'at': "},
           Row{R"({"at":"2026-11-19T02:30:00Z","delay":"1m"})", "exclude each other"},
           Row{R"({"priority":1.5})", "key 'priority': it is a whole number"},
           Row{R"({"priority":99999999999999999999})", "key 'priority'"},
           Row{R"({"priority":18446744073709551615})", "key 'priority'"},
           Row{R"({"ignore_overlap":"yes"})", "key 'ignore_overlap': it is true or false"},
       }) {
    CAPTURE(row.body);
    const auto read = read_run_body(row.body);
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().kind == ErrorKind::bad_input);
    CHECK(read.error().what.find(row.says) != std::string::npos);
  }
}

TEST_CASE("api/body: a pause names its jobs in exactly one way, and its end in at most one") {
  CHECK(read_pause_body(R"({"tags":["backup"],"for":"2h","reason":"disk swap"})")->reason == "disk swap");
  CHECK(read_pause_body(R"({"all":true})")->selection.is_all);
  CHECK(read_pause_of_job_body("")->reason.empty());
  for (const char* bad : {"{}", R"({"all":true,"tags":["a"]})", R"({"jobs":"a"})", R"({"jobs":[1]})",
                          R"({"all":true,"for":"1h","until":"2026-11-19T02:30:00Z"})"}) {
    CAPTURE(bad);
    CHECK_FALSE(read_pause_body(bad).has_value());
  }
  CHECK_FALSE(read_pause_of_job_body(R"({"all":true})").has_value());
  CHECK_FALSE(read_pause_of_job_body("{\"reason\":\"" + std::string(501, 'x') + "\"}").has_value());
}

TEST_CASE("api/body: resume, skip and backfill") {
  CHECK(read_resume_of_job_body(R"({"catch_up":true})")->catches_up);
  CHECK(read_resume_body(R"({"jobs":["a","b"]})")->selection.jobs.size() == 2);
  CHECK(read_skip_body("") == 1U);
  CHECK(read_skip_body(R"({"next":0})") == 0U);
  CHECK_FALSE(read_skip_body(R"({"next":1001})").has_value());
  CHECK(
      read_backfill_body(R"({"from":"2026-11-01T00:00:00Z","to":"2026-11-02T00:00:00Z","dry_run":true})")->is_dry_run);
  CHECK_FALSE(read_backfill_body("").has_value());
  CHECK_FALSE(read_backfill_body(R"({"from":"2026-11-03T00:00:00Z","to":"2026-11-02T00:00:00Z"})").has_value());
  CHECK(read_empty_body("{}").has_value());
  CHECK_FALSE(read_empty_body(R"({"force":true})").has_value());
}
