#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <sqlite3.h>

#include <base/try.h>
#include <base/verify.h>
#include <store/row_checksum.h>
#include <store/sqlite.h>

namespace belfry::sqlite {

namespace {

int primary(int code) { return code & 0xff; }

std::string_view cure(int code) {
  switch (primary(code)) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "; another program uses the file: end it, or wait for it";
    case SQLITE_FULL:
      return "; make room on the disk";
    case SQLITE_READONLY:
      return "; the file and its directory must be writable for the daemon's user";
    case SQLITE_IOERR:
      return "; look at the disk: dmesg says what is wrong with it";
    case SQLITE_NOTADB:
      return "; name the file that the daemon made";
    default:
      return "";
  }
}

bool has_room_for_a_file(std::string_view path) {
  struct statvfs info{};
  const std::string directory = std::string(path.substr(0, path.find_last_of('/') + 1)) + ".";
  return ::statvfs(directory.c_str(), &info) != 0 || info.f_files == 0 || info.f_favail > 0;
}

// errno means something only where a system call failed. SQLite has a code of its own for a full disk.
int system_errno_of(sqlite3* db, std::string_view path, int code) {
  if (primary(code) == SQLITE_FULL) return ENOSPC;
  // Where a file cannot be made for want of room, SQLite goes on to look for it, and keeps that error.
  if (primary(code) == SQLITE_CANTOPEN && ::sqlite3_system_errno(db) == ENOENT && !has_room_for_a_file(path))
    return ENOSPC;
  const bool of_system = primary(code) == SQLITE_IOERR || primary(code) == SQLITE_CANTOPEN;
  return of_system ? ::sqlite3_system_errno(db) : 0;
}

Error error_of(sqlite3* db, std::string_view path, std::string_view purpose) {
  const int code = ::sqlite3_extended_errcode(db);
  const int sys_errno = system_errno_of(db, path, code);
  std::string what = std::string(path) + ": cannot " + std::string(purpose) + ": " + ::sqlite3_errmsg(db);
  if (sys_errno != 0 && primary(code) != SQLITE_FULL) what += ": " + std::generic_category().message(sys_errno);
  what += " (SQLite " + std::to_string(code) + ")" + std::string(cure(code));
  return {.kind = ErrorKind::failed, .what = std::move(what), .sys_errno = sys_errno};
}

Error error_of(sqlite3* db, std::string_view purpose) {
  const char* path = ::sqlite3_db_filename(db, "main");
  return error_of(db, path != nullptr ? path : "the ledger", purpose);
}

int count_log_pages(void* pages, sqlite3* /*db*/, const char* /*schema*/, int count) {
  *static_cast<int*>(pages) = count;
  return SQLITE_OK;
}

// belfry_checksum(a, b, ...): see sqlite_checksums.h. A type that no table holds counts as its text.
void checksum_function(sqlite3_context* context, int count, sqlite3_value** values) {
  RowChecksum sum;
  for (int n = 0; n < count; ++n) {
    sqlite3_value* value = values[n];
    const auto place = static_cast<std::size_t>(n);
    const int type = ::sqlite3_value_type(value);
    if (type == SQLITE_NULL) continue;
    if (type == SQLITE_INTEGER) {
      sum.add(place, std::int64_t{::sqlite3_value_int64(value)});
      continue;
    }
    const auto* bytes = reinterpret_cast<const char*>(::sqlite3_value_text(value));
    if (bytes != nullptr)
      sum.add(place, std::string_view(bytes, static_cast<std::size_t>(::sqlite3_value_bytes(value))));
  }
  ::sqlite3_result_int(context, sum.value());
}

}  // namespace

// ---- Rows ------------------------------------------------------------------------------------------------------

Rows::~Rows() {
  if (statement_ != nullptr) ::sqlite3_reset(raw());
}

sqlite3_stmt* Rows::raw() const { return statement_->statement_.get(); }

Result<bool> Rows::next() {
  column_ = 0;
  if (!fits_) {
    return std::unexpected(Error::failed("cannot " + statement_->purpose_ +
                                         ": the ledger is damaged, a value is not of "
                                         "its column's type"));
  }
  const int code = ::sqlite3_step(raw());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return std::unexpected(error_of(::sqlite3_db_handle(raw()), statement_->purpose_));
}

