#include <doctest/doctest.h>

#include <base/text.h>
#include <daemon/story.h>

using namespace belfry;
using namespace std::chrono_literals;

namespace {

WallTime at(const char* text) { return parse_rfc3339(text).value(); }

Run some_run() {
  Run run{.id = RunId{.high = 1, .low = 2}, .job = *JobName::parse("backup")};
  run.slot = Slot{.at = at("2026-01-01T02:30:00Z")};
  run.due = run.slot->at;
  run.started = run.due + 3s;
  return run;
}

}  // namespace

TEST_CASE("daemon/story: a start names the slot, and how late it was if that is worth a word") {
  Run run = some_run();
  CHECK(tell(RunStartedNotice{.run = run}).text ==
        "backup: run 0000000000000G000000000002 started for 2026-01-01T02:30:00Z, 3s late");
  run.started = run.due + 999ms;
  CHECK(tell(RunStartedNotice{.run = run}).text.ends_with("Z"));
  run.stands_for = 7;
  CHECK(tell(RunStartedNotice{.run = run}).text.ends_with(", standing for 7 slots"));
}

TEST_CASE("daemon/story: S3 a run that an earlier daemon started is not said to be started again") {
  const RunStartedNotice notice{.run = some_run(), .is_found_again = true};
  CHECK(tell(notice).text ==
        "backup: run 0000000000000G000000000002 was started at 2026-01-01T02:30:03Z by an earlier daemon, and is taken "
        "over");
  CHECK(fields_of(notice).front().value == "run.taken_over");
}

TEST_CASE("daemon/story: an end says how it ended, and warns unless it ended well") {
  Run run = some_run();
  run.finished = *run.started + 90s;
  run.outcome = RunOutcome::succeeded;
  run.end = ProcessEnd{};
  CHECK(tell(RunClosedNotice{run}).level == log::Level::info);
  CHECK(tell(RunClosedNotice{run}).text.ends_with(" succeeded after 1m30s"));

  run.outcome = RunOutcome::failed;
  run.end = ProcessEnd{.how = ProcessEnd::How::exited, .code = 3};
  CHECK(tell(RunClosedNotice{run}).level == log::Level::warning);
  CHECK(tell(RunClosedNotice{run}).text.ends_with(" failed (exit 3) after 1m30s"));
  run.end = ProcessEnd{.how = ProcessEnd::How::signalled, .code = 9};
  CHECK(tell(RunClosedNotice{run}).text.ends_with(" failed (signal 9) after 1m30s"));

  run.outcome = RunOutcome::lost;
  run.end.reset();
  run.reason = Reason::reboot;
  CHECK(tell(RunClosedNotice{run}).text.ends_with(" lost (reboot) after 1m30s"));
}

TEST_CASE("daemon/story: slots without a run are said with their number and the cause") {
  SlotsDecided decided{.job = *JobName::parse("backup"),
                       .slots = {.first = at("2026-01-01T00:00:00Z"), .last = at("2026-01-01T00:00:00Z"), .count = 1},
                       .outcome = SlotOutcome::skipped,
                       .reason = Reason::overlap,
                       .cause = RunId{.high = 1, .low = 2}};
  CHECK(tell(SlotsDecidedNotice{decided}).text ==
        "backup: slot 2026-01-01T00:00:00Z skipped (overlap): still open is run 0000000000000G000000000002");
  CHECK(tell(SlotsDecidedNotice{decided}).level == log::Level::warning);

  decided.slots = {.first = at("2026-01-01T00:00:00Z"), .last = at("2026-01-02T00:00:00Z"), .count = 25};
  decided.outcome = SlotOutcome::coalesced;
  decided.reason = Reason::none;
  CHECK(tell(SlotsDecidedNotice{decided}).text ==
        "backup: 25 slots from 2026-01-01T00:00:00Z to 2026-01-02T00:00:00Z coalesced into run "
        "0000000000000G000000000002");
  CHECK(tell(SlotsDecidedNotice{decided}).level == log::Level::info);
}

TEST_CASE("daemon/story: S2 a ledger that fails is an error, and its return is said") {
  CHECK(tell(LedgerNotice{"disk full"}).level == log::Level::error);
  CHECK(tell(LedgerNotice{"disk full"}).text.ends_with("nothing is started: disk full"));
  CHECK(tell(LedgerNotice{}).level == log::Level::info);
}

TEST_CASE("daemon/story: what a line is about stands beside it in fields, for programs") {
  Run run = some_run();
  run.finished = *run.started + 90s;
  run.outcome = RunOutcome::failed;
  run.end = ProcessEnd{.how = ProcessEnd::How::exited, .code = 3};
  std::string said;
  for (const log::Field& field : fields_of(RunClosedNotice{run}))
    said += std::string(field.name) + "=" + field.value + " ";
  CHECK(said ==
        "event=run.finished job=backup run_id=0000000000000G000000000002 attempt=1 trigger=schedule "
        "slot=2026-01-01T02:30:00Z outcome=failed exit_code=3 ");
}

TEST_CASE("daemon/story: every notice says what kind of event it is") {
  const Run run = some_run();
  for (const Notice& notice :
       {Notice{RunQueuedNotice{run}}, Notice{RunStartedNotice{.run = run}}, Notice{RunWaitingNotice{run}},
        Notice{SlotsDecidedNotice{.decided = {.job = run.job}}}, Notice{LedgerNotice{}},
        Notice{JobPausedNotice{.job = run.job}}, Notice{JobResumedNotice{.job = run.job}},
        Notice{JobTroubleNotice{.job = run.job}}, Notice{ClockNotice{}}}) {
    const log::Fields fields = fields_of(notice);
    REQUIRE_FALSE(fields.empty());
    CHECK(fields.front().name == "event");
    const bool is_of_job =
        notice.index() != Notice{LedgerNotice{}}.index() && notice.index() != Notice{ClockNotice{}}.index();
    CHECK((fields.size() > 1 && fields[1].name == "job" && fields[1].value == "backup") == is_of_job);
  }
}

TEST_CASE("daemon/story: S26 an end for want of memory names it beside what the kernel saw") {
  Run run = some_run();
  run.outcome = RunOutcome::failed;
  run.end = ProcessEnd{.how = ProcessEnd::How::exited, .code = 137};
  run.reason = Reason::oom;
  CHECK(tell(RunClosedNotice{run}).text.ends_with(" failed (exit 137, oom)"));
  run.detail = "it left 2 processes behind";
  CHECK(tell(RunClosedNotice{run}).text.ends_with(" failed (exit 137, oom, it left 2 processes behind)"));
}
