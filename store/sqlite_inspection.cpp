#include <array>
#include <limits>
#include <vector>

#include <base/text.h>
#include <base/try.h>
#include <store/sqlite_checksums.h>
#include <store/sqlite_inspection.h>

namespace belfry {

namespace {

using sqlite::CheckedTable;
using sqlite::Connection;
using sqlite::Rows;
using sqlite::Statement;

constexpr std::int64_t records_per_piece = 4'000;
constexpr Millis patience{5000};

// What grows with every run is read in pieces; the rest has a row for each job at most.
constexpr std::array history_tables{&sqlite::runs_table, &sqlite::slots_table, &sqlite::attempts_table,
                                    &sqlite::events_table};
constexpr std::array other_tables{&sqlite::kv_table, &sqlite::jobs_table, &sqlite::standings_table,
                                  &sqlite::backfills_table, &sqlite::interval_time_table};

// Walks a table backwards by its key, a number that grows.
class Walk {
 public:
  static Result<Walk> begin(Connection& db, const CheckedTable& table) {
    Walk walk;
    walk.table_ = table.name;
    const std::string name(table.name);
    const std::string key(split(table.key, ',').front());
    walk.find_floor_ = TRY(db.prepare("SELECT " + key + " FROM " + name + " WHERE " + key + " < ?1 ORDER BY " + key +
                                          " DESC LIMIT 1 OFFSET " + std::to_string(records_per_piece - 1),
                                      "look at the records"));
    walk.look_ = TRY(db.prepare("SELECT count(*), min(CASE WHEN NOT (" + is_intact(table) + ") THEN " + key +
                                    " END) FROM " + name + " NOT INDEXED WHERE " + key + " >= ?1 AND " + key + " < ?2",
                                "look at the records"));
    return walk;
  }

  bool is_over() const { return is_over_; }

  Result<void> look_at_a_piece(Inspection& found) {
    const auto floor = TRY(find_floor());
    is_over_ = !floor;
    const std::int64_t from = floor.value_or(std::numeric_limits<std::int64_t>::min());
    Rows rows = look_.query(from, before_);
    TRY(rows.next());
    found.records += rows.integer();
    if (const auto key = rows.integer_or_null()) found.damaged = table_ + " " + std::to_string(*key);
    before_ = from;
    return {};
  }

 private:
  Walk() = default;

  Result<std::optional<std::int64_t>> find_floor() {
    Rows rows = find_floor_.query(before_);
    if (!TRY(rows.next())) return std::nullopt;
    return rows.integer();
  }

  std::string table_;
  Statement find_floor_;
  Statement look_;
  std::int64_t before_ = std::numeric_limits<std::int64_t>::max();
  bool is_over_ = false;
};

Result<void> look_at_whole(Connection& db, const CheckedTable& table, Inspection& found) {
  found.damaged = TRY(sqlite::find_damaged_row(db, table));
  found.records += TRY(db.ask_integer("SELECT count(*) FROM " + std::string(table.name), "count the records"));
  return {};
}

}  // namespace

Result<Inspection> inspect_ledger(const std::string& path, const std::function<bool()>& goes_on) {
  auto db = TRY(Connection::open(path, sqlite::Access::read_only, patience));
  Inspection found;
  for (const CheckedTable* table : other_tables) {
    TRY(look_at_whole(db, *table, found));
    if (found.damaged) return found;
  }
  std::vector<Walk> walks;
  for (const CheckedTable* table : history_tables) walks.push_back(TRY(Walk::begin(db, *table)));
  // In turn, so that a short time is enough for the newest of each.
  while (!walks.empty()) {
    for (Walk& walk : walks) {
      TRY(walk.look_at_a_piece(found));
      if (found.damaged) return found;
    }
    std::erase_if(walks, [](const Walk& walk) { return walk.is_over(); });
    if (!walks.empty() && !goes_on()) break;
  }
  found.is_whole = walks.empty();
  return found;
}

}  // namespace belfry
