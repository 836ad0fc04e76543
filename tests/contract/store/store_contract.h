// The contract of Store (include/belfry/store.h): what every ledger must do with the batches it is given.
// TEST_CASE_TEMPLATE_APPLY(store_contract_..., std::tuple<...>) runs it against implementations.
#pragma once

#include <algorithm>
#include <functional>
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
  ledger.accept({sight_of("backup"), sight_of("report"), RunOpened{old}, RunOpened{other}, standing_of("report"),
                 decided("report", slot("09:00")), BackfillMoved{backfill_of("report", 7)}, interval_time("11:00"),
                 event_of(EventKind::job_paused, "11:00", job("report"))});
  const std::string all_slots = describe(ledger.history().slots({}).value());
  const std::string all_events = describe(ledger.history().events({}).value());

  // One record of each kind, all good; and then one that is not.
  Run fresh = start_of("backup", 3, slot("10:00"));
  fresh.key = "k";
  JobStanding standing = standing_of("backup");
  standing.causes = {job("report")};
  const std::string why =
      ledger.refuse({sight_of("new"), standing, JobRemoved{job("backup")}, RunOpened{fresh}, AttemptClosed{other},
                     relaunch(other, 2, "boot-2"), RunClosed{end_of(old)}, decided("backup", slot("11:00")),
                     decided("report", slot("10:00")), decided("report", slot("11:00"), SlotOutcome::skipped),
                     BackfillMoved{backfill_of("backup", 8)}, BackfillEnded{7}, interval_time("12:00"),
                     event_of(EventKind::clock_set, "12:00"), JobRenamed{job("report"), job("summary")},
                     RunOpened{start_of("backup", 4, slot("09:00"))}});
  CHECK(why.find("backup") != std::string::npos);
  CHECK(describe(ledger.history().slots({}).value()) == all_slots);
  CHECK(describe(ledger.history().events({}).value()) == all_events);
  CHECK(describe(ledger.run_of(old.id)) == describe(old));
  CHECK(describe(ledger.run_of(other.id)) == describe(other));
  CHECK(ledger.history().attempts(other.id)->empty());
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

