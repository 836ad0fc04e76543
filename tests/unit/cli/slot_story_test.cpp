#include <doctest/doctest.h>

#include <base/text.h>
#include <cli/slot_story.h>

using namespace belfry;
using namespace belfry::cli;
using namespace std::chrono_literals;

namespace {

WallTime at(std::string_view text) { return parse_rfc3339(text).value(); }

Run run_for(std::string_view slot) {
  Run run{.id = RunId::make(at("2026-11-20T01:30:00Z"), 7, 1), .job = JobName::parse("backup").value()};
  run.slot = Slot{.era = {}, .at = at(slot)};
  run.due = at(slot);
  run.started = at(slot);
  return run;
}

SlotRow slot(std::string_view time, SlotOutcome outcome, Reason reason = Reason::none) {
  SlotRow row{.first = at(time), .last = at(time)};
  row.outcome = outcome;
  row.reason = reason;
  return row;
}

std::string told(const SlotRow& row) { return story_of(row, *Zone::utc()).told; }

const std::string id = RunId::make(at("2026-11-20T01:30:00Z"), 7, 1).text();

}  // namespace

TEST_CASE("cli/slot_story: S1 a slot that met a running run names the run, its slot and its end") {
  SlotRow row = slot("2026-11-20T02:30:00Z", SlotOutcome::skipped, Reason::overlap);
  CHECK(told(row) == "skipped: an earlier run was still open");  // the run is not kept any more
  row.cause = run_for("2026-11-20T01:30:00Z");
  CHECK(told(row) == "skipped: run " + id + " for 01:30:00 was still running, and still is");
  row.cause->outcome = RunOutcome::succeeded;
  row.cause->finished = at("2026-11-20T02:41:00.500Z");
  CHECK(told(row) == "skipped: run " + id + " for 01:30:00 was still running; it ended 02:41:00");
  row.cause->finished = at("2026-11-21T00:10:00Z");  // another day: in full
  CHECK(told(row) == "skipped: run " + id + " for 01:30:00 was still running; it ended Sat 2026-11-21 00:10:00 UTC");
}

TEST_CASE("cli/slot_story: S1 a slot that ran tells how its run stands") {
  SlotRow row = slot("2026-11-20T01:30:00Z", SlotOutcome::ran);
  row.run = run_for("2026-11-20T01:30:00Z");
  row.run->state = RunState::running;
  CHECK(told(row) == "ran: run " + id + " is running");
  row.run->outcome = RunOutcome::succeeded;
  row.run->started = row.run->due + 3s;
  row.run->finished = row.run->due + 75s;
  CHECK(told(row) == "ran: run " + id + " succeeded after 1m12s, started 0m03s late");
  row.run->started = row.run->due;
  row.run->outcome = RunOutcome::failed;
  row.run->end = ProcessEnd{.how = ProcessEnd::How::exited, .code = 2};
  row.run->attempt = 3;
  row.run->stands_for = 4;
  CHECK(told(row) == "ran: run " + id + " ended as failed (exit 2) after 1m15s, attempt 3; it stands for 4 slots");
  CHECK(story_of(row, *Zone::utc()).emphasis == Emphasis::bad);
}

TEST_CASE("cli/slot_story: S24 a failure that gave way says so once") {
  SlotRow row = slot("2026-11-20T01:30:00Z", SlotOutcome::ran);
  row.run = run_for("2026-11-20T01:30:00Z");
  row.run->outcome = RunOutcome::failed;
  row.run->end = ProcessEnd{.how = ProcessEnd::How::exited, .code = 2};
  row.run->finished = row.run->due + 1s;
  row.run->reason = Reason::superseded;
  CHECK(told(row) == "ran: run " + id + " ended as failed (exit 2) after 0m01s: a newer run took its place");
  row.run->end = ProcessEnd{.how = ProcessEnd::How::signalled, .code = 9};
  row.run->reason = Reason::oom;
  CHECK(told(row) == "ran: run " + id + " ended as failed (SIGKILL) after 0m01s: oom");
}

