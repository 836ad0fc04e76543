// The ledger's writing half on SQLite: one file, one connection.
//
// What is promised and how:
//   * `ok` means synced. WAL with synchronous=FULL: a COMMIT returns after the log was synced.
//   * All or nothing: a batch is one transaction, and the number of the last batch is part of it. So a batch that is
//     offered again is recognised by what is in the file, not by what this process believes.
//   * After a COMMIT whose result is not certain the answer is `unknown`. The next commit looks into the file. If the
//     batch is there after all, it becomes `ok` only when a checkpoint has written it once more and synced it.
//   * After an error of a sync the file is closed and, by the next commit, opened anew: the kernel reports such an
//   error
//     once, so a later success on the same descriptor would prove nothing.
//   * On a full disk no start is recorded, and so none happens. A batch that starts nothing, but says how something
//   ended
//     or that slots were missed, may use the reserve that is kept beside the ledger (disk_reserve.h).
//   * The same connection checkpoints, in tidy(). SQLite before 3.51.3 can corrupt a database when two connections
//     write and checkpoint at the same moment; and a checkpoint takes milliseconds that no start should wait for.
//   * Pruning dirties pages all over the file, and starts go on meanwhile. So its steps are small, and what one has
//     written is moved home before the next one: a start waits for a hundred kilobytes to be synced, not for megabytes.
//
// Other connections may read (SqliteHistory). That nobody else writes is the daemon's business: its lock on the state
// directory. A foreign writer is waited for up to busy_timeout; then the batch has failed.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <belfry/store.h>

#include <store/disk_reserve.h>
#include <store/sqlite_ledger.h>

namespace belfry {

struct SqliteStoreOptions {
  Millis busy_timeout{5000};
  int tidy_pages = 1000;      // tidy() checkpoints when at least as many pages wait in the log; after prune(), any
  int log_pages_max = 16000;  // commit() does not wait for tidy() beyond it
  std::int64_t reserve_bytes = 1 << 20U;
};

class SqliteStore : public Store {
 public:
  // Opens the ledger at `path`, makes it where there is none, and brings an older one up to date.
  static Result<std::unique_ptr<SqliteStore>> open(const std::string& path, SqliteStoreOptions options = {});

  Result<Snapshot> load() override;
  CommitAnswer commit(const Batch& batch) override;
  Result<void> tidy() override;
  Result<Pruned> prune(const Keep& keep, WallTime now) override;

 private:
  struct Failure {
    Verdict verdict = Verdict::failed;
    std::string why;
    bool has_no_room = false;
  };
  using Outcome = std::expected<void, Failure>;

  SqliteStore(std::string path, SqliteStoreOptions options, DiskReserve reserve, SqliteLedger ledger);
  std::expected<Pruned, sqlite::CommitFailure> prune_step(const Keep& keep, WallTime now);
  Result<void> open_again();
  Result<void> make_ready();
  Result<void> checkpoint(sqlite::Connection::Checkpoint how);
  Outcome try_commit(const Batch& batch);
  Outcome confirm(BatchId batch);
  Outcome write(const Batch& batch, sqlite::Transaction transaction);
  Failure failed(Error error) const;

  const std::string path_;
  const SqliteStoreOptions options_;
  DiskReserve reserve_;
  std::optional<SqliteLedger> ledger_;  // none: given up after a failed sync
  std::optional<BatchId> uncertain_;    // the batch whose COMMIT had no certain result
  bool has_pruned_ = false;             // since the last tidy()
};

}  // namespace belfry
