#include <doctest/doctest.h>

#include <cli/phrases.h>
#include <tests/support/fake_backend.h>

using namespace belfry;
using namespace belfry::cli;
using namespace belfry::tests;
using namespace std::chrono_literals;

TEST_CASE("cli/phrases: how long until, rounded up, in two units") {
  const WallTime now = at("2026-11-20T09:00:00Z");
  struct Row {
    Millis distance;
    const char* phrase;
  };
  for (const Row& row : {
           Row{-1s, "now"},
           Row{0s, "now"},
           Row{1ms, "in 1s"},
           Row{34s, "in 34s"},
           Row{33'001ms, "in 34s"},
           Row{60s, "in 1m"},
           Row{90s, "in 1m 30s"},
           Row{15h + 28min, "in 15h 28m"},
           Row{15h, "in 15h"},
           Row{23h + 59min + 59s + 1ms, "in 1d"},
           Row{24h * 400 + 5h, "in 400d 5h"},
       }) {
    CAPTURE(row.phrase);
    CHECK(until_phrase(now + row.distance, now) == row.phrase);
  }
}

TEST_CASE("cli/phrases: how long ago, in one unit; what the other clock puts in the future is just now") {
  const WallTime now = at("2026-11-20T09:00:00Z");
  CHECK(since_phrase(now + 5s, now) == "just now");
  CHECK(since_phrase(now - 999ms, now) == "just now");
  CHECK(since_phrase(now - 34s, now) == "34s ago");
  CHECK(since_phrase(now - 8h - 59min, now) == "8h ago");
  CHECK(since_phrase(now - 100h, now) == "4d ago");
}

TEST_CASE("cli/phrases: how long it took") {
  CHECK(took_phrase(340ms) == "340ms");
  CHECK(took_phrase(3s) == "0m03s");
  CHECK(took_phrase(41min + 12s) == "41m12s");
  CHECK(took_phrase(2h + 5min + 59s) == "2h05m");
  CHECK(took_phrase(76h) == "3d04h");
}

TEST_CASE("cli/phrases: S12 an absolute time names its zone") {
  const Zone berlin({.name = "Europe/Berlin",
                     .changes = {{.at = {}, .offset = 1h, .abbreviation = "CET"},
                                 {.at = std::chrono::floor<std::chrono::seconds>(at("2026-03-29T01:00:00Z")),
                                  .offset = 2h,
                                  .abbreviation = "CEST"}},
                     .repeats_from = {}});
  CHECK(local_phrase(at("2026-03-29T00:59:59Z"), berlin) == "Sun 2026-03-29 01:59:59 CET");
  CHECK(local_phrase(at("2026-03-29T01:00:00.25Z"), berlin) == "Sun 2026-03-29 03:00:00.250 CEST");
  CHECK(local_phrase(at("2026-12-31T23:30:00Z"), *Zone::utc()) == "Thu 2026-12-31 23:30:00 UTC");
}

TEST_CASE("cli/phrases: how a run stands") {
  Run run = make_run("backup", 1);
  CHECK(sign_of(run).mark == "\u25CF");
  CHECK(standing_phrase(run) == "starting");
  run.outcome = RunOutcome::succeeded;
  CHECK(sign_of(run).mark == "\u2713");
  CHECK(standing_phrase(run) == "succeeded");
  run.outcome = RunOutcome::failed;
  run.end = ProcessEnd{.how = ProcessEnd::How::exited, .code = 2};
  CHECK(sign_of(run).emphasis == Emphasis::bad);
  CHECK(standing_phrase(run) == "exit 2");
  run.end = ProcessEnd{.how = ProcessEnd::How::signalled, .code = 9};
  CHECK(standing_phrase(run) == "SIGKILL");
  run.end = ProcessEnd{.how = ProcessEnd::How::signalled, .code = 40};  // a real-time signal has no name
  CHECK(standing_phrase(run) == "signal 40");
  run.outcome = RunOutcome::lost;
  run.reason = Reason::reboot;
  CHECK(standing_phrase(run) == "lost (reboot)");
  run.outcome = RunOutcome::start_failed;
  CHECK(standing_phrase(run) == "could not start");
  run.outcome = RunOutcome::cancelled;
  CHECK(sign_of(run).emphasis == Emphasis::faint);
}
