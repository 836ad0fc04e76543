// The ledger's reading half on SQLite: a read-only connection of its own.
//
// Each question is one statement and so one moment of the ledger. Readers never wait for the writer nor hold it up.
// THREADS: one at a time; open one for each thread that asks.
#pragma once

#include <memory>
#include <string>

#include <belfry/store.h>

#include <store/sqlite.h>

namespace belfry {

class SqliteHistory : public History {
 public:
  // REQUIRES: a SqliteStore has opened this file before, in this or another process. An error: there is no such file,
  // or it cannot be read.
  static Result<std::unique_ptr<SqliteHistory>> open(const std::string& path);
  ~SqliteHistory() override;

  Result<std::vector<Run>> runs(const RunQuery& query) override;
  Result<std::vector<Run>> runs_by_prefix(std::string_view prefix, std::size_t limit) override;
  Result<std::vector<Run>> attempts(const RunId& run) override;
  Result<std::vector<SlotsDecided>> slots(const SlotQuery& query) override;
  Result<std::vector<Run>> runs_of_slots(const SlotRange& range) override;
  Result<std::vector<SlotsDecided>> slots_decided(const SlotRange& range) override;
  Result<SlotAccount> account(const SlotRange& range) override;
  Result<std::vector<Event>> events(const EventQuery& query) override;

 private:
  struct Questions;
  SqliteHistory(sqlite::Connection connection, std::unique_ptr<Questions> questions);

  sqlite::Connection connection_;  // first: the statements go before it
  std::unique_ptr<Questions> questions_;
};

}  // namespace belfry
