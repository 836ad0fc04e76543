#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>

#include <base/os.h>
#include <base/text.h>
#include <base/try.h>
#include <store/sqlite_checksums.h>
#include <store/sqlite_recovery.h>
#include <store/sqlite_rows.h>
#include <store/sqlite_schema.h>

namespace belfry {

using sqlite::Connection;
using sqlite::Rows;
using sqlite::Statement;

namespace {

constexpr Millis patience{5000};

// A ledger up to this size is looked at in all detail before it is used; it takes a fraction of a second. Of a larger
// one the structure is, and each row when it is read.
constexpr std::int64_t bytes_looked_at = 16 << 20U;

// ---- Is it damaged? ---------------------------------------------------------------------------------------------

// Every table and index stands in the file as this program would write it. An older version is brought up to date when
// it is opened, and looked at by the snapshot then.
Result<std::optional<std::string>> find_missing_part(Connection& db) {
  const auto version = TRY(db.ask_integer("PRAGMA user_version", "read the ledger's version"));
  const auto parts = TRY(db.ask_integer("SELECT count(*) FROM sqlite_master", "read the ledger's tables"));
  if (version == 0 && parts != 0) return "it has tables, but no version";
  if (version != static_cast<std::int64_t>(ledger_migrations().size())) return std::nullopt;
  Connection model = TRY(Connection::open(":memory:", sqlite::Access::read_write, patience));
  TRY(migrate(model, ledger_migrations()));
  Statement wanted = TRY(model.prepare("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL", "read the tables"));
  Statement held = TRY(db.prepare("SELECT 1 FROM sqlite_master WHERE name = ?1 AND sql = ?2", "read the tables"));
  Rows rows = wanted.query();
  while (TRY(rows.next())) {
    const std::string name = rows.text();
    const std::string sql = rows.text();
    Rows found = held.query(name, sql);
    if (!TRY(found.next())) return name + " is missing, or not as it was made";
  }
  return std::nullopt;
}

// An older version gets its checksums when it is opened.
Result<std::optional<std::string>> find_damaged_rows(Connection& db) {
  const auto version = TRY(db.ask_integer("PRAGMA user_version", "read the ledger's version"));
  if (version != static_cast<std::int64_t>(ledger_migrations().size())) return std::nullopt;
  for (const sqlite::CheckedTable* table : sqlite::checked_tables()) {
    if (auto row = TRY(sqlite::find_damaged_row(db, *table)))
      return "the record " + *row + " does not fit its checksum";
  }
  const auto lists = TRY(db.ask_integer(
      "SELECT (SELECT count(*) FROM failures LEFT JOIN runs ON sequence = run WHERE job IS NOT of_job) + "
      "(SELECT count(*) FROM keyed_runs LEFT JOIN runs ON sequence = run WHERE key IS NULL)",
      "check the lists of runs"));
  return lists == 0 ? std::nullopt : std::optional<std::string>("a list of runs names some that do not exist");
}

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

Result<std::optional<std::string>> find_damage(const std::string& path) {
  if (!exists(path)) return std::nullopt;
  Connection db = TRY(Connection::open(path, sqlite::Access::read_write, patience));
  const bool is_small = std::filesystem::file_size(path) <= bytes_looked_at;
  using enum Connection::Thoroughness;
  if (auto damage = TRY(db.find_damage(is_small ? thorough : quick))) return damage;
  if (auto missing = TRY(find_missing_part(db))) return missing;
  return is_small ? find_damaged_rows(db) : std::nullopt;
}

// ---- What can be read -------------------------------------------------------------------------------------------

using sqlite::CheckedTable;

// `failures` and `keyed_runs` follow from `runs`; kv is made anew.
constexpr std::array tables{
    &sqlite::jobs_table, &sqlite::standings_table, &sqlite::backfills_table, &sqlite::interval_time_table,
    &sqlite::runs_table, &sqlite::attempts_table,  &sqlite::slots_table,     &sqlite::events_table,
};

// Reads in the key's order until a damaged page ends it. A row that does not fit the table is left out.
void take_over(Connection& from, Statement& insert, std::string_view select) {
  auto question = from.prepare(select, "read the damaged ledger");
  if (!question) return;
  Rows rows = question->query();
  for (auto next = rows.next(); next && *next; next = rows.next()) (void)insert.run_row(rows);
}

// The columns that both ledgers have: the damaged one may be older.
Result<std::string> common_columns(Connection& from, Connection& to, const std::string& table) {
  const auto columns_of = [&](Connection& db) {
    return db.ask_text("SELECT coalesce(group_concat(name), '') FROM pragma_table_info('" + table + "')",
                       "read the columns of a table");
  };
  const std::string wanted = TRY(columns_of(to));
  const std::string held = columns_of(from).value_or("");
  const auto names = split(held, ',');
  std::string common;
  for (const auto name : split(wanted, ',')) {
    if (std::ranges::find(names, name) != names.end()) common += (common.empty() ? "" : ", ") + std::string(name);
  }
  return common;
}

// From both ends, so that one damaged page costs no more than itself.
Result<void> take_table_over(Connection& from, Connection& to, const CheckedTable& table) {
  const std::string name(table.name);
  const std::string columns = TRY(common_columns(from, to, name));
  if (columns.empty()) return {};
  std::string places;
  for (std::size_t n = split(columns, ',').size(); n > 0; --n) places += places.empty() ? "?" : ", ?";
  Statement insert =
      TRY(to.prepare("INSERT OR IGNORE INTO " + name + " (" + columns + ") VALUES (" + places + ")", "take rows over"));
  const std::string select = "SELECT " + columns + " FROM " + name + " NOT INDEXED ORDER BY ";
  take_over(from, insert, select + std::string(table.key));
  std::string falling;
  for (const auto key : split(table.key, ','))
    falling += (falling.empty() ? "" : ", ") + std::string(trim(key)) + " DESC";
  take_over(from, insert, select + falling);
  if (columns.find("checksum") == std::string::npos) return sqlite::seal(to, table);
  return to.execute("DELETE FROM " + name + " WHERE NOT (" + is_intact(table) + ")", "drop what is damaged");
}

// What was taken over must make sense to this program: a word that it does not know would stop it later.
template <class Read>
Result<void> drop_unreadable(Connection& db, const CheckedTable& table, std::string_view columns, Read read) {
  std::vector<std::string> unreadable;
  {
    Statement all = TRY(db.prepare("SELECT CAST(" + std::string(table.key) + " AS TEXT), " + std::string(columns) +
                                       " FROM " + std::string(table.name),
                                   "read what was taken over"));
    Rows rows = all.query();
    while (TRY(rows.next())) {
      std::string key = rows.text();
      if (!read(rows)) unreadable.push_back(std::move(key));
    }
  }
  Statement drop = TRY(
      db.prepare("DELETE FROM " + std::string(table.name) + " WHERE CAST(" + std::string(table.key) + " AS TEXT) = ?1",
                 "drop what cannot be read"));
  for (const auto& key : unreadable) TRY(drop.run(key));
  return {};
}

Result<void> drop_all_unreadable(Connection& db) {
  const auto name = [](Rows& row) { return sqlite::read_job_name(row).has_value(); };
  TRY(drop_unreadable(db, sqlite::jobs_table, "name", name));
  TRY(drop_unreadable(db, sqlite::standings_table, "job", name));
  TRY(drop_unreadable(db, sqlite::backfills_table, "job", name));
  TRY(drop_unreadable(db, sqlite::runs_table, sqlite::run_selection,
                      [](Rows& row) { return sqlite::read_run(row).has_value(); }));
  TRY(drop_unreadable(db, sqlite::slots_table, sqlite::slots_selection,
                      [](Rows& row) { return sqlite::read_slots(row).has_value(); }));
  return drop_unreadable(db, sqlite::events_table, sqlite::event_selection,
                         [](Rows& row) { return sqlite::read_event(row).has_value(); });
}

// What follows from the rest, and that nothing before `now` is owed or known to be whole.
Result<void> settle(Connection& db, WallTime now) {
  const std::string at = std::to_string(sqlite::stored(now));
  return db.execute(
      "DELETE FROM standings WHERE job NOT IN (SELECT name FROM jobs);"
      "DELETE FROM attempts WHERE sequence NOT IN (SELECT sequence FROM runs);"
      "INSERT INTO failures SELECT sequence, job FROM runs "
      "WHERE outcome IN ('failed', 'timed_out', 'start_failed', 'lost');"
      "INSERT INTO keyed_runs SELECT sequence FROM runs WHERE key <> '';"
      "UPDATE kv SET value = (SELECT coalesce(sum(output_bytes - output_dropped_bytes), 0) FROM runs) + "
      "(SELECT coalesce(sum(output_bytes - output_dropped_bytes), 0) FROM attempts) WHERE key = 'output_bytes';"
      "UPDATE kv SET checksum = " +
          checksum_of(sqlite::kv_table) + "; UPDATE jobs SET " +
          set_clause(sqlite::jobs_table,
                     {{"counts_from", "max(counts_from, " + at + ")"}, {"pruned_era", "era"}, {"pruned_upto", at}}),
      "settle what was taken over");
}

// ---- Files ------------------------------------------------------------------------------------------------------

Result<void> move(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) == 0 || errno == ENOENT) return {};
  return std::unexpected(system_error("rename", from));
}

