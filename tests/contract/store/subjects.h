// The ledgers that the contract is run against.
#pragma once

#include <initializer_list>
#include <memory>

#include <doctest/doctest.h>

#include <belfry/store.h>

#include <store/memory_store.h>
#include <store/sqlite_history.h>
#include <store/sqlite_store.h>
#include <tests/contract/store/ledger_builders.h>
#include <tests/support/temp_dir.h>

namespace belfry::tests {

// A new ledger, and what a test does with it. Batches number themselves.
class Subject {
 public:
  virtual ~Subject() = default;
  virtual Store& store() = 0;
  virtual History& history() = 0;

  CommitAnswer commit(std::vector<Record> records) {
    const auto next = static_cast<BatchId>(std::to_underlying(snapshot().last_batch) + 1);
    return offer({.id = next, .records = std::move(records)});
  }
  CommitAnswer offer(const Batch& batch) {
    CommitAnswer answer = store().commit(batch);
    CHECK(answer.batch == batch.id);
    CHECK(answer.why.empty() == (answer.verdict == Verdict::ok));
    settle();
    return answer;
  }
  void accept(std::vector<Record> records) {
    const CommitAnswer answer = commit(std::move(records));
    REQUIRE_MESSAGE(answer.verdict == Verdict::ok, answer.why);
  }
  // Refused, and nothing of it is there.
  std::string refuse(std::vector<Record> records) {
    const std::string before = describe(snapshot());
    const CommitAnswer answer = commit(std::move(records));
    CHECK(answer.verdict == Verdict::failed);
    CHECK(describe(snapshot()) == before);
    return answer.why;
  }

  Snapshot snapshot() {
    auto snapshot = store().load();
    REQUIRE_MESSAGE(snapshot.has_value(), snapshot.error().what);
    return std::move(*snapshot);
  }
  JobMemory memory_of(std::string_view name) {
    for (auto& memory : snapshot().jobs) {
      if (memory.seen.job.text() == name) return memory;
    }
    FAIL("the snapshot has no job " << name);
    return {.seen = sight_of(name)};
  }
  std::string mark_of(std::string_view name) { return describe(memory_of(name).mark); }
  Run run_of(const RunId& id) {
    auto found = history().runs_by_prefix(id.text(), 2);
    REQUIRE(found.has_value());
    REQUIRE(found->size() == 1);
    return found->front();
  }

 protected:
  virtual void settle() {}
};

class InMemory : public Subject {
 public:
  Store& store() override { return ledger_; }
  History& history() override { return ledger_; }

 private:
  MemoryStore ledger_{7};
};

class InSqlite : public Subject {
 public:
  explicit InSqlite(SqliteStoreOptions options = {}) : options_(options) { open(); }
  Store& store() override { return *store_; }
  History& history() override { return *history_; }

 protected:
  void open() {
    history_.reset();
    store_.reset();
    auto store = SqliteStore::open(dir_ / "ledger.db", options_);
    REQUIRE_MESSAGE(store.has_value(), store.error().what);
    store_ = std::move(*store);
    auto history = SqliteHistory::open(dir_ / "ledger.db");
    REQUIRE_MESSAGE(history.has_value(), history.error().what);
    history_ = std::move(*history);
  }

 private:
  SqliteStoreOptions options_;
  TempDir dir_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<History> history_;
};

// Opened anew after each commit: nothing may depend on what a process remembers.
class InReopenedSqlite : public InSqlite {
 protected:
  void settle() override { open(); }
};

// Checkpointed after each commit: nothing may depend on where in the files a record is.
class InTidiedSqlite : public InSqlite {
 public:
  InTidiedSqlite() : InSqlite({.tidy_pages = 0}) {}

 protected:
  void settle() override {
    const auto tidied = store().tidy();
    CHECK_MESSAGE(tidied.has_value(), tidied.error().what);
  }
};

}  // namespace belfry::tests
