// What questions cost when the ledger holds 1,000,000 runs: a page of runs, the failures of two days, what became of a
// job's slots, and the account that the audit reads. The quickest and the slowest of some twenty are printed.
//
//   bench_store_questions [directory]     prints: name quickest slowest target
//
// 1,000 jobs, one of them weekly and one with a fifth of all runs; one run in 500 fails.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <bench/store/filled_ledger.h>

#include <base/verify.h>
#include <store/sqlite_history.h>
#include <tests/support/temp_dir.h>

namespace {

using namespace belfry;
using bench::FilledLedger;

constexpr double target_ms = 50;

void measure(const char* name, auto&& question) {
  double quickest = 1e9;
  double slowest = 0;
  for (int n = 0; n < 20; ++n) {
    const auto begin = std::chrono::steady_clock::now();
    question(n);
    const double ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
    quickest = std::min(quickest, ms);
    slowest = std::max(slowest, ms);
  }
  std::printf("store.%s_ms %.3f %.3f %.0f\n", name, quickest, slowest, target_ms);
}

void ask_about(History& history, const FilledLedger& ledger, const char* name, const JobName& job) {
  const std::string of = std::string("_of_") + name;
  const SlotRange ever{.job = job, .first = ledger.begin(), .last = ledger.end(), .limit = 20};
  const SlotRange a_day{
      .job = job, .first = ledger.end() - std::chrono::hours{240}, .last = ledger.end() - std::chrono::hours{216}};
  measure(("page" + of).c_str(), [&](int) { VERIFY(history.runs({.job = job}).has_value()); });
  measure(("failed" + of).c_str(),
          [&](int) { VERIFY(history.runs({.job = job, .which = RunQuery::Which::failed}).has_value()); });
  measure(("why" + of).c_str(), [&](int) {
    VERIFY(history.runs_of_slots(ever).has_value());
    VERIFY(history.slots_decided(ever).has_value());
  });
  measure(("why_at" + of).c_str(), [&](int) {
    VERIFY(history.runs_of_slots(a_day).has_value());
    VERIFY(history.slots_decided(a_day).has_value());
  });
}

void ask(History& history, const FilledLedger& ledger) {
  std::optional<RunId> cursor;
  measure("page_of_runs", [&](int) {
    const auto page = history.runs({.before = cursor}).value();
    cursor = page.back().id;
  });
  const WallTime two_days_ago = ledger.end() - std::chrono::hours{48};
  measure("failed_since_2d", [&](int) {
    VERIFY(!history.runs({.which = RunQuery::Which::failed, .since = two_days_ago, .limit = 1000})->empty());
  });
  measure("page_since_2d", [&](int) { VERIFY(history.runs({.since = two_days_ago})->size() == 100); });
  measure("prefix", [&](int n) {
    const std::string id = ledger.id_of(static_cast<std::uint64_t>(n) * 49'999 + 1).text();
    VERIFY(history.runs_by_prefix(id.substr(0, 20), 2)->size() >= 1);
  });
  ask_about(history, ledger, "usual_job", ledger.usual_job());
  ask_about(history, ledger, "weekly_job", ledger.weekly_job());
  ask_about(history, ledger, "busy_job", ledger.busy_job());
  measure("account_of_usual_job", [&](int) {
    VERIFY(history.account({.job = ledger.usual_job(), .first = ledger.begin(), .last = ledger.end()}).has_value());
  });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1) ::setenv("TMPDIR", argv[1], 1);
  const belfry::tests::TempDir dir;
  FilledLedger ledger(dir / "ledger.db", 1'000'000);
  const auto history = SqliteHistory::open(dir / "ledger.db");
  VERIFY(history.has_value());
  ask(**history, ledger);
}
