// SQLite, wrapped: the one pair of files that names sqlite3.h.
//
// What is added to the C interface: everything closes itself; an error says which file, what was being done, what
// SQLite said and with which extended code; values are bound and read by type, left to right.
//
// The tables are STRICT, so SQLite has checked the types when they were written. What does not fit the type that it is
// read by was damaged since: it reads as zero or empty, and the row fails (see Rows::next).
//
// THREADS: a Connection, and what was made from it, is used by one thread at a time.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <belfry/error.h>
#include <belfry/time.h>

struct sqlite3;
struct sqlite3_stmt;

namespace belfry::sqlite {

enum class Access { read_write, read_only };

class Statement;

// The rows of a running query, read left to right. Ends the query when it goes: an unfinished one would hold back
// checkpoints.
class Rows {
 public:
  Rows(Rows&& other) noexcept
      : statement_(std::exchange(other.statement_, nullptr)), column_(other.column_), fits_(other.fits_) {}
  Rows& operator=(Rows&&) = delete;
  ~Rows();

  // Moves to the next row; false after the last. An error, too, if a column of the last row was not what it was read
  // as. Who reads no further finds out by the row's checksum.
  Result<bool> next();

  // The next column of this row.
  std::int64_t integer();
  std::string text();
  std::optional<std::int64_t> integer_or_null();
  std::optional<std::string> text_or_null();

 private:
  friend class Statement;
  explicit Rows(const Statement& statement) : statement_(&statement) {}
  sqlite3_stmt* raw() const;
  bool skip_null();

  bool has_type(int type);

  const Statement* statement_;
  int column_ = 0;
  bool fits_ = true;
};

// A prepared statement, used again and again. Values are bound to ?1, ?2, ... in order: integers, texts (any bytes),
// and optionals of both for what may be NULL.
// REQUIRES: a bound text stays where it is until the statement has run, and the Statement while its Rows are read.
class Statement {
 public:
  Statement() = default;  // REQUIRES: assigned before it is used

  // For a statement without rows. Gives how many rows it changed.
  template <class... Values>
  Result<std::int64_t> run(const Values&... values) {
    bind_all(values...);
    return run_bound();
  }

  // For one that takes several rows, all alike: the values of one of them, from 0 on. Then all of them at once.
  template <class... Values>
  void bind_row(std::size_t row, const Values&... values) {
    int index = static_cast<int>(row * sizeof...(values));
    (bind(++index, values), ...);
  }
  Result<std::int64_t> run_rows() { return run_bound(); }

  // Why the last run failed: it contradicts what is there. Nothing of it was written, and the transaction goes on.
  bool was_refused() const;

  // The same with the values of another statement's row, whatever their types.
  Result<std::int64_t> run_row(const Rows& row);

  template <class... Values>
  Rows query(const Values&... values) {
    bind_all(values...);
    return Rows(*this);
  }

 private:
  friend class Connection;
  friend class Rows;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  Statement(sqlite3_stmt* statement, std::string_view purpose) : statement_(statement), purpose_(purpose) {}

  template <class... Values>
  void bind_all(const Values&... values) {
    int index = 0;
    (bind(++index, values), ...);
  }
  template <std::integral Integer>
  void bind(int index, Integer value) {
    bind_integer(index, static_cast<std::int64_t>(value));
  }
  template <class Value>
  void bind(int index, const std::optional<Value>& value) {
    if (value) {
      bind(index, *value);
    } else {
      bind_null(index);
    }
  }
  void bind(int index, std::string_view value);
  void bind_integer(int index, std::int64_t value);
  void bind_null(int index);
  Result<std::int64_t> run_bound();

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  std::string purpose_;
};

class Connection {
 public:
  // Opens the file; with read_write it is made where it does not exist. REQUIRES: path is not empty.
  static Result<Connection> open(const std::string& path, Access access, Millis busy_timeout);

  // In what follows `purpose` completes the sentence "cannot ...": what a person should read when it fails.

  // Runs one or more statements that take no values and give no rows.
  Result<void> execute(std::string_view sql, std::string_view purpose);
  Result<Statement> prepare(std::string_view sql, std::string_view purpose);

  // The first column of the only row of a query without values.
  Result<std::int64_t> ask_integer(std::string_view sql, std::string_view purpose);
  Result<std::string> ask_text(std::string_view sql, std::string_view purpose);

  // Moves what is committed from the write-ahead log into the database file and syncs both.
  //   passive   as much as readers allow, without waiting for anybody
  //   complete  all of it, or an error
  enum class Checkpoint { passive, complete };
  Result<void> checkpoint(Checkpoint how);

  // Pages that wait in the write-ahead log, as of this connection's last commit or checkpoint. Automatic checkpoints
  // are off: whoever writes calls checkpoint() when nobody waits.
  int log_pages() const { return *log_pages_; }

  // What SQLite's check says of the file, in one line; none: nothing is wrong. An error: it could not be looked at.
  //   quick      the structure of every page, at the speed of reading
  //   thorough   also whether the indexes hold what the rows do, some ten times slower
  enum class Thoroughness { quick, thorough };
  Result<std::optional<std::string>> find_damage(Thoroughness how);

  // The path no longer leads to the open file: it was removed or replaced. What is written now would be lost.
  bool has_moved() const;

 private:
  friend class Transaction;
  struct Close {
    void operator()(sqlite3* db) const;
  };
  explicit Connection(sqlite3* db) : log_pages_(std::make_unique<int>(0)), db_(db) {}

  std::unique_ptr<int> log_pages_;  // where SQLite reports it: an address that survives a move
  std::unique_ptr<sqlite3, Close> db_;
  Statement begin_;  // parsed once: a start in a commit of its own would wait for both
  Statement commit_;
};

// Why a COMMIT did not succeed, and whether it may have happened all the same.
struct CommitFailure {
  enum class Fate { rolled_back, unknown };
  Fate fate = Fate::rolled_back;
  Error error;
};

// A write transaction. Rolled back unless commit() succeeded. REQUIRES: the connection outlives it, in its place.
class Transaction {
 public:
  static Result<Transaction> begin(Connection& connection);
  Transaction(Transaction&& other) noexcept : connection_(std::exchange(other.connection_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  // After a failure with fate `unknown` the connection must be closed: its view of the file is no longer certain.
  std::expected<void, CommitFailure> commit();

 private:
  explicit Transaction(Connection& connection) : connection_(&connection) {}
  Connection* connection_;
};

// Several questions about one moment of the file. REQUIRES: the connection outlives it, in its place.
class Moment {
 public:
  static Result<Moment> begin(Connection& connection);
  Moment(Moment&& other) noexcept : connection_(std::exchange(other.connection_, nullptr)) {}
  Moment& operator=(Moment&&) = delete;
  ~Moment();

 private:
  explicit Moment(Connection& connection) : connection_(&connection) {}
  Connection* connection_;
};

}  // namespace belfry::sqlite