Result<void> sync_directory_of(const std::string& path) {
  const std::string directory = path.substr(0, path.find_last_of('/') + 1) + ".";
  const Fd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) return std::unexpected(system_error("fsync", directory));
  return {};
}

void remove_ledger(const std::string& path) {
  for (const char* suffix : {"", "-wal", "-shm"}) (void)::unlink((path + suffix).c_str());
}

// The damaged file gets its second name before the new one takes its first: at no moment is there none.
Result<void> put_in_place(const std::string& recovered, const std::string& path, const std::string& aside) {
  if (::link(path.c_str(), aside.c_str()) != 0) return std::unexpected(system_error("link", aside));
  TRY(move(path + "-wal", aside + "-wal"));
  TRY(move(path + "-shm", aside + "-shm"));
  TRY(move(recovered, path));
  return sync_directory_of(path);
}

// ---- Recovery ---------------------------------------------------------------------------------------------------

Result<void> take_all_over(const std::string& damaged, Connection& to, WallTime now) {
  auto transaction = TRY(sqlite::Transaction::begin(to));
  // Not to be opened at all: then there is nothing to take over.
  if (auto from = Connection::open(damaged, sqlite::Access::read_only, patience)) {
    for (const CheckedTable* table : tables) TRY(take_table_over(*from, to, *table));
  }
  TRY(drop_all_unreadable(to));
  TRY(settle(to, now));
  if (auto committed = transaction.commit(); !committed) return std::unexpected(std::move(committed).error().error);
  return {};
}