TEST_CASE_TEMPLATE_DEFINE("store/contract: jobs that are seen apart come before the records of their batch", Subject,
                          store_contract_seen_apart) {
  Subject ledger;
  const Batch batch{
      .id = BatchId{1}, .seen = {sight_of("a"), sight_of("b")}, .records = {JobRemoved{job("b")}, standing_of("a")}};
  CHECK(ledger.offer(batch).verdict == Verdict::ok);
  const auto jobs = ledger.snapshot().jobs;
  REQUIRE(jobs.size() == 2);
  CHECK(jobs[0].standing.has_value());
  CHECK(jobs[1].removed);
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

TEST_CASE_TEMPLATE_DEFINE("store/contract: S2 many starts in one batch are each kept whole, others among them", Subject,
                          store_contract_many_starts) {
  for (const std::uint64_t count : {2U, 15U, 16U, 17U, 50U}) {
    CAPTURE(count);
    Subject ledger;
    std::vector<Record> sights, records;
    std::vector<Run> runs;
    for (std::uint64_t n = 1; n <= count; ++n) {
      const std::string name = "job-" + std::to_string(n);
      sights.emplace_back(sight_of(name));
      Run run = start_of(name, n, slot("09:00"));
      if (n % 5 == 0) run.requested_by = "uid 7";
      if (n % 7 == 0) run.key = "key " + std::to_string(n);
      records.emplace_back(RunOpened{run});
      if (n % 6 == 0) {
        run = end_of(run);
        records.emplace_back(RunClosed{run});
      }
      runs.push_back(run);
    }
    ledger.accept(std::move(sights));
    ledger.accept(std::move(records));
    for (const Run& run : runs) CHECK(describe(ledger.run_of(run.id)) == describe(run));
    CHECK(ledger.snapshot().last_sequence == count);
  }
}

TEST_CASE_TEMPLATE_DEFINE("store/contract: S3 of many starts in one batch the one that is refused is named", Subject,
                          store_contract_refused_among_many) {
  Subject ledger;
  ledger.accept({sight_of("backup"), sight_of("report"), RunOpened{start_of("report", 1, slot("09:33"))}});
  for (const int refused : {2, 9, 17, 32, 40}) {
    CAPTURE(refused);
    std::vector<Record> records;
    for (int n = 2; n <= 40; ++n) {
      const std::string time = "09:" + std::string(n < 10 ? "0" : "") + std::to_string(n);
      const bool is_odd_one = n == refused;
      records.emplace_back(RunOpened{start_of(is_odd_one ? "report" : "backup", static_cast<std::uint64_t>(n),
                                              slot(is_odd_one ? "09:33" : time))});
    }
    const std::string why = ledger.refuse(std::move(records));
    CHECK_MESSAGE(why.find("of job report for slot 2026-11-20T09:33:00Z") != std::string::npos, why);
  }
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
  Run run = special_start("backup", 1, slot("09:00", 3));
  ledger.accept({RunOpened{run}});
  CHECK(describe(ledger.run_of(run.id)) == describe(run));
  CHECK(describe(ledger.snapshot().open_runs) == describe(std::vector{run}));

  run = moved_on(run);
  ledger.accept({RunChanged{run}});
  CHECK(describe(ledger.run_of(run.id)) == describe(run));
  CHECK(describe(ledger.snapshot().open_runs) == describe(std::vector{run}));

  run.outcome = RunOutcome::cancelled;
  run.reason = Reason::shutdown;
  run.detail = "stopped";
  run.cause = start_of("backup", 8).id;
  run.stands_for = 13;
  run.uncounted = 4;
  run.stop = Reason::by_request;
  run.stop_by = "uid 1001";
  run.started = run.due + Millis{7};
  run.finished = run.due + Millis{5021};
  run.end = ProcessEnd{.how = ProcessEnd::How::signalled, .code = 15};
  run.usage = {.cpu_user = std::chrono::microseconds{1'200'001},
               .cpu_system = std::chrono::microseconds{34},
               .memory_peak_bytes = std::int64_t{6} << 30U,
               .output_bytes = 123456};
  run.progress = Progress{.percent = 100, .message = "", .at = run.due + Millis{5000}};
  run.result = std::string("{\"rows\":3}\n\xff\0 and more", 21);
  ledger.accept({RunClosed{run}});
  CHECK(describe(ledger.run_of(run.id)) == describe(run));
}

// A start that differs in one thing from what most starts are.
TEST_CASE_TEMPLATE_DEFINE("store/contract: S31 each field of a start is kept by itself", Subject,
                          store_contract_each_field) {
  Subject ledger;
  std::uint64_t sequence = 0;
  const auto keeps = [&](auto change) {
    ++sequence;
    Run run = start_of("backup", sequence, Slot{.era = {}, .at = clock("00:00") + std::chrono::minutes{sequence}});
    change(run);
    ledger.accept({RunOpened{run}});
    CHECK(describe(ledger.run_of(run.id)) == describe(run));
  };
  keeps([](Run&) {});
  keeps([](Run& r) { r.slot.reset(); });
  keeps([](Run& r) { r.nominal.reset(); });
  keeps([](Run& r) { r.nominal = clock("03:00"); });
  keeps([](Run& r) { r.opened = clock("04:00"); });
  keeps([](Run& r) { r.trigger = RunTrigger::startup; });
  keeps([](Run& r) { r.cause = start_of("report", 99).id; });
  keeps([](Run& r) { r.cause = start_of("report", 99).id, r.cause_job = "report"; });
  keeps([](Run& r) { r.requested_by = "uid 0"; });
  keeps([](Run& r) { r.key = "once"; });
  keeps([](Run& r) { r.is_unique = true; });
  keeps([](Run& r) { r.params = Params{{"a", "x\\ny"}, {"b", ""}}; });
  keeps([](Run& r) { r.revision = ""; });
  keeps([](Run& r) { r.stands_for = 2; });
  keeps([](Run& r) { r.attempt = 2; });
  keeps([](Run& r) { r.launch = 2; });
  keeps([](Run& r) { r.boot.text = ""; });
  keeps([](Run& r) { r.queue = ""; });
  keeps([](Run& r) { r.queue = "database"; });
  keeps([](Run& r) { r.priority = -3; });
  keeps([](Run& r) { r.ignores_overlap = true; });
  keeps([](Run& r) { r.not_before = clock("05:00"); });
  keeps([](Run& r) { r.state = RunState::queued; });
}

// ---- Runs that go on ----------------------------------------------------------------------------------------------

TEST_CASE_TEMPLATE_DEFINE("store/contract: a change of an open run is kept whole, and only of that run", Subject,
                          store_contract_change) {
  Subject ledger;
  const Run queued = special_start("backup", 1, slot("09:00"));
  const Run other = start_of("backup", 2);
  ledger.accept({RunOpened{queued}, RunOpened{other}});
  for (const auto state : {RunState::queued, RunState::starting, RunState::running, RunState::waiting}) {
    Run run = moved_on(queued);
    run.state = state;
    ledger.accept({RunChanged{run}});
    CHECK(describe(ledger.snapshot().open_runs) == describe(std::vector{run, other}));
  }
  ledger.accept({RunChanged{other}});  // nothing differs

  const auto different = [&](auto change) {
    Run run = moved_on(queued);
    change(run);
    return RunChanged{run};
  };
  const std::string why = ledger.refuse({different([](Run& r) { r.sequence = 3; })});
  CHECK(why.find(queued.id.text()) != std::string::npos);
  ledger.refuse({different([](Run& r) { r.id = start_of("backup", 3).id; })});
  ledger.refuse({different([](Run& r) { r.job = job("report"); })});
  ledger.refuse({different([](Run& r) { r.slot.reset(); })});
  ledger.refuse({different([](Run& r) { r.due += Millis{1}; })});
  ledger.refuse({different([](Run& r) { r.key = "another"; })});
  ledger.refuse({different([](Run& r) { r.attempt = 1; })});
  ledger.accept({different([](Run& r) { r.attempt = 3, r.launch = 1; })});
}

TEST_CASE_TEMPLATE_DEFINE("store/contract: the attempts before the last are kept, each as it ended", Subject,
                          store_contract_attempts) {
  Subject ledger;
  Run run = special_start("backup", 1, slot("09:00"));
  run.attempt = 1;
  run.launch = 1;
  ledger.accept({RunOpened{run}});
  CHECK(ledger.history().attempts(run.id)->empty());

  std::vector<Run> ended;
  for (std::uint32_t attempt = 1; attempt <= 3; ++attempt) {
    Run end = end_of(run, attempt == 2 ? RunOutcome::timed_out : RunOutcome::failed);
    end.launch = attempt;
    end.reason = attempt == 2 ? Reason::timeout : Reason::none;
    end.detail = "attempt " + std::to_string(attempt);
    end.stop = attempt == 3 ? Reason::deadline : Reason::none;
    end.end = ProcessEnd{.how = ProcessEnd::How::signalled, .code = static_cast<int>(attempt)};
    end.usage = {.cpu_user = std::chrono::microseconds{attempt}, .output_bytes = attempt};
    ended.push_back(end);
    run.attempt = attempt + 1;
    run.uncounted = attempt - 1;
    run.boot.text = "boot-" + std::to_string(attempt + 1);
    run.state = RunState::waiting;
    run.not_before = clock("10:00");
    ledger.accept({AttemptClosed{end}, RunChanged{run}});
    CHECK(describe(ledger.snapshot().open_runs) == describe(std::vector{run}));
  }
  for (Run& end : ended) end.not_before = run.not_before;  // the run's, as it is now
  CHECK(describe(ledger.history().attempts(run.id).value()) == describe(ended));

  ledger.refuse({AttemptClosed{ended[1]}});  // known already
  Run stranger = end_of(start_of("backup", 2));
  ledger.refuse({AttemptClosed{stranger}});
  CHECK(ledger.history().attempts(stranger.id)->empty());

  ledger.accept({RunClosed{end_of(run)}});
  CHECK(describe(ledger.run_of(run.id)) == describe(end_of(run)));
  CHECK(ledger.history().attempts(run.id)->size() == 3);
  run.attempt = 5;
  ledger.refuse({AttemptClosed{end_of(run)}});  // over
}

TEST_CASE_TEMPLATE_DEFINE("store/contract: I15 keys are kept with their runs, oldest first", Subject,
                          store_contract_keys) {
  Subject ledger;
  std::string expected;
  for (std::uint64_t n = 1; n <= 4; ++n) {
    Run run = start_of("backup", n);
    if (n != 2) run.key = "k" + std::to_string(n);
    ledger.accept({RunOpened{run}});
    if (n == 3) ledger.accept({RunClosed{end_of(run)}});
    if (n != 2) expected += run.key + " " + run.id.text() + "\n";
  }
  const auto kept = [&] {
    std::string lines;
    for (const auto& key : ledger.snapshot().keys) lines += key.key + " " + key.run.text() + "\n";
    return lines;
  };
  CHECK(kept() == expected);
}

TEST_CASE_TEMPLATE_DEFINE("store/contract: S25 unique requests are kept with their runs, oldest first", Subject,
                          store_contract_requests) {
  Subject ledger;
  for (std::uint64_t n = 1; n <= 4; ++n) {
    Run run = start_of(n == 4 ? "restore" : "backup", n);
    run.is_unique = n != 2;
    run.params = Params{{"n", std::to_string(n)}};
    if (n == 3) run.key = "k";
    ledger.accept({RunOpened{run}});
    if (n == 3) ledger.accept({RunClosed{end_of(run)}});
  }
  std::string kept;
  for (const auto& request : ledger.snapshot().requests) {
    kept += request.job.text() + " " + encode_params(request.params) + " " + request.run.text() + "\n";
  }
  CHECK(kept == "backup n=1 " + start_of("backup", 1).id.text() + "\nbackup n=3 " + start_of("backup", 3).id.text() +
                    "\nrestore n=4 " + start_of("restore", 4).id.text() + "\n");
  CHECK(ledger.snapshot().keys.size() == 1);
}

TEST_CASE_TEMPLATE_DEFINE("store/contract: I15 the newest keys are kept, up to the limit", Subject,
                          store_contract_keys_max) {
  Subject ledger;
  std::vector<Record> records;
  for (std::uint64_t n = 1; n <= Snapshot::keys_max + 3; ++n) {
    Run run = start_of("backup", n);
    run.key = std::to_string(n);
    records.emplace_back(RunOpened{std::move(run)});
  }
  ledger.accept(records);
  const auto keys = ledger.snapshot().keys;
  REQUIRE(keys.size() == Snapshot::keys_max);
  CHECK(keys.front().key == "4");
  CHECK(keys.back().key == std::to_string(Snapshot::keys_max + 3));
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
  ledger.refuse({different([](Run& r) { r.key = "another"; })});

  ledger.accept({RunClosed{end_of(run)}});
  ledger.refuse({RunClosed{end_of(run, RunOutcome::failed)}});
  CHECK(ledger.run_of(run.id).outcome == RunOutcome::succeeded);
}

// ---- What is remembered of a job ---------------------------------------------------------------------------------

TEST_CASE_TEMPLATE_DEFINE("store/contract: jobs come by name, as they were last seen", Subject, store_contract_jobs) {
  Subject ledger;
  ledger.accept({sight_of("zeta"), sight_of("Alpha"), sight_of("alpha-2"), sight_of("alpha.1")});
  JobSeen changed = sight_of("zeta", 2);
  changed.enabled = false;
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
        "zeta seen 2026-11-20T08:01:00Z counts from 2026-11-20T11:00:00Z era 2 every 2h disabled mark - last none "
        "success -");
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

TEST_CASE_TEMPLATE_DEFINE("store/contract: where a job stands is kept as it was last said", Subject,
                          store_contract_standing) {
  Subject ledger;
  ledger.accept({sight_of("backup"), sight_of("report")});
  CHECK_FALSE(ledger.memory_of("backup").standing.has_value());

  const JobStanding full = standing_of("backup");
  ledger.accept({full, standing_of("never-seen")});
  CHECK(describe(ledger.memory_of("backup").standing.value()) == describe(full));
  CHECK_FALSE(ledger.memory_of("report").standing.has_value());
  CHECK(ledger.snapshot().jobs.size() == 2);

  JobStanding open_ended = full;
  open_ended.pause->until.reset();
  open_ended.causes = {job("report")};
  JobStanding plain{.job = job("backup")};
  JobStanding nobodys{.job = job("backup"), .pause = Pause{}, .startup_boot = BootId{}};
  for (const auto& standing : {open_ended, nobodys, plain}) {
    ledger.accept({standing});
    const auto memory = ledger.memory_of("backup");
    CHECK(describe(memory.standing.value()) == describe(standing));
    CHECK(memory.standing->pause == standing.pause);
    CHECK(memory.standing->startup_boot == standing.startup_boot);
  }
  ledger.accept({sight_of("backup", 3), JobRemoved{job("backup")}});
  CHECK(describe(ledger.memory_of("backup").standing.value()) == describe(plain));
}

TEST_CASE_TEMPLATE_DEFINE("store/contract: S35 a renamed job keeps everything", Subject, store_contract_rename) {
  Subject ledger;
  JobStanding follower{.job = job("follower"), .causes = {job("other"), job("old"), job("old-2")}};
  const Run closed = start_of("old", 1, slot("09:00"));
  const Run open = start_of("old", 2, slot("10:00"));
  Run waiting = start_of("old", 3);
  const Run foreign = start_of("other", 4, slot("09:00"));
  ledger.accept({sight_of("old", 2), sight_of("other"), sight_of("old-2"), sight_of("follower"), standing_of("old"),
                 follower, RunOpened{closed}, RunOpened{open}, RunOpened{waiting}, RunOpened{foreign},
                 RunClosed{end_of(closed)}, decided("old", slot("11:00", 2)), decided("other", slot("11:00")),
                 BackfillMoved{backfill_of("old", 7)}, BackfillMoved{backfill_of("other", 8)},
                 event_of(EventKind::job_paused, "11:00", job("old")),
                 event_of(EventKind::job_paused, "11:00", job("other"))});
  Run failed = end_of(waiting, RunOutcome::failed);
  waiting.attempt = 2;
  ledger.accept({AttemptClosed{failed}, RunChanged{waiting}});
  const JobMemory before = ledger.memory_of("old");

  ledger.accept({JobRenamed{job("old"), job("new")}});
  const Snapshot after = ledger.snapshot();
  for (const auto& memory : after.jobs) CHECK(memory.seen.job != job("old"));
  const auto renamed = [](Run run) {
    run.job = job("new");
    return run;
  };
  JobMemory expected = before;
  expected.seen.job = job("new");
  expected.standing->job = job("new");
  expected.last = renamed(*before.last);
  CHECK(describe(ledger.memory_of("new")) == describe(expected));
  CHECK(describe(after.open_runs) == describe(std::vector{renamed(open), renamed(waiting), foreign}));
  CHECK(describe(after.backfills.at(0)).starts_with("backfill 7 new "));
  CHECK(describe(after.backfills.at(1)).starts_with("backfill 8 other "));
  CHECK(ledger.memory_of("follower").standing->causes == std::vector{job("other"), job("new"), job("old-2")});
  CHECK(ledger.history().runs({.job = job("old")})->empty());
  CHECK(ledger.history().runs({.job = job("new")})->size() == 3);
  CHECK(ledger.history().runs({.job = job("other")})->size() == 1);
  CHECK(ledger.history().slots({.job = job("old")})->empty());
  CHECK(ledger.history().slots({.job = job("new")})->size() == 1);
  CHECK(ledger.history().events({.job = job("old")})->empty());
  CHECK(ledger.history().events({.job = job("new")})->size() == 1);
  CHECK(describe(ledger.history().attempts(waiting.id).value()) == describe(std::vector{renamed(failed)}));

  // It goes on under its new name, and its slots are taken there.
  ledger.refuse({RunOpened{start_of("new", 5, slot("09:00"))}});
  ledger.refuse({RunClosed{end_of(open)}});
  ledger.accept({RunOpened{start_of("old", 5, slot("09:00"))}, RunClosed{end_of(renamed(open))}});
}

TEST_CASE_TEMPLATE_DEFINE("store/contract: S35 a job takes no other job's name", Subject, store_contract_rename_taken) {
  Subject ledger;
  ledger.accept({sight_of("old"), sight_of("new"), sight_of("gone"), JobRemoved{job("gone")}});
  for (const auto& [from, to] : {std::pair{"old", "new"}, {"old", "gone"}, {"nobody", "fresh"}}) {
    const std::string why = ledger.refuse({JobRenamed{job(from), job(to)}});
    CHECK(why.find(from) != std::string::npos);
    CHECK(why.find(to) != std::string::npos);
  }
}

TEST_CASE_TEMPLATE_DEFINE("store/contract: a backfill is kept until it has ended", Subject, store_contract_backfill) {
  Subject ledger;
  Backfill first = backfill_of("backup", 9);
  const Backfill second = backfill_of("report", 4);
  ledger.accept({BackfillMoved{first}, BackfillMoved{second}});
  first.reached += std::chrono::hours{1};
  ledger.accept({BackfillMoved{first}, BackfillEnded{77}});
  auto kept = ledger.snapshot().backfills;
  REQUIRE(kept.size() == 2);
  CHECK(describe(kept[0]) == describe(second));
  CHECK(describe(kept[1]) == describe(first));
  ledger.accept({BackfillEnded{4}});
  kept = ledger.snapshot().backfills;
  REQUIRE(kept.size() == 1);
  CHECK(describe(kept[0]) == describe(first));
}

TEST_CASE_TEMPLATE_DEFINE("store/contract: S8 the interval time is kept as it was last said", Subject,
                          store_contract_interval_time) {
  Subject ledger;
  CHECK_FALSE(ledger.snapshot().interval_time.has_value());
  for (const char* at : {"11:00", "10:30"}) {
    const IntervalTime time = interval_time(at);
    ledger.accept({time});
    CHECK(describe(ledger.snapshot().interval_time) == describe(std::optional(time)));
  }
}

// ---- Slots that say the same -------------------------------------------------------------------------------------

TEST_CASE_TEMPLATE_DEFINE("store/contract: S1 slots in a row that say the same are one row", Subject,
                          store_contract_collapse) {
  Subject ledger;
  ledger.accept({sight_of("backup", 1), sight_of("report", 1)});
  SlotsDecided stretch = decided("backup", slot("10:00", 1));
  stretch.slots = {.first = clock("10:00"), .last = clock("10:20"), .count = 3};
  ledger.accept({decided("backup", slot("09:00", 1)), decided("report", slot("09:00", 1)), stretch});
  ledger.accept({decided("backup", slot("11:00", 1)), decided("backup", slot("12:00", 1))});
  const auto rows = ledger.history().slots({.job = job("backup")}).value();
  REQUIRE(rows.size() == 1);
  CHECK(describe(rows[0]) == "backup 2026-11-20T09:00:00Z/1..2026-11-20T12:00:00Z x6 missed (late limit) -");
  CHECK(ledger.history().slots({.job = job("report")})->size() == 1);
  CHECK(ledger.mark_of("backup") == "2026-11-20T12:00:00Z/1");
}

TEST_CASE_TEMPLATE_DEFINE("store/contract: S1 a row ends where something else is said, or was between", Subject,
                          store_contract_no_collapse) {
  using Between = std::function<std::vector<Record>(SlotsDecided&)>;
  const Run between = start_of("backup", 1, slot("09:30"));
  const std::vector<std::pair<const char*, Between>> rows{
      {"another outcome", [](SlotsDecided& d) { return d.outcome = SlotOutcome::skipped, std::vector<Record>{}; }},
      {"another reason", [](SlotsDecided& d) { return d.reason = Reason::cap, std::vector<Record>{}; }},
      {"a cause", [](SlotsDecided& d) { return d.cause = start_of("backup", 1).id, std::vector<Record>{}; }},
      {"another detail", [](SlotsDecided& d) { return d.detail = "why", std::vector<Record>{}; }},
      {"another era", [](SlotsDecided& d) { return d.era = Era{1}, std::vector<Record>{}; }},
      {"a job that was never seen", [](SlotsDecided& d) { return d.job = job("new"), std::vector<Record>{}; }},
      {"a slot before", [](SlotsDecided& d) { return d.slots.first = clock("08:45"), std::vector<Record>{}; }},
      {"the same slot", [](SlotsDecided& d) { return d.slots.first = clock("09:00"), std::vector<Record>{}; }},
      {"an open run", [&](SlotsDecided&) { return std::vector<Record>{RunOpened{between}}; }},
      {"a closed run",
       [&](SlotsDecided&) { return std::vector<Record>{RunOpened{between}, RunClosed{end_of(between)}}; }},
      {"a slot that is said something else of",
       [](SlotsDecided&) { return std::vector<Record>{decided("backup", slot("09:30"), SlotOutcome::coalesced)}; }},
      {"another definition",
       [](SlotsDecided&) {
         JobSeen edited = sight_of("backup");
         edited.counts_from = clock("09:30");
         return std::vector<Record>{edited};
       }},
  };
  for (const auto& [what, change] : rows) {
    CAPTURE(what);
    Subject ledger;
    ledger.accept({sight_of("backup"), decided("backup", slot("09:00"))});
    SlotsDecided next = decided("backup", slot("10:00"));
    std::vector<Record> records = change(next);
    const std::size_t rows_before = 1 + static_cast<std::size_t>(std::ranges::count_if(records, [](const Record& r) {
                                      return std::holds_alternative<SlotsDecided>(r);
                                    }));
    records.emplace_back(next);
    ledger.accept(records);
    const auto slots = ledger.history().slots({}).value();
    CHECK(slots.size() == rows_before + 1);
    CHECK(describe(slots.front()) == describe(next));
  }
}

TEST_CASE_TEMPLATE_DEFINE("store/contract: S1 a run of another job, or without a slot, ends no row", Subject,
                          store_contract_collapse_past_others) {
  Subject ledger;
  ledger.accept({sight_of("backup"), RunOpened{start_of("backup", 1, slot("08:50"))}, decided("backup", slot("09:00")),
                 RunOpened{start_of("backup", 2)}, RunOpened{start_of("report", 3, slot("09:30"))},
                 decided("report", slot("09:40")), decided("backup", slot("10:00"))});
  const auto slots = ledger.history().slots({.job = job("backup")}).value();
  REQUIRE(slots.size() == 1);
  CHECK(slots[0].slots.count == 2);
}

}  // namespace belfry::tests
