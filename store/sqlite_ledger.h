// One open ledger file: a connection, its prepared statements, and what each record does to the tables. The order of
// things (transactions, numbering, doubt) is the business of SqliteStore.
#pragma once

#include <memory>
#include <string>

#include <belfry/store.h>

#include <store/sqlite.h>

namespace belfry {

class SqliteLedger {
 public:
  // Opens the file, makes it where there is none, and brings an older one up to date.
  static Result<SqliteLedger> open(const std::string& path, Millis busy_timeout);
  SqliteLedger(SqliteLedger&&) noexcept;
  SqliteLedger& operator=(SqliteLedger&&) noexcept;
  ~SqliteLedger();

  Result<Snapshot> snapshot();

  // REQUIRES for the rest: a transaction is open. An error: the record contradicts the ledger, or could not be
  // written; the transaction must not be committed.
  Result<BatchId> last_batch();
  void begin_batch(BatchId batch);           // what is applied from now on is of this batch
  Result<void> apply(const Record& record);  // REQUIRES: it stays where it is until end_batch()
  Result<void> end_batch(BatchId batch);     // the last one, from now on

  Result<Pruned> prune(const Keep& keep, WallTime now);
  void undo_prune();  // the last step was not committed

  sqlite::Connection& connection();

 private:
  struct State;
  explicit SqliteLedger(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace belfry
