// The contract of History (include/belfry/store.h): what can be asked of a ledger, and in which order it answers.
// TEST_CASE_TEMPLATE_APPLY(history_contract_..., std::tuple<...>) runs it against implementations.
#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <tests/contract/store/subjects.h>

namespace belfry::tests {

inline std::string sequences(const Result<std::vector<Run>>& runs) {
  REQUIRE_MESSAGE(runs.has_value(), runs.error().what);
  std::string line;
  for (const auto& run : *runs) line += (line.empty() ? "" : " ") + std::to_string(run.sequence);
  return line;
}

inline Run in_hour(std::string_view job_name, std::uint64_t sequence, int hour) {
  return start_of(job_name, sequence, Slot{.era = {}, .at = clock("00:00") + std::chrono::hours{hour}});
}

// Ten runs of two jobs: odd ones of `backup`, even ones of `report`; 1 to 7 closed but for 4; every third failed. The
// clock went back while they ran, so later runs have smaller ids.
inline void fill(Subject& ledger) {
  std::vector<Record> records;
  for (std::uint64_t n = 1; n <= 10; ++n) {
    const Run run = in_hour(n % 2 == 1 ? "backup" : "report", n, 20 - static_cast<int>(n));
    records.emplace_back(RunOpened{run});
    const auto outcome = n % 3 == 0 ? RunOutcome::failed : RunOutcome::succeeded;
    if (n <= 7 && n != 4) records.emplace_back(RunClosed{end_of(run, outcome)});
  }
  ledger.accept(records);
}

TEST_CASE_TEMPLATE_DEFINE("history/contract: runs come newest first, open ones among them", Subject,
                          history_contract_runs) {
  Subject ledger;
  CHECK(sequences(ledger.history().runs({})) == "");
  fill(ledger);
  struct Row {
    RunQuery query;
    std::string expected;
  };
  const std::vector<Row> rows{
      {{}, "10 9 8 7 6 5 4 3 2 1"},
      {{.limit = 1}, "10"},
      {{.limit = 3}, "10 9 8"},
      {{.job = job("backup")}, "9 7 5 3 1"},
      {{.job = job("backup"), .limit = 2}, "9 7"},
      {{.job = job("report")}, "10 8 6 4 2"},
      {{.job = job("nobody")}, ""},
      {{.outcome = RunOutcome::succeeded}, "7 5 2 1"},
      {{.outcome = RunOutcome::failed, .limit = 1}, "6"},
      {{.outcome = RunOutcome::lost}, ""},
      {{.job = job("backup"), .outcome = RunOutcome::succeeded}, "7 5 1"},
      {{.job = job("backup"), .outcome = RunOutcome::failed}, "3"},
      {{.before = in_hour("report", 8, 12).id}, "7 6 5 4 3 2 1"},
      {{.job = job("backup"), .before = in_hour("report", 8, 12).id, .limit = 2}, "7 5"},
      {{.outcome = RunOutcome::failed, .before = in_hour("report", 6, 14).id}, "3"},
      {{.before = in_hour("backup", 1, 19).id}, ""},
      {{.limit = RunQuery::limit_max}, "10 9 8 7 6 5 4 3 2 1"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.expected);
    CHECK(sequences(ledger.history().runs(row.query)) == row.expected);
  }
}

TEST_CASE_TEMPLATE_DEFINE("history/contract: pages joined are the whole, also when runs are added in between", Subject,
                          history_contract_pages) {
  Subject ledger;
  fill(ledger);
  for (const std::optional<JobName>& of : {std::optional<JobName>{}, std::optional{job("report")}}) {
    const std::string whole = sequences(ledger.history().runs({.job = of}));
    std::string joined;
    RunQuery query{.job = of, .limit = 3};
    std::uint64_t added = ledger.snapshot().last_sequence;
    for (auto page = ledger.history().runs(query); page && !page->empty(); page = ledger.history().runs(query)) {
      joined += (joined.empty() ? "" : " ") + sequences(page);
      query.before = page->back().id;
      ledger.accept({RunOpened{start_of("report", ++added)}});
    }
    CHECK(joined == whole);
  }
}

TEST_CASE_TEMPLATE_DEFINE("history/contract: runs by what became of them", Subject, history_contract_classes) {
  Subject ledger;
  using enum RunOutcome;
  const std::vector<std::optional<RunOutcome>> outcomes{
      succeeded, failed, timed_out, start_failed, lost, cancelled, skipped, std::nullopt, failed, std::nullopt, lost};
  for (std::uint64_t n = 1; n <= outcomes.size(); ++n) {
    Run run = in_hour(n % 2 == 1 ? "backup" : "report", n, static_cast<int>(n));
    run.state = n == 8 ? RunState::queued : RunState::running;
    ledger.accept({RunOpened{run}});
    if (const auto outcome = outcomes[n - 1]) ledger.accept({RunClosed{end_of(run, *outcome)}});
  }
  constexpr auto any_failed = RunQuery::Which::failed;
  constexpr auto open = RunQuery::Which::open;
  struct Row {
    RunQuery query;
    std::string expected;
  };
  const std::vector<Row> rows{
      {{}, "11 10 9 8 7 6 5 4 3 2 1"},
      {{.which = any_failed}, "11 9 5 4 3 2"},
      {{.which = any_failed, .limit = 2}, "11 9"},
      {{.job = job("backup"), .which = any_failed}, "11 9 5 3"},
      {{.job = job("report"), .which = any_failed}, "4 2"},
      {{.which = any_failed, .outcome = lost}, "11 5"},
      {{.job = job("backup"), .which = any_failed, .outcome = timed_out}, "3"},
      {{.which = any_failed, .outcome = cancelled}, ""},
      {{.which = any_failed, .state = RunState::running}, ""},
      {{.which = any_failed, .before = in_hour("backup", 9, 9).id}, "5 4 3 2"},
      {{.which = open}, "10 8"},
      {{.which = open, .outcome = succeeded}, ""},
      {{.which = open, .limit = 1}, "10"},
      {{.job = job("report"), .which = open}, "10 8"},
      {{.job = job("backup"), .which = open}, ""},
      {{.which = open, .before = in_hour("report", 10, 10).id}, "8"},
      {{.state = RunState::queued}, "8"},
      {{.state = RunState::running}, "10"},
      {{.job = job("backup"), .state = RunState::running}, ""},
      {{.state = RunState::waiting}, ""},
      {{.since = clock("09:00")}, "11 10 9"},  // opened 3 ms later
      {{.since = clock("09:01")}, "11 10"},
      {{.since = clock("09:00"), .before = in_hour("report", 10, 10).id}, "9"},
      {{.which = any_failed, .since = clock("04:00")}, "11 9 5 4"},
      {{.job = job("backup"), .which = any_failed, .since = clock("05:00")}, "11 9 5"},
      {{.job = job("report"), .since = clock("05:00")}, "10 8 6"},
      {{.which = open, .since = clock("10:00")}, "10"},
      {{.since = clock("12:00")}, ""},
      {{.since = clock("00:00"), .limit = 3}, "11 10 9"},
  };
  for (const auto& row : rows) {
    const auto index = &row - rows.data();
    CAPTURE(index);
    CHECK(sequences(ledger.history().runs(row.query)) == row.expected);
  }
}

TEST_CASE_TEMPLATE_DEFINE("history/contract: S16 since goes back to where the clock last read less", Subject,
                          history_contract_since_after_a_step) {
  Subject ledger;
  std::uint64_t sequence = 0;
  for (const int hour : {10, 15, 11, 14}) ledger.accept({RunOpened{in_hour("backup", ++sequence, hour)}});
  CHECK(sequences(ledger.history().runs({.since = clock("12:00")})) == "4");
  CHECK(sequences(ledger.history().runs({.since = clock("11:00")})) == "4 3 2");
}

TEST_CASE_TEMPLATE_DEFINE("history/contract: a cursor that names no run is not found", Subject,
                          history_contract_cursor) {
  Subject ledger;
  fill(ledger);
  const RunId nobody = start_of("backup", 99).id;
  const auto page = ledger.history().runs({.before = nobody});
  REQUIRE_FALSE(page.has_value());
  CHECK(page.error().kind == ErrorKind::not_found);
  CHECK(page.error().what.find(nobody.text()) != std::string::npos);
}

TEST_CASE_TEMPLATE_DEFINE("history/contract: a prefix finds every run whose id begins with it, oldest id first",
                          Subject, history_contract_prefix) {
  Subject ledger;
  CHECK(sequences(ledger.history().runs_by_prefix("", 5)) == "");
  fill(ledger);
  const std::string seven = in_hour("backup", 7, 13).id.text();
  const std::string eight = in_hour("report", 8, 12).id.text();
  std::string lower = eight;
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  auto common = std::size_t{0};
  while (seven[common] == eight[common]) ++common;

  const auto find = [&](std::string_view prefix, std::size_t limit = 100) {
    return sequences(ledger.history().runs_by_prefix(prefix, limit));
  };
  CHECK(find(eight) == "8");  // open
  CHECK(find(seven) == "7");  // closed
  CHECK(find(lower) == "8");
  CHECK(find(eight.substr(0, 16)) == "8");
  CHECK(find(eight.substr(0, common + 1)).find('8') != std::string::npos);
  CHECK(find(eight.substr(0, common + 1)).find('7') == std::string::npos);
  CHECK(find(eight.substr(0, 1)) == "10 9 8 7 6 5 4 3 2 1");  // the clock went back
  CHECK(find(eight.substr(0, 1), 2) == "10 9");
  CHECK(find("", 3) == "10 9 8");
  CHECK(find("7ZZZ") == "");
  CHECK(find("8") == "");  // beyond 128 bits
  CHECK(find(eight + "0") == "");
  CHECK(find("%") == "");
  CHECK(find("0_") == "");
  CHECK(find(std::string_view("0\0", 2)) == "");
  CHECK(find("U") == "");  // not in the alphabet
}

TEST_CASE_TEMPLATE_DEFINE("history/contract: S1 slots without a run come newest first, a stretch as one", Subject,
                          history_contract_slots) {
  Subject ledger;
  SlotsDecided stretch = decided("backup", slot("09:00", 2));
  stretch.slots = {.first = clock("09:00"), .last = clock("17:00"), .count = 28'801};
  SlotsDecided skipped = decided("report", slot("10:00"), SlotOutcome::skipped);
  skipped.reason = Reason::overlap;
  skipped.cause = start_of("report", 4).id;
  skipped.detail = "in the way";
  const SlotsDecided late = decided("backup", slot("18:00", 2));
  ledger.accept({stretch, skipped});
  ledger.accept({late});

  const auto lines = [&](const SlotQuery& query) {
    std::string text;
    const auto slots = ledger.history().slots(query);
    REQUIRE(slots.has_value());
    for (const auto& one : *slots) text += describe(one) + "\n";
    return text;
  };
  const std::string backup_late = "backup 2026-11-20T18:00:00Z/2..2026-11-20T18:00:00Z x1 missed (late limit) -\n";
  const std::string backup_stretch =
      "backup 2026-11-20T09:00:00Z/2..2026-11-20T17:00:00Z x28801 missed (late limit) -\n";
  const std::string report = "report 2026-11-20T10:00:00Z/0..2026-11-20T10:00:00Z x1 skipped (overlap) " +
                             start_of("report", 4).id.text() + " in the way\n";
  CHECK(lines({}) == backup_late + report + backup_stretch);
  CHECK(lines({.limit = 2}) == backup_late + report);
  CHECK(lines({.job = job("backup")}) == backup_late + backup_stretch);
  CHECK(lines({.job = job("backup"), .limit = 1}) == backup_late);
  CHECK(lines({.job = job("nobody")}) == "");
}

// ---- What became of a job's slots --------------------------------------------------------------------------------

// 09:00 ran, 10:00 to 12:00 were missed, 13:00 is open, 14:00 was skipped; the clock was put right and 09:30 ran in the
// new era.
inline void fill_slots(Subject& ledger) {
  const Run nine = start_of("backup", 1, slot("09:00"));
  SlotsDecided missed = decided("backup", slot("10:00"));
  missed.slots = {.first = clock("10:00"), .last = clock("12:00"), .count = 3};
  const Run again = start_of("backup", 4, slot("09:30", 1));
  ledger.accept({sight_of("backup"), sight_of("report"), RunOpened{nine}, RunClosed{end_of(nine)}, missed,
                 RunOpened{start_of("backup", 2, slot("13:00"))}, RunOpened{start_of("backup", 3)},
                 decided("backup", slot("14:00"), SlotOutcome::skipped), decided("report", slot("10:00")),
                 RunOpened{again}, RunClosed{end_of(again)}, RunOpened{start_of("report", 5, slot("09:00"))}});
}

inline SlotRange range(std::string_view first, std::string_view last, std::size_t limit = 1000) {
  return {.job = job("backup"), .first = clock(first), .last = clock(last), .limit = limit};
}

TEST_CASE_TEMPLATE_DEFINE("history/contract: S1 the slots of a range, with a run and without", Subject,
                          history_contract_slot_range) {
  Subject ledger;
  fill_slots(ledger);
  struct Row {
    SlotRange asked;
    std::string runs;
    std::string decided;
  };
  const std::vector<Row> rows{
      {range("00:00", "23:00"), "2 4 1", "14:00 10:00"},
      {range("00:00", "23:00", 1), "2", "14:00"},
      {range("09:00", "09:30"), "4 1", ""},
      {range("09:01", "09:29"), "", ""},
      {range("11:00", "11:30"), "", "10:00"},
      {range("12:00", "13:00"), "2", "10:00"},
      {range("12:01", "13:59"), "2", ""},
      {range("14:00", "14:00"), "", "14:00"},
      {range("15:00", "23:00"), "", ""},
  };
  for (const auto& row : rows) {
    CAPTURE(describe(row.asked.first));
    CAPTURE(describe(row.asked.last));
    CHECK(sequences(ledger.history().runs_of_slots(row.asked)) == row.runs);
    std::string firsts;
    const auto decided = ledger.history().slots_decided(row.asked);
    REQUIRE(decided.has_value());
    for (const auto& one : *decided) {
      firsts += (firsts.empty() ? "" : " ") + describe(one.slots.first).substr(11, 5);
    }
    CHECK(firsts == row.decided);
  }
}

inline std::string in_words(const Result<SlotAccount>& account) {
  REQUIRE_MESSAGE(account.has_value(), account.error().what);
  std::string line = describe(account->seen.counts_from) + " to " + describe(account->mark) + ":";
  std::vector<Slot> slots = account->run_slots;
  std::ranges::sort(slots);
  for (const Slot& one : slots) line += " ran " + describe(one.at).substr(11, 5);
  for (const auto& one : account->decided) line += " " + std::to_string(one.slots.count) + " without";
  return line;
}

TEST_CASE_TEMPLATE_DEFINE("history/contract: S1 the account of a range cuts no stretch", Subject,
                          history_contract_account) {
  Subject ledger;
  const Run nine = start_of("backup", 1, slot("09:00"));
  SlotsDecided missed = decided("backup", slot("10:00"));
  missed.slots = {.first = clock("10:00"), .last = clock("12:00"), .count = 3};
  ledger.accept({sight_of("backup"), RunOpened{nine}, RunClosed{end_of(nine)}, missed,
                 RunOpened{start_of("backup", 2, slot("13:00"))}, RunOpened{start_of("backup", 3)}});
  const auto account = [&](std::string_view first, std::string_view last) {
    return in_words(ledger.history().account(range(first, last, 1)));
  };
  const std::string mark = "2026-11-20T13:00:00Z/0";
  CHECK(account("00:00", "23:00") == "2026-11-20T08:30:00Z to " + mark + ": ran 09:00 ran 13:00 3 without");
  CHECK(account("00:00", "12:00") == "2026-11-20T08:30:00Z to 2026-11-20T12:00:00Z/0: ran 09:00 3 without");
  CHECK(account("00:00", "11:00") == "2026-11-20T08:30:00Z to 2026-11-20T09:59:59.999Z/0: ran 09:00");
  CHECK(account("11:00", "23:00") == "2026-11-20T12:00:00Z to " + mark + ": ran 13:00");
  CHECK(account("10:30", "11:30") == "2026-11-20T12:00:00Z to 2026-11-20T12:00:00Z/0:");
  CHECK(account("20:00", "21:00") == "2026-11-20T19:59:59.999Z to 2026-11-20T19:59:59.999Z/0:");

  // What lies before the present definition, or in another era, is not of this account.
  JobSeen edited = sight_of("backup");
  edited.counts_from = clock("09:30");
  ledger.accept({edited});
  CHECK(account("00:00", "23:00") == "2026-11-20T09:30:00Z to " + mark + ": ran 13:00 3 without");
  ledger.accept({sight_of("backup", 1), RunOpened{start_of("backup", 4, slot("09:00", 1))}});
  CHECK(account("00:00", "23:00") == "2026-11-20T08:30:00Z to 2026-11-20T09:00:00Z/1: ran 09:00");

  const auto unknown =
      ledger.history().account({.job = job("nobody"), .first = clock("00:00"), .last = clock("23:00")});
  REQUIRE_FALSE(unknown.has_value());
  CHECK(unknown.error().kind == ErrorKind::not_found);
  CHECK(unknown.error().what.find("nobody") != std::string::npos);
}

// ---- Retention --------------------------------------------------------------------------------------------------

inline Keep keep_all() {
  return {.runs = 1'000'000,
          .all_runs = 1'000'000,
          .age = std::chrono::hours{1'000'000},
          .output_bytes = std::int64_t{1} << 60U};
}

// All steps: the runs that went, and the outputs.
inline std::pair<std::set<RunId>, std::set<RunId>> prune(Subject& ledger, const Keep& keep) {
  std::pair<std::set<RunId>, std::set<RunId>> gone;
  for (bool more = true; more;) {
    const auto step = ledger.store().prune(keep, clock("23:00"));
    REQUIRE_MESSAGE(step.has_value(), step.error().what);
    gone.first.insert(step->runs.begin(), step->runs.end());
    gone.second.insert(step->outputs.begin(), step->outputs.end());
    more = step->more;
  }
  return gone;
}

// `count` closed runs of a job, each a minute after the one before, from 00:01; every third slot was skipped instead.
inline std::vector<Run> run_every_minute(Subject& ledger, std::string_view name, std::uint64_t from,
                                         std::uint64_t count) {
  std::vector<Run> runs;
  std::vector<Record> records;
  for (std::uint64_t minute = 1; runs.size() < count; ++minute) {
    const Slot at{.era = {}, .at = clock("00:00") + std::chrono::minutes{minute}};
    if (minute % 3 == 0) {
      records.emplace_back(decided(name, at, SlotOutcome::skipped));
      continue;
    }
    Run run = start_of(name, from + runs.size(), at);
    records.emplace_back(RunOpened{run});
    run = end_of(run, minute % 5 == 0 ? RunOutcome::failed : RunOutcome::succeeded);
    run.usage = {.output_bytes = 103, .output_dropped_bytes = 3};
    records.emplace_back(RunClosed{run});
    runs.push_back(run);
  }
  ledger.accept(records);
  return runs;
}

inline JobSeen seen_at_midnight(std::string_view name) {
  JobSeen seen = sight_of(name);
  seen.counts_from = clock("00:00");
  return seen;
}

TEST_CASE_TEMPLATE_DEFINE("history/contract: S1 the slots of a job with thousands of runs are no different", Subject,
                          history_contract_busy_job) {
  Subject ledger;
  ledger.accept({seen_at_midnight("busy"), seen_at_midnight("calm")});
  const auto runs = run_every_minute(ledger, "busy", 1, 2100);
  run_every_minute(ledger, "calm", 2101, 50);
  const Slot newer{.era = {}, .at = runs.back().slot->at + std::chrono::hours{1}};
  ledger.accept({RunOpened{start_of("busy", 2200, newer)}});
  const auto newest = [&](WallTime first, WallTime last) {
    return ledger.history().runs_of_slots({.job = job("busy"), .first = first, .last = last, .limit = 3}).value();
  };
  const std::vector<Run> all = newest(WallTime::min(), WallTime::max());
  REQUIRE(all.size() == 3);
  CHECK(all[0].slot == newer);
  CHECK(describe(all[1]) == describe(runs[2099]));
  CHECK(describe(all[2]) == describe(runs[2098]));
  CHECK(describe(newest(runs[5].slot->at, runs[6].slot->at)) == describe(std::vector{runs[6], runs[5]}));
  CHECK(newest(newer.at + Millis{1}, WallTime::max()).empty());
}

inline std::string numbers(const Result<std::vector<Event>>& events) {
  REQUIRE_MESSAGE(events.has_value(), events.error().what);
  std::string line;
  for (const auto& event : *events) line += (line.empty() ? "" : " ") + std::to_string(event.number);
  return line;
}

TEST_CASE_TEMPLATE_DEFINE("history/contract: S42 an event is kept to the last field, each kind as itself", Subject,
                          history_contract_event) {
  Subject ledger;
  CHECK(ledger.history().events({})->empty());
  Event full = event_of(EventKind::machine_slept, "10:00", job("backup"));
  full.since = clock("09:00");
  full.until = clock("11:00") + Millis{1};
  full.run = start_of("backup", 1).id;
  const std::vector<Event> each{full, {.at = full.at}, {.at = full.at, .since = clock("09:00")}};
  ledger.accept({each[0], each[1], each[2]});
  std::vector<Event> found = ledger.history().events({}).value();
  REQUIRE(found.size() == each.size());
  for (std::size_t i = 0; i < each.size(); ++i) {
    Event expected = each[i];
    expected.number = i + 1;
    CHECK(describe(found[each.size() - 1 - i]) == describe(expected));
  }
  for (auto kind = EventKind::daemon_started;; kind = static_cast<EventKind>(std::to_underlying(kind) + 1)) {
    ledger.accept({event_of(kind, "12:00")});
    CHECK(ledger.history().events({.limit = 1})->front().kind == kind);
    if (kind == EventKind::ledger_recovered) break;  // the last one
  }
}

TEST_CASE_TEMPLATE_DEFINE("history/contract: S42 events come newest first: of a job those of nobody too", Subject,
                          history_contract_events) {
  Subject ledger;
  using enum EventKind;
  ledger.accept({event_of(daemon_started, "01:00"), event_of(job_paused, "02:00", job("backup")),
                 event_of(job_paused, "03:00", job("report"))});
  ledger.accept(
      {event_of(clock_set, "02:30"), event_of(job_resumed, "04:00", job("backup")), event_of(daemon_stopped, "05:00")});
  struct Row {
    EventQuery query;
    std::string expected;
  };
  const std::vector<Row> rows{
      {{}, "6 5 4 3 2 1"},
      {{.limit = 2}, "6 5"},
      {{.job = job("backup")}, "6 5 4 2 1"},
      {{.job = job("report")}, "6 4 3 1"},
      {{.job = job("nobody")}, "6 4 1"},
      {{.kind = job_paused}, "3 2"},
      {{.job = job("report"), .kind = job_paused}, "3"},
      {{.since = clock("03:00")}, "6 5 3"},
      {{.until = clock("02:30")}, "4 2 1"},
      {{.since = clock("02:00"), .until = clock("04:00")}, "5 4 3 2"},
      {{.before = 4}, "3 2 1"},
      {{.before = 4, .limit = 1}, "3"},
      {{.before = 1}, ""},
      {{.job = job("backup"), .before = 5, .limit = 2}, "4 2"},
      {{.before = UINT64_MAX}, "6 5 4 3 2 1"},
  };
  for (const auto& row : rows) {
    const auto index = &row - rows.data();
    CAPTURE(index);
    CHECK(numbers(ledger.history().events(row.query)) == row.expected);
  }
}

TEST_CASE_TEMPLATE_DEFINE("store/contract: S42 the oldest events go when they are too many or too old", Subject,
                          history_contract_keep_events) {
  Subject ledger;
  std::vector<Record> records;
  for (int minute = 0; minute < 200; ++minute) {
    Event event = event_of(EventKind::clock_set, "00:00");
    event.at += std::chrono::minutes{minute};
    records.emplace_back(event);
  }
  ledger.accept(records);
  Keep keep = keep_all();
  keep.events = 200;
  prune(ledger, keep);
  CHECK(ledger.history().events({.limit = 1000})->size() == 200);
  keep.events = 50;
  prune(ledger, keep);
  const auto left = ledger.history().events({.limit = 1000}).value();
  CHECK(left.size() == 50);
  CHECK(left.back().number == 151);
  keep.age = std::chrono::minutes{23 * 60 - 190};  // it is 23:00
  prune(ledger, keep);
  CHECK(numbers(ledger.history().events({})) == "200 199 198 197 196 195 194 193 192 191");
  keep.age = Millis{0};
  keep.events = 0;
  prune(ledger, keep);
  CHECK(numbers(ledger.history().events({})) == "200");  // no number is given twice
  ledger.accept({event_of(EventKind::clock_set, "22:00")});
  CHECK(ledger.history().events({.limit = 1})->front().number == 201);
}

TEST_CASE_TEMPLATE_DEFINE("store/contract: nothing is pruned while all is within the limits", Subject,
                          history_contract_keep_all) {
  Subject ledger;
  ledger.accept({seen_at_midnight("backup")});
  CHECK(prune(ledger, keep_all()).first.empty());
  run_every_minute(ledger, "backup", 1, 100);
  const std::string before = describe(ledger.snapshot());
  for (const Keep& keep : {keep_all(), Keep{.runs = 100, .age = std::chrono::hours{23}, .output_bytes = 10'000}}) {
    const auto [runs, outputs] = prune(ledger, keep);
    CHECK(runs.empty());
    CHECK(outputs.empty());
  }
  CHECK(describe(ledger.snapshot()) == before);
  CHECK(ledger.history().runs({.limit = 1000})->size() == 100);
  CHECK(ledger.history().slots({.limit = 1000})->size() == 49);
}

TEST_CASE_TEMPLATE_DEFINE("store/contract: of each job the newest runs are kept, and the audit holds over them",
                          Subject, history_contract_keep_count) {
  Subject ledger;
  ledger.accept({seen_at_midnight("backup"), seen_at_midnight("report"), seen_at_midnight("idle")});
  const auto backups = run_every_minute(ledger, "backup", 1, 100);
  const auto reports = run_every_minute(ledger, "report", 101, 7);
  Run keyed = start_of("backup", 200);
  keyed.key = "k";
  keyed.attempt = 2;
  ledger.accept({RunOpened{keyed}});
  Keep keep = keep_all();
  keep.runs = 10;
  const auto gone = prune(ledger, keep).first;
  CHECK(gone.size() == 90);
  for (std::size_t n = 0; n < 90; ++n) CHECK(gone.contains(backups[n].id));
  CHECK(ledger.history().runs({.job = job("backup"), .limit = 1000})->size() == 11);  // and the open one
  CHECK(ledger.history().runs({.job = job("report")})->size() == 7);
  CHECK(ledger.history().runs({.job = job("backup"), .which = RunQuery::Which::failed})->size() == 2);
  CHECK(ledger.history().runs_by_prefix(backups[0].id.text(), 1)->empty());

  const auto account =
      ledger.history().account({.job = job("backup"), .first = clock("00:00"), .last = clock("23:00")});
  REQUIRE(account.has_value());
  CHECK(account->pruned_upto == backups[89].slot);
  CHECK(account->seen.counts_from == backups[89].slot->at);
  CHECK(account->run_slots.size() == 10);
  CHECK(account->decided.size() == 5);
  CHECK(account->mark == backups[99].slot);

  // What the snapshot needs is still there.
  CHECK(ledger.snapshot().last_sequence == 200);
  CHECK(ledger.snapshot().keys.size() == 1);
  CHECK(describe(ledger.memory_of("backup").last) == describe(backups[99]));
  keep.runs = 0;
  prune(ledger, keep);
  CHECK(describe(ledger.memory_of("backup").last) == describe(backups[99]));
  CHECK(ledger.memory_of("report").previous_success.has_value());
  CHECK(describe(ledger.snapshot().open_runs) == describe(std::vector{keyed}));
}

TEST_CASE_TEMPLATE_DEFINE(
    "store/contract: of all jobs together no more runs are kept than may be, and the busy give up", Subject,
    history_contract_keep_together) {
  Subject ledger;
  ledger.accept({seen_at_midnight("busy"), seen_at_midnight("calm"), seen_at_midnight("loud")});
  run_every_minute(ledger, "busy", 1, 150);
  run_every_minute(ledger, "calm", 151, 9);
  run_every_minute(ledger, "loud", 160, 60);
  Keep keep = keep_all();
  keep.all_runs = 219;
  CHECK(prune(ledger, keep).first.empty());
  keep.all_runs = 60;
  const auto kept = [&](std::string_view name) {
    return ledger.history().runs({.job = job(name), .limit = 1000})->size();
  };
  CHECK(prune(ledger, keep).first.size() == 219 - 59);
  CHECK(kept("calm") == 9);
  CHECK(kept("busy") == 25);
  CHECK(kept("loud") == 25);
  CHECK(prune(ledger, keep).first.empty());
  const auto account = ledger.history().account({.job = job("busy"), .first = clock("00:00"), .last = clock("23:00")});
  CHECK(account->run_slots.size() == 25);
  CHECK(account->pruned_upto.has_value());
  keep.all_runs = 2;  // fewer than jobs: the newest of each stays
  CHECK(prune(ledger, keep).first.size() == 56);
}

TEST_CASE_TEMPLATE_DEFINE("store/contract: what is too old is pruned, attempts and keys with it", Subject,
                          history_contract_keep_age) {
  Subject ledger;
  ledger.accept({seen_at_midnight("backup")});
  Run old = start_of("backup", 1, slot("09:00"));
  old.key = "k";
  const Run end_of_first = end_of(old, RunOutcome::failed);
  ledger.accept({RunOpened{old}, AttemptClosed{end_of_first}});
  old.attempt = 2;
  const Run young = start_of("backup", 2, slot("13:00"));
  ledger.accept({RunChanged{old}, RunClosed{end_of(old)}, decided("backup", slot("10:00")), RunOpened{young},
                 RunClosed{end_of(young)}, decided("backup", slot("14:00"))});
  Keep keep = keep_all();
  keep.age = std::chrono::hours{11};  // it is 23:00
  CHECK(prune(ledger, keep).first == std::set{old.id});
  CHECK(ledger.history().runs({})->size() == 1);
  CHECK(ledger.history().attempts(old.id)->empty());
  CHECK(ledger.snapshot().keys.empty());
  CHECK(ledger.history().slots({})->size() == 1);
  const auto account =
      ledger.history().account({.job = job("backup"), .first = clock("00:00"), .last = clock("23:00")});
  CHECK(account->pruned_upto == slot("10:00"));

  keep.age = Millis{0};
  CHECK(prune(ledger, keep).first.empty());  // the newest closed run of a job stays
  CHECK(ledger.history().runs({})->size() == 1);
}

TEST_CASE_TEMPLATE_DEFINE("store/contract: the oldest output goes when there is too much of it, its record stays",
                          Subject, history_contract_keep_output) {
  Subject ledger;
  ledger.accept({seen_at_midnight("backup"), seen_at_midnight("report")});
  const auto runs = run_every_minute(ledger, "backup", 1, 50);
  Run retried = start_of("report", 60);
  Run first_attempt = end_of(retried, RunOutcome::failed);
  first_attempt.usage = {.output_bytes = 303, .output_dropped_bytes = 3};
  ledger.accept({RunOpened{retried}, AttemptClosed{first_attempt}});
  Keep keep = keep_all();
  keep.output_bytes = 4'000;
  CHECK(prune(ledger, keep).second == std::set{runs[0].id, runs[1].id, runs[2].id, runs[3].id, runs[4].id, runs[5].id,
                                               runs[6].id, runs[7].id, runs[8].id, runs[9].id, runs[10].id, runs[11].id,
                                               runs[12].id});
  CHECK(prune(ledger, keep).second.empty());
  CHECK(ledger.history().runs({.limit = 1000})->size() == 51);
  CHECK(describe(ledger.run_of(runs[0].id)) == describe(runs[0]));

  // Pruned records give up their output too, once.
  keep.runs = 20;
  prune(ledger, keep);
  keep.output_bytes = 2'300;
  CHECK(prune(ledger, keep).second.empty());
  keep.output_bytes = 2'299;
  CHECK(prune(ledger, keep).second == std::set{runs[30].id});
}

}  // namespace belfry::tests
