#include <utility>

#include <base/log.h>
#include <store/writer.h>

namespace belfry {

namespace {

// Longer than the pause between the batches of one burst, shorter than the pause between two bursts.
constexpr std::chrono::milliseconds quiet{50};

// Between a step of pruning, with its tidying, and the next one. Without it the disk has so much to write that whatever
// is synced beside it waits: the slowest of 100 starts took 14 ms, and with it 3 to 7.
constexpr std::chrono::milliseconds breath{2};

void tidy(Store& store) {
  if (const auto done = store.tidy(); !done) log::warning(done.error().what);
}

}  // namespace

Writer::Writer(std::unique_ptr<Store> store, Answered answered)
    : store_(std::move(store)),
      answered_(std::move(answered)),
      worker_("ledger", {.quiet = quiet, .work = [this] { tidy(*store_); }}) {}

void Writer::persist(const Batch& batch) {
  worker_.post([this, &batch] { answered_(store_->commit(batch)); });
}

Writer::~Writer() { stops_ = true; }

void Writer::prune(Keep keep, WallTime now, PruningWatch watch) {
  worker_.post([this, next = Pruning{.keep = keep, .now = now, .watch = std::move(watch)}]() mutable {
    prunings_.push_back(std::move(next));
    if (prunings_.size() == 1) take_pruning_step();
  });
}

// Each turn goes to the end of the queue, behind what came meanwhile. A step and moving the log home have a turn each:
// both sync, and a batch that came shall wait for one of them, not for both.
void Writer::take_pruning_step() {
  if (stops_) return end_pruning(std::unexpected(Error{.kind = ErrorKind::busy, .what = "the daemon is stopping"}));
  const Pruning& pruning = prunings_.front();
  const auto pruned = store_->prune(pruning.keep, pruning.now);
  if (pruned) pruning.watch.forgotten(*pruned);
  worker_.post([this, more = pruned ? Result<bool>(pruned->more) : std::unexpected(pruned.error())] {
    tidy(*store_);
    if (!more) return end_pruning(std::unexpected(more.error()));
    if (!*more) return end_pruning({});
    worker_.post_after(breath, [this] { take_pruning_step(); });
  });
}

void Writer::end_pruning(const Result<void>& result) {
  prunings_.front().watch.done(result);
  prunings_.pop_front();
  if (!prunings_.empty()) worker_.post([this] { take_pruning_step(); });
}

}  // namespace belfry
