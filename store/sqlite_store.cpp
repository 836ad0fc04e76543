#include <algorithm>
#include <cerrno>
#include <utility>

#include <base/try.h>
#include <store/sqlite_store.h>

namespace belfry {

using sqlite::Connection;
using sqlite::Transaction;

namespace {

std::string number(BatchId batch) { return std::to_string(std::to_underlying(batch)); }

BatchId after(BatchId batch) { return static_cast<BatchId>(std::to_underlying(batch) + 1); }

Error out_of_order(BatchId offered, BatchId last) {
  return Error::failed("batch " + number(offered) + " does not follow batch " + number(last) +
                       ", the last one in the ledger");
}

bool is_want_of_room(const Error& error) { return error.sys_errno == ENOSPC || error.sys_errno == EDQUOT; }

bool starts_something(const Batch& batch) {
  return std::ranges::any_of(batch.records, [](const Record& r) { return std::holds_alternative<RunOpened>(r); });
}

}  // namespace

// A daemon that is started again on a full disk has to open its ledger, or nobody learns what is wrong.
Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::string& path, SqliteStoreOptions options) {
  DiskReserve reserve(path + ".reserve", options.reserve_bytes);
  auto ledger = SqliteLedger::open(path, options.busy_timeout);
  if (!ledger && is_want_of_room(ledger.error()) && reserve.give()) {
    ledger = SqliteLedger::open(path, options.busy_timeout);
  }
  if (!ledger) return std::unexpected(std::move(ledger).error());
  reserve.take();
  return std::unique_ptr<SqliteStore>(new SqliteStore(path, options, std::move(reserve), *std::move(ledger)));
}

SqliteStore::SqliteStore(std::string path, SqliteStoreOptions options, DiskReserve reserve, SqliteLedger ledger)
    : path_(std::move(path)), options_(options), reserve_(std::move(reserve)), ledger_(std::move(ledger)) {}

Result<Snapshot> SqliteStore::load() {
  TRY(open_again());
  return ledger_->snapshot();
}

CommitAnswer SqliteStore::commit(const Batch& batch) {
  auto outcome = try_commit(batch);
  if (!outcome && outcome.error().has_no_room && !starts_something(batch) && reserve_.give()) {
    outcome = try_commit(batch);
  }
  if (outcome) return {.batch = batch.id, .verdict = Verdict::ok, .why = {}};
  return {.batch = batch.id, .verdict = outcome.error().verdict, .why = std::move(outcome).error().why};
}

Result<void> SqliteStore::tidy() {
  reserve_.take();
  const int enough = std::exchange(has_pruned_, false) ? 1 : options_.tidy_pages;
  if (!ledger_ || ledger_->connection().log_pages() < enough) return {};
  return checkpoint(Connection::Checkpoint::passive);
}

Result<Pruned> SqliteStore::prune(const Keep& keep, WallTime now) {
  if (uncertain_) return Pruned{.more = true};  // first the batch that is in doubt
  TRY(make_ready());
  has_pruned_ = true;
  auto step = prune_step(keep, now);
  if (step) return std::move(*step);
  ledger_->undo_prune();
  if (step.error().fate == sqlite::CommitFailure::Fate::unknown) ledger_.reset();
  return std::unexpected(std::move(step).error().error);
}

std::expected<Pruned, sqlite::CommitFailure> SqliteStore::prune_step(const Keep& keep, WallTime now) {
  const auto failure = [](Error error) { return std::unexpected(sqlite::CommitFailure{.error = std::move(error)}); };
  auto transaction = Transaction::begin(ledger_->connection());
  if (!transaction) return failure(std::move(transaction).error());
  auto pruned = ledger_->prune(keep, now);
  if (!pruned) return failure(std::move(pruned).error());
  if (auto committed = transaction->commit(); !committed) return std::unexpected(std::move(committed).error());
  return std::move(*pruned);
}

// While it is not certain whether a batch is in the ledger, no error allows to say that it is not.
SqliteStore::Failure SqliteStore::failed(Error error) const {
  const bool has_no_room = is_want_of_room(error);
  return {.verdict = uncertain_ ? Verdict::unknown : Verdict::failed,
          .why = std::move(error.what),
          .has_no_room = has_no_room};
}

SqliteStore::Outcome SqliteStore::try_commit(const Batch& batch) {
  if (auto ready = make_ready(); !ready) return std::unexpected(failed(std::move(ready).error()));
  {
    auto transaction = Transaction::begin(ledger_->connection());
    if (!transaction) return std::unexpected(failed(std::move(transaction).error()));
    const auto last = ledger_->last_batch();
    if (!last) return std::unexpected(failed(last.error()));
    if (uncertain_ && *last < *uncertain_) uncertain_.reset();
    if (*last != batch.id) {
      if (batch.id != after(*last)) return std::unexpected(failed(out_of_order(batch.id, *last)));
      auto outcome = write(batch, *std::move(transaction));
      if (uncertain_) ledger_.reset();
      return outcome;
    }
  }
  return confirm(batch.id);
}

Result<void> SqliteStore::open_again() {
  if (!ledger_) ledger_.emplace(TRY(SqliteLedger::open(path_, options_.busy_timeout)));
  return {};
}

Result<void> SqliteStore::make_ready() {
  TRY(open_again());
  Connection& db = ledger_->connection();
  if (db.has_moved()) {
    return std::unexpected(Error::failed(path_ +
                                         ": the ledger was removed or replaced while it is in use: put it back, "
                                         "or restart the daemon"));
  }
  if (db.log_pages() > options_.log_pages_max) TRY(checkpoint(Connection::Checkpoint::passive));
  return {};
}

Result<void> SqliteStore::checkpoint(Connection::Checkpoint how) {
  auto done = ledger_->connection().checkpoint(how);
  if (!done) ledger_.reset();
  return done;
}

// The ledger holds the batch already. Where its COMMIT was in doubt, what is there must be synced first.
SqliteStore::Outcome SqliteStore::confirm(BatchId batch) {
  if (uncertain_ != batch) return {};
  auto synced = checkpoint(Connection::Checkpoint::complete);
  if (!synced) return std::unexpected(failed(std::move(synced).error()));
  uncertain_.reset();
  return {};
}

SqliteStore::Outcome SqliteStore::write(const Batch& batch, Transaction transaction) {
  ledger_->begin_batch(batch.id);
  for (const auto& seen : batch.seen) {
    if (auto applied = ledger_->apply(seen); !applied) return std::unexpected(failed(std::move(applied).error()));
  }
  for (const auto& record : batch.records) {
    if (auto applied = ledger_->apply(record); !applied) return std::unexpected(failed(std::move(applied).error()));
  }
  if (auto ended = ledger_->end_batch(batch.id); !ended) return std::unexpected(failed(std::move(ended).error()));
  auto committed = transaction.commit();
  if (committed) return {};
  if (committed.error().fate == sqlite::CommitFailure::Fate::unknown) uncertain_ = batch.id;
  return std::unexpected(failed(std::move(committed).error().error));
}

}  // namespace belfry