bool Rows::has_type(int type) {
  const bool fits = ::sqlite3_column_type(raw(), column_) == type;
  fits_ = fits_ && fits;
  return fits;
}

std::int64_t Rows::integer() {
  const bool fits = has_type(SQLITE_INTEGER);
  const std::int64_t value = ::sqlite3_column_int64(raw(), column_++);
  return fits ? value : 0;
}

std::string Rows::text() {
  if (!has_type(SQLITE_TEXT)) {
    ++column_;
    return {};
  }
  const auto* bytes = reinterpret_cast<const char*>(::sqlite3_column_text(raw(), column_));
  const auto size = static_cast<std::size_t>(::sqlite3_column_bytes(raw(), column_++));
  return {bytes, size};
}

bool Rows::skip_null() {
  if (::sqlite3_column_type(raw(), column_) != SQLITE_NULL) return false;
  ++column_;
  return true;
}

std::optional<std::int64_t> Rows::integer_or_null() { return skip_null() ? std::nullopt : std::optional(integer()); }
std::optional<std::string> Rows::text_or_null() { return skip_null() ? std::nullopt : std::optional(text()); }

// ---- Statement -------------------------------------------------------------------------------------------------

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { ::sqlite3_finalize(statement); }

// SQLITE_STATIC: no copy. The header asks the caller to keep the text until the statement has run.
void Statement::bind(int index, std::string_view value) {
  const char* bytes = value.data() != nullptr ? value.data() : "";
  VERIFY(::sqlite3_bind_text64(statement_.get(), index, bytes, value.size(), SQLITE_STATIC, SQLITE_UTF8) == SQLITE_OK);
}

void Statement::bind_integer(int index, std::int64_t value) {
  VERIFY(::sqlite3_bind_int64(statement_.get(), index, value) == SQLITE_OK);
}

void Statement::bind_null(int index) { VERIFY(::sqlite3_bind_null(statement_.get(), index) == SQLITE_OK); }

Result<std::int64_t> Statement::run_bound() {
  Rows rows(*this);
  const bool has_row = TRY(rows.next());
  VERIFY(!has_row);
  return ::sqlite3_changes64(::sqlite3_db_handle(statement_.get()));
}

bool Statement::was_refused() const {
  return primary(::sqlite3_extended_errcode(::sqlite3_db_handle(statement_.get()))) == SQLITE_CONSTRAINT;
}

Result<std::int64_t> Statement::run_row(const Rows& row) {
  const int columns = ::sqlite3_column_count(row.raw());
  for (int n = 0; n < columns; ++n) {
    VERIFY(::sqlite3_bind_value(statement_.get(), n + 1, ::sqlite3_column_value(row.raw(), n)) == SQLITE_OK);
  }
  return run_bound();
}

// ---- Connection ------------------------------------------------------------------------------------------------

void Connection::Close::operator()(sqlite3* db) const { ::sqlite3_close_v2(db); }

