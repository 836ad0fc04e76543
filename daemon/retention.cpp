#include <algorithm>
#include <utility>

#include <base/log.h>
#include <daemon/clock.h>
#include <daemon/retention.h>
#include <jobs/run_removal.h>

namespace belfry {

namespace {

// One reading of the directory for so many runs.
constexpr std::size_t runs_at_once = 4096;

WallTime now_by_the_wall() { return SystemClock().read().wall; }

void warn(const Result<void>& result) {
  if (!result) log::warning("what old runs left behind stays for now: " + result.error().what);
}

}  // namespace

// What a pruning has forgotten comes in on the writer's thread; the cleaner's removes it.
struct Retention::Files {
  Files(std::string path, std::unique_ptr<History> reader) : runs_path(std::move(path)), history(std::move(reader)) {}

  void forget(const Pruned& pruned) {
    gone.insert(pruned.runs.begin(), pruned.runs.end());
    gone.insert(pruned.outputs.begin(), pruned.outputs.end());
    if (gone.size() >= runs_at_once) remove_gone();
  }

  void remove_gone() {
    if (gone.empty()) return;
    cleaner.post([this, runs = std::exchange(gone, {})] { warn(remove_runs(runs_path, runs)); });
  }

  // A question that the ledger cannot answer is no reason to remove anything.
  bool is_unknown(const RunId& run) {
    const auto found = history->runs_by_prefix(run.text(), 1);
    return found && found->empty();
  }

  const std::string runs_path;
  std::unique_ptr<History> history;  // of the cleaner's thread
  std::set<RunId> gone;              // of the writer's thread
  Worker cleaner{"belfry-cleaner"};  // last: it stops before what it uses is gone
};

Retention::Retention(Rooms rooms, Keep keep, BootTime now)
    : keep_(keep),
      writer_(rooms.writer),
      next_(now + first_after),
      files_(std::make_shared<Files>(std::move(rooms.runs_path), std::move(rooms.history))) {
  remove_strays();
}

void Retention::remove_strays() {
  Files& files = *files_;
  files.cleaner.post([&files, before = now_by_the_wall() - strays_stay] {
    const auto unknown = [&files](const RunId& run) { return files.is_unknown(run); };
    warn(belfry::remove_strays(files.runs_path, {.unknown = unknown, .made_before = before}));
  });
}

void Retention::take_turn(BootTime now) {
  if (now < next_) return;
  next_ = now + every;
  prune(keep_, [](const Result<PruneReport>& report) {
    if (!report) return log::warning("old runs are kept for now: " + report.error().what);
    if (report->runs == 0 && report->outputs == 0) return;
    log::info("forgot " + std::to_string(report->runs) + " old runs, and the output of " +
              std::to_string(report->outputs) + " more");
  });
}

Millis Retention::wakes_in(BootTime now) const { return std::max(Millis{0}, next_ - now); }

void Retention::prune(const Keep& keep, std::function<void(const Result<PruneReport>&)> done) {
  auto report = std::make_shared<PruneReport>();
  writer_.prune(keep, now_by_the_wall(),
                {.forgotten =
                     [report, files = files_](const Pruned& pruned) {
                       report->runs += pruned.runs.size();
                       report->outputs += pruned.outputs.size();
                       files->forget(pruned);
                     },
                 .done =
                     [report, files = files_, done = std::move(done)](const Result<void>& result) {
                       files->remove_gone();
                       done(result ? Result<PruneReport>(*report) : std::unexpected(result.error()));
                     }});
}

}  // namespace belfry
