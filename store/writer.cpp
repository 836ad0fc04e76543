#include <utility>

#include <base/log.h>
#include <store/writer.h>

namespace belfry {

namespace {

// Longer than the pause between the batches of one burst, shorter than the pause between two bursts.
constexpr std::chrono::milliseconds quiet{50};

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

void Writer::prune(Keep keep, WallTime now, Forgotten forgotten) {
  worker_.post([this, next = Pruning{.keep = keep, .now = now, .forgotten = std::move(forgotten)}]() mutable {
    if (pruning_) return;
    pruning_ = std::move(next);
    take_pruning_step();
  });
}

// Each step goes to the end of the queue, behind what came meanwhile. The log is moved home in between: else it would
// grow until a commit has to do it.
void Writer::take_pruning_step() {
  const auto pruned = store_->prune(pruning_->keep, pruning_->now);
  if (!pruned) log::warning(pruned.error().what);
  if (pruned) pruning_->forgotten(*pruned);
  tidy(*store_);
  if (!pruned || !pruned->more || stops_) {
    pruning_.reset();
  } else {
    worker_.post([this] { take_pruning_step(); });
  }
}

}  // namespace belfry
