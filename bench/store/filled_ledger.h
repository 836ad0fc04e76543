// A ledger with a long past, for benchmarks: 1,000 jobs, of which one is weekly and one has a fifth of all runs; a
// minute has 100 runs, one in 500 fails, and now and then a slot was skipped.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include <store/sqlite_store.h>

namespace belfry::bench {

class FilledLedger {
 public:
  FilledLedger(const std::string& path, std::uint64_t runs) {
    auto store = SqliteStore::open(path, {.tidy_pages = 1});
    if (!store) fail(store.error().what);
    store_ = std::move(*store);
    for (std::uint64_t n = 0; n < job_count; ++n) {
      jobs_.push_back(JobName::parse("nightly-job-" + std::to_string(n)).value());
      batch_.records.emplace_back(JobSeen{.job = jobs_.back(), .first_seen = begin(), .counts_from = begin()});
    }
    while (sequence_ < runs) {
      add_minute();
      if (sequence_ % 10'000 == 0) commit();
    }
    commit();
  }

  WallTime begin() const { return WallTime{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}}; }
  WallTime end() const { return now_; }
  const JobName& usual_job() const { return jobs_[500]; }
  const JobName& weekly_job() const { return jobs_[0]; }
  const JobName& busy_job() const { return jobs_[1]; }
  RunId id_of(std::uint64_t sequence) const { return RunId::make(minute_of(sequence), 7, sequence); }

  // Closes the file: what is to be committed from now on goes elsewhere.
  void close() { store_.reset(); }

  // The next batch: one more start, and the end of the one before.
  Batch next_start() {
    Batch batch{.id = static_cast<BatchId>(++batches_)};
    for (Run& run : open_) batch.records.emplace_back(RunClosed{closed(std::move(run))});
    open_.clear();
    ++sequence_;
    now_ = std::max(now_, minute_of(sequence_)) + Millis{10};
    open_.push_back(run_of(jobs_[sequence_ % job_count], now_));
    batch.records.emplace_back(RunOpened{open_.back()});
    return batch;
  }

 private:
  static constexpr std::uint64_t job_count = 1000;
  static constexpr std::uint64_t per_minute = 100;

  [[noreturn]] static void fail(const std::string& why) {
    std::fprintf(stderr, "%s\n", why.c_str());
    std::exit(1);
  }

  void commit() {
    batch_.id = static_cast<BatchId>(++batches_);
    const CommitAnswer answer = store_->commit(batch_);
    if (answer.verdict != Verdict::ok) fail(answer.why);
    batch_.records.clear();
    if (const auto tidied = store_->tidy(); !tidied) fail(tidied.error().what);
  }

  WallTime minute_of(std::uint64_t sequence) const {
    return begin() + std::chrono::minutes{(sequence - 1) / per_minute + 1};
  }
  const JobName& job_of(std::uint64_t sequence) const {
    if (sequence % 5 == 0) return busy_job();
    return sequence % 1'008'000 == 1 ? weekly_job() : jobs_[2 + sequence % (job_count - 2)];
  }

  void add_minute() {
    for (std::uint64_t n = 0; n < per_minute; ++n) {
      ++sequence_;
      now_ = minute_of(sequence_);
      // The busy job has 20 slots in a minute.
      const WallTime slot = now_ + Millis{n * 600};
      const Run run = run_of(job_of(sequence_), slot);
      batch_.records.emplace_back(RunOpened{run});
      batch_.records.emplace_back(RunClosed{closed(run)});
      if (sequence_ % 50 == 0) skip(run.job, slot + Millis{300});
    }
  }
  Run run_of(const JobName& job, WallTime slot) {
    Run run{.id = id_of(sequence_), .job = job};
    run.sequence = sequence_;
    run.slot = Slot{.era = {}, .at = slot};
    run.nominal = slot;
    run.opened = slot;
    run.due = slot;
    run.queue = "default";
    run.revision = "9f86d081884c7d65";
    run.boot.text = "0a4f2b8e-6d3c-4a19-9a38-0f6b6d1e5c77";
    return run;
  }
  Run closed(Run run) const {
    run.outcome = run.sequence % 500 == 1 ? RunOutcome::failed : RunOutcome::succeeded;
    run.started = run.due;
    run.finished = run.due + Millis{200};
    run.end = ProcessEnd{};
    run.usage.output_bytes = 1000;
    return run;
  }
  void skip(const JobName& job, WallTime slot) {
    batch_.records.emplace_back(SlotsDecided{.job = job,
                                             .slots = {.first = slot, .last = slot, .count = 1},
                                             .outcome = SlotOutcome::skipped,
                                             .reason = Reason::overlap});
  }

  std::unique_ptr<SqliteStore> store_;
  std::vector<JobName> jobs_;
  std::vector<Run> open_;
  Batch batch_;
  std::uint64_t batches_ = 0;
  std::uint64_t sequence_ = 0;
  WallTime now_ = begin();
};

}  // namespace belfry::bench
