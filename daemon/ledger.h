// The daemon's hold on the ledger: one writer on a thread of its own, and a connection of its own for each who reads.
//
// THREADS: the loop's.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <belfry/record.h>
#include <belfry/retention.h>
#include <belfry/store.h>
#include <belfry/time.h>

#include <base/mailbox.h>
#include <daemon/loop.h>
#include <daemon/reader.h>
#include <daemon/retention.h>
#include <store/sqlite_recovery.h>
#include <store/writer.h>

namespace belfry {

class Ledger {
 public:
  struct Options {
    std::string path;
    std::string runs_path;  // what the runs left there goes with them
    Keep keep;
    Now now;
  };
  struct Opened {
    std::unique_ptr<Ledger> ledger;
    Snapshot snapshot;  // what it remembers
    std::optional<Damage> damage;
  };
  // One that is damaged is set aside, and what can be read of it goes into a new one; the log says so (F04).
  static Result<Opened> open(const Options& options);

  Writer& writer() { return writer_; }      // for the turn
  History& history() { return *history_; }  // for short questions
  Reader& reader() { return *reader_; }     // for all others
  Retention& retention() { return retention_; }

  // From now on the loop hands on what comes back: the answers to batches there, those to questions to whoever asked.
  Result<void> watch(Loop& loop, std::function<void(CommitAnswer)> answered);

 private:
  struct Connections {
    std::unique_ptr<Store> store;
    std::unique_ptr<History> history;
    std::unique_ptr<Reader> reader;
    std::unique_ptr<History> cleaners_history;
  };
  Ledger(Connections connections, EventCounter answered, const Options& options);

  std::unique_ptr<History> history_;
  std::unique_ptr<Reader> reader_;
  Mailbox<CommitAnswer> answers_;
  Writer writer_;
  Retention retention_;
};

}  // namespace belfry
