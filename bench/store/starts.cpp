// What a start costs in the ledger, beside what SQLite itself needs for a bare row of 200 bytes with one index: both on
// the same disk, round by round in turn. Of the bursts the quickest counts, because on a busy machine the others tell
// how long the scheduler made them wait; of the single starts, which the disk's sync decides, the median.
//
//   bench_store [directory]     prints: name value target
//
// The ledger holds 100,000 closed runs of 1,000 jobs before it begins. Checkpoints are not counted: in the daemon they
// happen when no start waits.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <sqlite3.h>

#include <base/verify.h>
#include <store/sqlite_store.h>
#include <tests/support/temp_dir.h>

namespace {

using namespace belfry;

constexpr std::uint64_t jobs = 1000;
constexpr std::uint64_t bursts_before = 100;
constexpr int rounds = 31;
constexpr int single_starts = 500;

double time_ms(auto&& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

double median(std::vector<double> values) {
  std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2));
  return values[values.size() / 2];
}

double quickest(const std::vector<double>& values) { return std::ranges::min(values); }

// ---- SQLite alone -----------------------------------------------------------------------------------------------

class BareTable {
 public:
  explicit BareTable(const std::string& path) {
    VERIFY(::sqlite3_open(path.c_str(), &db_) == SQLITE_OK);
    execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0");
    execute("CREATE TABLE bare (number INTEGER PRIMARY KEY, due INTEGER, data BLOB); CREATE INDEX due ON bare (due)");
    const char* sql = "INSERT INTO bare (due, data) VALUES (?1, zeroblob(200))";
    VERIFY(::sqlite3_prepare_v2(db_, sql, -1, &insert_, nullptr) == SQLITE_OK);
  }
  BareTable(const BareTable&) = delete;
  BareTable& operator=(const BareTable&) = delete;
  ~BareTable() {
    ::sqlite3_finalize(insert_);
    ::sqlite3_close(db_);
  }

  void commit(std::uint64_t rows) {
    execute("BEGIN IMMEDIATE");
    for (std::uint64_t n = 0; n < rows; ++n) {
      ::sqlite3_bind_int64(insert_, 1, ++due_);
      VERIFY(::sqlite3_step(insert_) == SQLITE_DONE);
      ::sqlite3_reset(insert_);
    }
    execute("COMMIT");
  }
  void tidy() { ::sqlite3_wal_checkpoint_v2(db_, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr); }

 private:
  void execute(const char* sql) { VERIFY(::sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) == SQLITE_OK); }

  sqlite3* db_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
  std::int64_t due_ = 0;
};

// ---- The ledger -------------------------------------------------------------------------------------------------

class Ledger {
 public:
  explicit Ledger(const std::string& path) {
    auto store = SqliteStore::open(path, {.tidy_pages = 1});
    if (!store) {
      std::fprintf(stderr, "%s\n", store.error().what.c_str());
      std::exit(1);
    }
    store_ = std::move(*store);
    for (std::uint64_t n = 0; n < jobs; ++n)
      names_.push_back(JobName::parse("nightly-job-" + std::to_string(n)).value());
    for (const auto& name : names_) batch_.records.emplace_back(JobSeen{.job = name});
    commit();
  }

  // One burst: `count` jobs are due at the same second.
  void prepare_starts(std::uint64_t count) {
    due_ += std::chrono::seconds{60};
    for (std::uint64_t n = 0; n < count; ++n) {
      ++sequence_;
      Run run{.id = RunId::make(due_, 7, sequence_), .job = names_[sequence_ % jobs]};
      run.sequence = sequence_;
      run.slot = Slot{.era = {}, .at = due_};
      run.nominal = due_;
      run.opened = due_;
      run.due = due_;
      run.queue = "default";
      run.revision = "9f86d081884c7d65";
      run.boot.text = "0a4f2b8e-6d3c-4a19-9a38-0f6b6d1e5c77";
      open_.push_back(run);
      batch_.records.emplace_back(RunOpened{std::move(run)});
    }
  }
  void prepare_ends() {
    for (auto& run : open_) {
      run.outcome = RunOutcome::succeeded;
      run.started = run.due;
      run.finished = run.due;
      run.end = ProcessEnd{};
      batch_.records.emplace_back(RunClosed{std::move(run)});
    }
    open_.clear();
  }
  void commit() {
    batch_.id = static_cast<BatchId>(++batches_);
    const CommitAnswer answer = store_->commit(batch_);
    if (answer.verdict != Verdict::ok) {
      std::fprintf(stderr, "%s\n", answer.why.c_str());
      std::exit(1);
    }
    batch_.records.clear();
  }
  void tidy() { VERIFY(store_->tidy().has_value()); }

 private:
  std::unique_ptr<SqliteStore> store_;
  std::vector<JobName> names_;
  std::vector<Run> open_;
  Batch batch_;
  std::uint64_t batches_ = 0;
  std::uint64_t sequence_ = 0;
  WallTime due_{std::chrono::sys_days{std::chrono::year{2026} / 11 / 20}};
};

struct Figures {
  std::vector<double> bare_burst, burst, ends, bare_single, single;
};

void measure_round(BareTable& bare, Ledger& ledger, Figures& figures) {
  figures.bare_burst.push_back(time_ms([&] { bare.commit(jobs); }));
  bare.tidy();
  ledger.prepare_starts(jobs);
  figures.burst.push_back(time_ms([&] { ledger.commit(); }));
  ledger.tidy();
  ledger.prepare_ends();
  figures.ends.push_back(time_ms([&] { ledger.commit(); }));
  ledger.tidy();
}

void measure_single(BareTable& bare, Ledger& ledger, Figures& figures) {
  for (int n = 0; n < single_starts; ++n) {
    figures.bare_single.push_back(time_ms([&] { bare.commit(1); }));
    ledger.prepare_starts(1);
    figures.single.push_back(time_ms([&] { ledger.commit(); }));
  }
  bare.tidy();
  ledger.tidy();
}

// A target is a multiple of what SQLite alone needed in this run.
void print(const char* name, double value, double target) { std::printf("%s %.3f %.3f\n", name, value, target); }

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1) ::setenv("TMPDIR", argv[1], 1);
  const belfry::tests::TempDir dir;
  BareTable bare(dir / "bare.db");
  Ledger ledger(dir / "ledger.db");
  for (std::uint64_t n = 0; n < bursts_before; ++n) {
    bare.commit(jobs);
    ledger.prepare_starts(jobs);
    ledger.prepare_ends();
    ledger.commit();
  }
  bare.tidy();
  ledger.tidy();

  Figures figures;
  for (int n = 0; n < rounds; ++n) measure_round(bare, ledger, figures);
  measure_single(bare, ledger, figures);

  const double bare_burst = quickest(figures.bare_burst);
  const double bare_single = median(figures.bare_single);
  print("store.bare_1000_rows_one_commit_ms", bare_burst, bare_burst);
  print("store.1000_starts_one_commit_ms", quickest(figures.burst), 2.5 * bare_burst);
  print("store.1000_ends_one_commit_ms", quickest(figures.ends), 12 * bare_burst);
  print("store.bare_one_row_per_commit_ms", bare_single, bare_single);
  print("store.one_start_per_commit_ms", median(figures.single), 1.5 * bare_single);
}