Result<Connection> Connection::open(const std::string& path, Access access, Millis busy_timeout) {
  VERIFY(!path.empty());
  const int mode = access == Access::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  sqlite3* db = nullptr;
  const int code = ::sqlite3_open_v2(path.c_str(), &db, mode | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  Connection connection(db);
  if (code != SQLITE_OK) return std::unexpected(error_of(db, path, "open the file"));
  ::sqlite3_busy_timeout(db, static_cast<int>(busy_timeout.count()));
  VERIFY(::sqlite3_create_function_v2(db, "belfry_checksum", -1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, nullptr,
                                      checksum_function, nullptr, nullptr, nullptr) == SQLITE_OK);
  ::sqlite3_wal_hook(db, count_log_pages, connection.log_pages_.get());  // also turns automatic checkpoints off
  connection.begin_ = TRY(connection.prepare("BEGIN IMMEDIATE", "begin a transaction"));
  connection.commit_ = TRY(connection.prepare("COMMIT", "commit"));
  return connection;
}

Result<void> Connection::execute(std::string_view sql, std::string_view purpose) {
  const int code = ::sqlite3_exec(db_.get(), std::string(sql).c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return std::unexpected(error_of(db_.get(), purpose));
  return {};
}

Result<Statement> Connection::prepare(std::string_view sql, std::string_view purpose) {
  sqlite3_stmt* statement = nullptr;
  const int code = ::sqlite3_prepare_v3(db_.get(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                        &statement, nullptr);
  if (code != SQLITE_OK) return std::unexpected(error_of(db_.get(), purpose));
  return Statement(statement, purpose);
}

Result<std::int64_t> Connection::ask_integer(std::string_view sql, std::string_view purpose) {
  Statement statement = TRY(prepare(sql, purpose));
  Rows rows = statement.query();
  const bool has_row = TRY(rows.next());
  VERIFY(has_row);
  return rows.integer();
}

Result<std::string> Connection::ask_text(std::string_view sql, std::string_view purpose) {
  Statement statement = TRY(prepare(sql, purpose));
  Rows rows = statement.query();
  const bool has_row = TRY(rows.next());
  VERIFY(has_row);
  return rows.text();
}

Result<void> Connection::checkpoint(Checkpoint how) {
  const int mode = how == Checkpoint::complete ? SQLITE_CHECKPOINT_FULL : SQLITE_CHECKPOINT_PASSIVE;
  int pages = 0;
  int moved = 0;
  if (::sqlite3_wal_checkpoint_v2(db_.get(), "main", mode, &pages, &moved) != SQLITE_OK) {
    return std::unexpected(error_of(db_.get(), "move committed pages into the database"));
  }
  *log_pages_ = pages - moved;
  return {};
}

Result<std::optional<std::string>> Connection::find_damage(Thoroughness how) {
  auto answer =
      ask_text(how == Thoroughness::quick ? "PRAGMA quick_check(1)" : "PRAGMA integrity_check(1)", "check the file");
  // "*** in database main ***", and on the next line what it is.
  if (answer) return *answer == "ok" ? std::nullopt : std::optional(answer->substr(answer->find_last_of('\n') + 1));
  const int code = primary(::sqlite3_extended_errcode(db_.get()));
  if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB) {
    std::string what = std::move(answer).error().what;
    std::ranges::replace(what, '\n', ' ');  // a piece of the damaged schema may be in it
    return what;
  }
  return std::unexpected(std::move(answer).error());
}

bool Connection::has_moved() const {
  int moved = 0;
  const int code = ::sqlite3_file_control(db_.get(), "main", SQLITE_FCNTL_HAS_MOVED, &moved);
  return code == SQLITE_OK && moved != 0;
}

// ---- Transaction -----------------------------------------------------------------------------------------------

Result<Transaction> Transaction::begin(Connection& connection) {
  TRY(connection.begin_.run());
  return Transaction(connection);
}

Transaction::~Transaction() {
  // SQLite may have rolled back by itself; then this says "no transaction is active", which is what is wanted.
  if (connection_ != nullptr) (void)connection_->execute("ROLLBACK", "roll back");
}

// BUSY leaves the transaction open, and FULL means that the commit's own frame did not fit into the log: both are
// certain. After any other error (the sync failed, say) the frame may be on the disk, and a recovery would find it.
std::expected<void, CommitFailure> Transaction::commit() {
  auto committed = connection_->commit_.run();
  if (committed) {
    connection_ = nullptr;
    return {};
  }
  using enum CommitFailure::Fate;
  const int code = primary(::sqlite3_extended_errcode(connection_->db_.get()));
  const auto fate = code == SQLITE_BUSY || code == SQLITE_FULL ? rolled_back : unknown;
  return std::unexpected(CommitFailure{.fate = fate, .error = std::move(committed).error()});
}

// ---- Moment ----------------------------------------------------------------------------------------------------

// A deferred transaction: the first question fixes the moment.
Result<Moment> Moment::begin(Connection& connection) {
  TRY(connection.execute("BEGIN", "begin to read"));
  return Moment(connection);
}

Moment::~Moment() {
  if (connection_ != nullptr) (void)connection_->execute("COMMIT", "end reading");
}

}  // namespace belfry::sqlite
