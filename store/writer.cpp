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

}  // namespace belfry