TEST_CASE("cli/slot_story: S1 a stretch is one paragraph with its count and both ends") {
  SlotRow row = slot("2026-11-20T01:30:00Z", SlotOutcome::missed, Reason::down);
  row.last = at("2026-11-20T03:30:00Z");
  row.count = 3;
  const SlotStory story = story_of(row, *Zone::utc());
  CHECK(story.when == "3 slots, Fri 2026-11-20 01:30:00 UTC to 03:30:00");
  CHECK(story.told == "missed: the daemon was not running");
  row.last = at("2026-11-21T01:30:00Z");
  CHECK(story_of(row, *Zone::utc()).when == "3 slots, Fri 2026-11-20 01:30:00 UTC to Sat 2026-11-21 01:30:00 UTC");
}

TEST_CASE("cli/slot_story: S1 every reason has words of its own, and the detail is shown beside it") {
  const std::vector<Reason> skips = {Reason::paused,          Reason::disabled,    Reason::excluded,
                                     Reason::queue_full,      Reason::max_runs,    Reason::on_request,
                                     Reason::circuit_breaker, Reason::job_removed, Reason::superseded};
  const std::vector<Reason> misses = {Reason::down,      Reason::suspended,        Reason::clock,
                                      Reason::cap,       Reason::schedule_changed, Reason::ledger_unavailable,
                                      Reason::late_limit};
  std::vector<std::string> words;
  for (const Reason reason : skips) words.push_back(told(slot("2026-11-20T01:30:00Z", SlotOutcome::skipped, reason)));
  for (const Reason reason : misses) words.push_back(told(slot("2026-11-20T01:30:00Z", SlotOutcome::missed, reason)));
  for (const std::string& word : words) {
    CAPTURE(word);
    CHECK(word.size() > 20);
    CHECK(std::count(words.begin(), words.end(), word) == 1);
  }
  SlotRow row = slot("2026-11-20T01:30:00Z", SlotOutcome::skipped, Reason::excluded);
  row.detail = "excluded by calendar de-holidays";
  CHECK(told(row) == "skipped: excluded by calendar de-holidays");
  row.reason = Reason::paused;
  row.detail = "paused by uid 0: too loud: really";
  CHECK(told(row) == "skipped: paused by uid 0 (root): too loud: really");
  row.detail = "paused by uid 0";
  CHECK(told(row) == "skipped: paused by uid 0 (root)");
  row.detail = "paused by belfry: 3 failures in a row";
  CHECK(told(row) == "skipped: paused by belfry: 3 failures in a row");
}

TEST_CASE("cli/slot_story: S18 a coalesced slot names the run that speaks for it") {
  SlotRow row = slot("2026-11-20T00:30:00Z", SlotOutcome::coalesced);
  row.cause = run_for("2026-11-20T01:30:00Z");
  CHECK(told(row) == "coalesced: run " + id + " for 01:30:00 speaks for it");
}

TEST_CASE("cli/slot_story: S42 a slot that did not start in time says from when to when there was nobody to start it") {
  Event down{.at = at("2026-11-20T02:40:00Z"), .kind = EventKind::daemon_started};
  down.since = at("2026-11-20T02:00:03Z");
  const Event events[] = {{.at = at("2026-11-20T02:35:00Z"), .kind = EventKind::job_paused}, down};
  const auto told_with = [&](const SlotRow& row) { return story_of(row, *Zone::utc(), events).told; };
  SlotRow row = slot("2026-11-20T02:30:00Z", SlotOutcome::missed, Reason::down);
  CHECK(told_with(row) == "missed: the daemon did not run from 02:00:03 to 02:40:00");
  row.reason = Reason::late_limit;
  CHECK(
      told_with(row) ==
      "missed: when it could have started it was too late (`missed: within`); the daemon did not run from 02:00:03 to "
      "02:40:00");
  row.outcome = SlotOutcome::coalesced;
  CHECK(told_with(row) ==
        "coalesced: a newer slot of the job speaks for it; the daemon did not run from 02:00:03 to 02:40:00");
  row.outcome = SlotOutcome::ran;
  row.run = run_for("2026-11-20T02:30:00Z");
  CHECK(told_with(row) == "ran: run " + id + " is starting");
  row.run->trigger = RunTrigger::catch_up;
  CHECK(told_with(row) == "ran: run " + id + " is starting; the daemon did not run from 02:00:03 to 02:40:00");
  // Another time, and another cause.
  CHECK(told_with(slot("2026-11-20T01:30:00Z", SlotOutcome::missed, Reason::down)) ==
        "missed: the daemon was not running");
  CHECK(told_with(slot("2026-11-20T02:30:00Z", SlotOutcome::skipped, Reason::disabled)).find("did not run") ==
        std::string::npos);
}
