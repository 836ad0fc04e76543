#include <utility>

#include <base/log.h>
#include <base/try.h>
#include <daemon/ledger.h>
#include <store/sqlite_history.h>
#include <store/sqlite_recovery.h>

namespace belfry {

Result<Ledger::Opened> Ledger::open(const Options& options) {
  OpenedStore opened = TRY(open_or_recover(options.path, options.now.wall));
  if (opened.damage) log::error(opened.damage->in_words());
  Connections connections{.store = std::move(opened.store)};
  Snapshot snapshot = TRY(connections.store->load());
  connections.history = TRY(SqliteHistory::open(options.path));
  auto long_history = TRY(SqliteHistory::open(options.path));
  connections.reader = TRY(Reader::start(std::move(long_history)));
  connections.cleaners_history = TRY(SqliteHistory::open(options.path));
  EventCounter answered = TRY(EventCounter::open());
  std::unique_ptr<Ledger> ledger(new Ledger(std::move(connections), std::move(answered), options));
  return Opened{.ledger = std::move(ledger), .snapshot = std::move(snapshot), .damage = std::move(opened.damage)};
}

Ledger::Ledger(Connections connections, EventCounter answered, const Options& options)
    : history_(std::move(connections.history)),
      reader_(std::move(connections.reader)),
      answers_(std::move(answered)),
      writer_(std::move(connections.store), [this](CommitAnswer answer) { answers_.put(std::move(answer)); }),
      retention_(
          {.writer = writer_, .runs_path = options.runs_path, .history = std::move(connections.cleaners_history)},
          options.keep, options.now.boot) {}

Result<void> Ledger::watch(Loop& loop, std::function<void(CommitAnswer)> answered) {
  TRY(loop.add(answers_.fd(), [this, answered = std::move(answered)] {
    for (CommitAnswer& answer : answers_.take_all()) answered(std::move(answer));
  }));
  return loop.add(reader_->fd(), [this] { reader_->dispatch(); });
}

}  // namespace belfry
