// The contract of Store (include/belfry/store.h): what every ledger must do with the batches it is given.
// TEST_CASE_TEMPLATE_APPLY(store_contract_..., std::tuple<...>) runs it against implementations.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <tests/contract/store/subjects.h>

namespace belfry::tests {

TEST_CASE_TEMPLATE_DEFINE("store/contract: a new ledger is empty and knows who it is", Subject, store_contract_new) {
  Subject ledger;
  const Snapshot first = ledger.snapshot();
  CHECK(describe(first) == "batch 0, sequence 0\n");
  CHECK(first.identity != 0);
  ledger.accept({sight_of("backup")});
  CHECK(ledger.snapshot().identity == first.identity);
}

// ---- Batches ----------------------------------------------------------------------------------------------------

TEST_CASE_TEMPLATE_DEFINE("store/contract: S2 what was answered ok is there", Subject, store_contract_ok) {
  Subject ledger;
  const Run run = start_of("backup", 1, slot("09:00"));
  ledger.accept({sight_of("backup"), RunOpened{run}});
  const Snapshot snapshot = ledger.snapshot();
  CHECK(snapshot.last_batch == BatchId{1});
  CHECK(snapshot.last_sequence == 1);
  CHECK(describe(snapshot.open_runs) == describe(std::vector{run}));
  CHECK(describe(ledger.run_of(run.id)) == describe(run));
}

TEST_CASE_TEMPLATE_DEFINE("store/contract: S2 a batch with one record that is refused leaves nothing behind", Subject,
                          store_contract_all_or_nothing) {
  Subject ledger;
  const Run old = start_of("backup", 1, slot("09:00"));
  const Run other = start_of("backup", 2);
  ledger.accept({sight_of("backup"), RunOpened{old}, RunOpened{other}});

  // One record of each kind, all good; and then one that is not.
  const Run fresh = start_of("backup", 3, slot("10:00"));
  const std::string why = ledger.refuse(
      {sight_of("new"), JobRemoved{job("backup")}, RunOpened{fresh}, relaunch(other, 2, "boot-2"),
       RunClosed{end_of(old)}, decided("backup", slot("11:00")), RunOpened{start_of("backup", 4, slot("09:00"))}});
  CHECK(why.find("backup") != std::string::npos);
  CHECK(ledger.history().slots({})->empty());
  CHECK(describe(ledger.run_of(old.id)) == describe(old));
  CHECK(describe(ledger.run_of(other.id)) == describe(other));
  CHECK(ledger.history().runs_by_prefix(fresh.id.text(), 1)->empty());

  // Its number and its slot are free for what comes instead.
  ledger.accept({RunOpened{fresh}});
  CHECK(ledger.snapshot().last_batch == BatchId{2});
}

TEST_CASE_TEMPLATE_DEFINE("store/contract: S2 the last batch offered again is ok and changes nothing", Subject,
                          store_contract_again) {
  Subject ledger;
  const Run run = start_of("backup", 1, slot("09:00"));
  const Batch batch{.id = BatchId{1},
                    .records = {sight_of("backup"), RunOpened{run}, decided("backup", slot("08:45"))}};
  REQUIRE(ledger.offer(batch).verdict == Verdict::ok);
  const std::string before = describe(ledger.snapshot());
  CHECK(ledger.offer(batch).verdict == Verdict::ok);
  CHECK(describe(ledger.snapshot()) == before);
  CHECK(ledger.history().slots({})->size() == 1);
}

TEST_CASE_TEMPLATE_DEFINE("store/contract: a batch out of order is refused", Subject, store_contract_order) {
  Subject ledger;
  ledger.accept({sight_of("a")});
  ledger.accept({sight_of("b")});
  for (const std::uint64_t number : {1U, 4U, 5U}) {
    CAPTURE(number);
    const CommitAnswer answer = ledger.offer({.id = BatchId{number}, .records = {sight_of("c")}});
    CHECK(answer.verdict == Verdict::failed);
    CHECK(answer.why.find(std::to_string(number)) != std::string::npos);
  }
  CHECK(ledger.snapshot().last_batch == BatchId{2});
  CHECK(ledger.snapshot().jobs.size() == 2);
}

TEST_CASE_TEMPLATE_DEFINE("store/contract: an empty batch counts", Subject, store_contract_empty_batch) {
  Subject ledger;
  ledger.accept({});
  ledger.accept({});
  CHECK(ledger.snapshot().last_batch == BatchId{2});
}

// ---- Runs -------------------------------------------------------------------------------------------------------

TEST_CASE_TEMPLATE_DEFINE("store/contract: S3 a slot is started once", Subject, store_contract_once) {
  Subject ledger;
  const Run run = start_of("backup", 1, slot("09:00"));
  ledger.accept({sight_of("backup"), RunOpened{run}});
  const std::string why = ledger.refuse({RunOpened{start_of("backup", 2, slot("09:00"))}});
  CHECK(why.find("job backup") != std::string::npos);
  CHECK(why.find("2026-11-20T09:00:00Z") != std::string::npos);

  ledger.accept({RunClosed{end_of(run)}});
  ledger.refuse({RunOpened{start_of("backup", 2, slot("09:00"))}});

  // Twice within one batch.
  ledger.refuse({RunOpened{start_of("backup", 2, slot("10:00"))}, RunOpened{start_of("backup", 3, slot("10:00"))}});

  // Other slots: of another job, of another era; and runs without a slot are never in the way.
  ledger.accept({RunOpened{start_of("report", 2, slot("09:00"))}, RunOpened{start_of("backup", 3, slot("09:00", 1))},
                 RunOpened{start_of("backup", 4)}, RunOpened{start_of("backup", 5)}});
  CHECK(ledger.snapshot().open_runs.size() == 4);
}

TEST_CASE_TEMPLATE_DEFINE("store/contract: a sequence number is used once", Subject, store_contract_sequence) {
  Subject ledger;
  ledger.accept({RunOpened{start_of("backup", 5)}});
  ledger.refuse({RunOpened{start_of("backup", 5)}});
  ledger.accept({RunOpened{start_of("backup", 9)}});
  CHECK(ledger.snapshot().last_sequence == 9);
}

TEST_CASE_TEMPLATE_DEFINE("store/contract: open runs come in the order of their sequence, closed ones not at all",
                          Subject, store_contract_open) {
  Subject ledger;
  const Run first = start_of("backup", 1);
  const Run second = start_of("report", 2, slot("09:00"));
  const Run third = start_of("backup", 3, slot("09:00"));
  ledger.accept({RunOpened{third}, RunOpened{first}});
  ledger.accept({RunOpened{second}});
  CHECK(describe(ledger.snapshot().open_runs) == describe(std::vector{first, second, third}));
  ledger.accept({RunClosed{end_of(second)}});
  CHECK(describe(ledger.snapshot().open_runs) == describe(std::vector{first, third}));
}

TEST_CASE_TEMPLATE_DEFINE("store/contract: S31 the record of a run is kept to the last field", Subject,
                          store_contract_record) {
  Subject ledger;
  Run run = start_of("backup", 1, slot("09:00", 3));
  run.trigger = RunTrigger::catch_up;
  run.requested_by = "uid 1000";
  run.revision = "r2";
  run.stands_for = 12;
  run.launch = 4;
  run.boot.text = "boot-9";
  run.due = run.slot->at + Millis{20};
  ledger.accept({RunOpened{run}});
  CHECK(describe(ledger.run_of(run.id)) == describe(run));

  run.outcome = RunOutcome::cancelled;
  run.reason = Reason::shutdown;
  run.detail = "stopped";
  run.started = run.due + Millis{7};
  run.finished = run.due + Millis{5021};
  run.end = ProcessEnd{.how = ProcessEnd::How::signalled, .code = 15};
  run.usage = {.cpu_user = std::chrono::microseconds{1'200'001},
               .cpu_system = std::chrono::microseconds{34},
               .memory_peak_bytes = std::int64_t{6} << 30U,
               .output_bytes = 123456};
  ledger.accept({RunClosed{run}});
  CHECK(describe(ledger.run_of(run.id)) == describe(run));
}

TEST_CASE_TEMPLATE_DEFINE("store/contract: every word comes back as itself", Subject, store_contract_words) {
  Subject ledger;
  std::uint64_t sequence = 0;
  const auto comes_back = [&](const Run& opened, const Run& closed) {
    ledger.accept({RunOpened{opened}, RunClosed{closed}});
    CHECK(describe(ledger.run_of(opened.id)) == describe(closed));
  };
  using enum Reason;
  for (const auto reason : {none, overlap, disabled, late_limit, job_removed, reboot, minder_killed, by_request,
                            shutdown, ledger_unavailable}) {
    const Run run = start_of("backup", ++sequence);
    Run closed = end_of(run);
    closed.reason = reason;
    comes_back(run, closed);
  }
  for (const auto trigger : {RunTrigger::schedule, RunTrigger::catch_up, RunTrigger::manual, RunTrigger::api}) {
    Run run = start_of("backup", ++sequence);
    run.trigger = trigger;
    comes_back(run, end_of(run));
  }
  for (const auto outcome :
       {RunOutcome::succeeded, RunOutcome::failed, RunOutcome::start_failed, RunOutcome::lost, RunOutcome::cancelled}) {
    const Run run = start_of("backup", ++sequence);
    comes_back(run, end_of(run, outcome));
  }
  for (const auto outcome : {SlotOutcome::ran, SlotOutcome::skipped, SlotOutcome::coalesced, SlotOutcome::missed}) {
    const SlotsDecided one = decided("backup", slot("09:00"), outcome);
    ledger.accept({one});
    CHECK(describe(ledger.history().slots({.limit = 1})->front()) == describe(one));
  }
}

TEST_CASE_TEMPLATE_DEFINE("store/contract: texts are kept byte by byte", Subject, store_contract_texts) {
  using namespace std::string_literals;
  Subject ledger;
  const std::vector texts{
      ""s,
      "it's \"quoted\"; DROP TABLE runs; --"s,
      "before\0after"s,
      "Zürich \u2013 日本 \U0001F514"s,
      "\xff\xfe not UTF-8 \xc3"s,
      "a\nb\tc\r"s,
      "%_*?[a]\\"s,
      std::string(100'000, 'x'),
  };
  std::uint64_t sequence = 0;
  for (const auto& some : texts) {
    CAPTURE(some.substr(0, 40));
    Run run = start_of("backup", ++sequence);
    run.requested_by = some;
    run.revision = some;
    run.boot.text = some;
    Run closed = end_of(run);
    closed.detail = some;
    JobSeen seen = sight_of("backup");
    seen.schedule_normal_form = some;
    ledger.accept({seen, RunOpened{run}, RunClosed{closed}});
    CHECK(describe(ledger.run_of(run.id)) == describe(closed));
    CHECK(ledger.memory_of("backup").seen.schedule_normal_form == some);
  }
}

TEST_CASE_TEMPLATE_DEFINE("store/contract: numbers and times at their ends are kept", Subject, store_contract_numbers) {
  Subject ledger;
  const WallTime ancient{Millis{-62'135'596'800'000}};  // 0001-01-01
  const WallTime distant{Millis{253'402'300'799'999}};  // 9999-12-31, the last millisecond
  for (const auto& [sequence, at] :
       {std::pair{std::uint64_t{1}, ancient}, std::pair{std::uint64_t{1} << 62U, distant}}) {
    const auto era = std::numeric_limits<std::uint32_t>::max();
    Run run = start_of("backup", sequence, Slot{.era = Era{era}, .at = at});
    run.launch = std::numeric_limits<std::uint32_t>::max();
    run.stands_for = std::numeric_limits<std::int64_t>::max();
    Run closed = end_of(run);
    closed.end->code = -1;
    closed.usage.memory_peak_bytes = std::numeric_limits<std::int64_t>::max();
    ledger.accept({RunOpened{run}, RunClosed{closed}});
    CHECK(describe(ledger.run_of(run.id)) == describe(closed));
  }
  CHECK(ledger.snapshot().last_sequence == std::uint64_t{1} << 62U);
}

TEST_CASE_TEMPLATE_DEFINE("store/contract: S3 a new launch is recorded with its boot", Subject,
                          store_contract_relaunch) {
  Subject ledger;
  Run run = start_of("backup", 1, slot("09:00"));
  ledger.accept({RunOpened{run}});
  ledger.accept({relaunch(run, 2, "boot-2")});
  run.launch = 2;
  run.boot.text = "boot-2";
  CHECK(describe(ledger.snapshot().open_runs) == describe(std::vector{run}));

  ledger.refuse({relaunch(run, 1, "boot-3")});
  ledger.refuse({relaunch(start_of("backup", 2), 2, "boot-3")});
  ledger.accept({RunClosed{end_of(run)}});
  ledger.refuse({relaunch(run, 3, "boot-3")});
}

TEST_CASE_TEMPLATE_DEFINE("store/contract: S1 a run ends once, and as the run that was started", Subject,
                          store_contract_close) {
  Subject ledger;
  const Run run = start_of("backup", 1, slot("09:00"));
  ledger.accept({RunOpened{run}, RunOpened{start_of("backup", 2)}});
  const auto different = [&](auto change) {
    Run other = end_of(run);
    change(other);
    return RunClosed{other};
  };
  const std::string why = ledger.refuse({different([](Run& r) { r.sequence = 3; })});
  CHECK(why.find(run.id.text()) != std::string::npos);
  ledger.refuse({different([](Run& r) { r.sequence = 2; })});
  ledger.refuse({different([](Run& r) { r.id = start_of("backup", 2).id; })});
  ledger.refuse({different([](Run& r) { r.job = job("report"); })});
  ledger.refuse({different([](Run& r) { r.slot->at += Millis{1}; })});
  ledger.refuse({different([](Run& r) { r.slot->era = Era{1}; })});
  ledger.refuse({different([](Run& r) { r.slot.reset(); })});
  ledger.refuse({different([](Run& r) { r.due += Millis{1}; })});
  ledger.refuse({different([](Run& r) { r.attempt = 2; })});
  ledger.refuse({different([](Run& r) { r.launch = 2; })});

  ledger.accept({RunClosed{end_of(run)}});
  ledger.refuse({RunClosed{end_of(run, RunOutcome::failed)}});
  CHECK(ledger.run_of(run.id).outcome == RunOutcome::succeeded);
}

// ---- What is remembered of a job ---------------------------------------------------------------------------------

TEST_CASE_TEMPLATE_DEFINE("store/contract: jobs come by name, as they were last seen", Subject, store_contract_jobs) {
  Subject ledger;
  ledger.accept({sight_of("zeta"), sight_of("Alpha"), sight_of("alpha-2"), sight_of("alpha.1")});
  JobSeen changed = sight_of("zeta", 2);
  changed.first_seen = clock("08:01");
  changed.counts_from = clock("11:00");
  changed.schedule_normal_form = "every 2h";
  ledger.accept({changed});
  const auto jobs = ledger.snapshot().jobs;
  REQUIRE(jobs.size() == 4);
  CHECK(jobs[0].seen.job.text() == "Alpha");
  CHECK(jobs[1].seen.job.text() == "alpha-2");
  CHECK(jobs[2].seen.job.text() == "alpha.1");
  CHECK(describe(jobs[3]) ==
        "zeta seen 2026-11-20T08:01:00Z counts from 2026-11-20T11:00:00Z era 2 every 2h mark - last none success -");
}

TEST_CASE_TEMPLATE_DEFINE("store/contract: S16 the mark moves forward with every decided slot, never back", Subject,
                          store_contract_mark) {
  Subject ledger;
  ledger.accept({sight_of("backup"), sight_of("report")});
  CHECK(ledger.mark_of("backup") == "-");

  const Run nine = start_of("backup", 1, slot("09:00"));
  ledger.accept({RunOpened{nine}});
  CHECK(ledger.mark_of("backup") == "2026-11-20T09:00:00Z/0");
  CHECK(ledger.mark_of("report") == "-");

  SlotsDecided stretch = decided("backup", slot("10:00"));
  stretch.slots = {.first = clock("10:00"), .last = clock("11:00"), .count = 61};
  ledger.accept({stretch});
  CHECK(ledger.mark_of("backup") == "2026-11-20T11:00:00Z/0");

  ledger.accept({decided("backup", slot("09:30")), RunClosed{end_of(nine)}});
  CHECK(ledger.mark_of("backup") == "2026-11-20T11:00:00Z/0");

  const Run noon = start_of("backup", 2, slot("12:00"));
  ledger.accept({RunOpened{noon}});
  ledger.accept({RunClosed{end_of(noon)}});
  CHECK(ledger.mark_of("backup") == "2026-11-20T12:00:00Z/0");

  ledger.accept({RunOpened{start_of("backup", 3)}, RunOpened{start_of("backup", 4, slot("11:30"))}});
  CHECK(ledger.mark_of("backup") == "2026-11-20T12:00:00Z/0");
}

TEST_CASE_TEMPLATE_DEFINE("store/contract: S16 a newer era is further than any slot of an older one", Subject,
                          store_contract_eras) {
  Subject ledger;
  ledger.accept({sight_of("backup"), decided("backup", slot("12:00"))});
  ledger.accept({sight_of("backup", 1)});
  CHECK(ledger.mark_of("backup") == "2026-11-20T12:00:00Z/0");  // a sight never touches the mark
  ledger.accept({decided("backup", slot("09:00", 1))});
  CHECK(ledger.mark_of("backup") == "2026-11-20T09:00:00Z/1");
  ledger.accept({decided("backup", slot("13:00", 0))});
  CHECK(ledger.mark_of("backup") == "2026-11-20T09:00:00Z/1");
  ledger.accept({RunOpened{start_of("backup", 1, slot("08:00", 2))}});
  CHECK(ledger.mark_of("backup") == "2026-11-20T08:00:00Z/2");
}

TEST_CASE_TEMPLATE_DEFINE("store/contract: a removed job keeps what is known of it", Subject, store_contract_removed) {
  Subject ledger;
  const Run run = start_of("backup", 1, slot("09:00"));
  ledger.accept({sight_of("backup"), sight_of("report"), RunOpened{run}});
  ledger.accept({RunClosed{end_of(run)}, JobRemoved{job("backup")}, JobRemoved{job("never-seen")}});
  CHECK(ledger.memory_of("backup").removed);
  CHECK_FALSE(ledger.memory_of("report").removed);
  CHECK(ledger.snapshot().jobs.size() == 2);

  ledger.accept({sight_of("backup")});
  CHECK_FALSE(ledger.memory_of("backup").removed);
  CHECK(ledger.mark_of("backup") == "2026-11-20T09:00:00Z/0");
  CHECK(describe(ledger.memory_of("backup").last) == describe(end_of(run)));
  CHECK(ledger.memory_of("backup").previous_success == clock("09:00"));
}

TEST_CASE_TEMPLATE_DEFINE("store/contract: the last run is the newest that is closed, whenever it was closed", Subject,
                          store_contract_last) {
  Subject ledger;
  const Run first = start_of("backup", 1, slot("09:00"));
  const Run second = start_of("backup", 2, slot("10:00"));
  const Run third = start_of("backup", 3, slot("11:00"));
  ledger.accept({sight_of("backup"), sight_of("report"), RunOpened{first}, RunOpened{second}, RunOpened{third}});
  CHECK(describe(ledger.memory_of("backup").last) == "none");

  ledger.accept({RunClosed{end_of(second, RunOutcome::failed)}});
  CHECK(describe(ledger.memory_of("backup").last) == describe(end_of(second, RunOutcome::failed)));
  ledger.accept({RunClosed{end_of(first)}});
  CHECK(describe(ledger.memory_of("backup").last) == describe(end_of(second, RunOutcome::failed)));
  ledger.accept({RunClosed{end_of(third, RunOutcome::lost)}});
  CHECK(describe(ledger.memory_of("backup").last) == describe(end_of(third, RunOutcome::lost)));
  CHECK(describe(ledger.memory_of("report").last) == "none");
}

TEST_CASE_TEMPLATE_DEFINE("store/contract: the previous success is the newest run that succeeded", Subject,
                          store_contract_success) {
  Subject ledger;
  const Run first = start_of("backup", 1, slot("09:00"));
  const Run second = start_of("backup", 2, slot("10:00"));
  const Run third = start_of("backup", 3, slot("11:00"));
  ledger.accept({sight_of("backup"), RunOpened{first}, RunOpened{second}, RunOpened{third}});
  ledger.accept({RunClosed{end_of(third, RunOutcome::failed)}});
  CHECK_FALSE(ledger.memory_of("backup").previous_success.has_value());
  ledger.accept({RunClosed{end_of(second)}});
  CHECK(ledger.memory_of("backup").previous_success == clock("10:00"));
  ledger.accept({RunClosed{end_of(first)}});
  CHECK(ledger.memory_of("backup").previous_success == clock("10:00"));
}

}  // namespace belfry::tests