Result<Damage> recover(const std::string& path, WallTime now, std::string what) {
  const std::string recovered = path + ".recovering";
  Damage damage{.what = std::move(what), .moved_to = path + ".corrupt." + format_utc(now)};
  remove_ledger(recovered);
  {
    SqliteLedger fresh = TRY(SqliteLedger::open(recovered, patience));
    Connection& db = fresh.connection();
    TRY(take_all_over(path, db, now));
    damage.runs = TRY(db.ask_integer("SELECT count(*) FROM runs", "count the runs"));
    const auto newest = TRY(db.ask_integer("SELECT coalesce(max(opened), 0) FROM runs", "find the newest run"));
    if (damage.runs > 0) damage.known_upto = sqlite::wall_time(newest);
    TRY(db.checkpoint(Connection::Checkpoint::complete));
  }
  TRY(put_in_place(recovered, path, damage.moved_to));
  return damage;
}

}  // namespace

std::string Damage::in_words() const {
  const std::string since = known_upto ? "since " + format_utc(*known_upto) : "before now";
  return "the ledger was damaged (" + what + "): it is kept as " + moved_to + ", " + std::to_string(runs) +
         " runs could be taken over, and what happened " + since +
         " is not known; slots of that time are not caught up with";
}

Result<OpenedStore> open_or_recover(const std::string& path, WallTime now, SqliteStoreOptions options) {
  auto what = TRY(find_damage(path));
  OpenedStore opened;
  if (!what) {
    opened.store = TRY(SqliteStore::open(path, options));
    auto snapshot = opened.store->load();
    if (snapshot) return opened;
    opened.store.reset();
    what = std::move(snapshot).error().what;
  }
  opened.damage = TRY(recover(path, now, *what));
  opened.store = TRY(SqliteStore::open(path, options));
  return opened;
}

}  // namespace belfry
