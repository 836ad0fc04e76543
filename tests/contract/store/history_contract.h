// The contract of History (include/belfry/store.h): what can be asked of a ledger, and in which order it answers.
// TEST_CASE_TEMPLATE_APPLY(history_contract_..., std::tuple<...>) runs it against implementations.
#pragma once

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

}  // namespace belfry::tests
