#include <base/try.h>
#include <store/sqlite_checksums.h>
#include <store/sqlite_events.h>
#include <store/sqlite_rows.h>

namespace belfry::sqlite {

Result<EventTable> EventTable::prepare(Connection& db) {
  EventTable t;
  t.add_ = TRY(db.prepare("INSERT INTO events " + values_clause(events_table, {{"at", "?1"},
                                                                               {"kind", "?2"},
                                                                               {"since", "?3"},
                                                                               {"until", "?4"},
                                                                               {"job", "?5"},
                                                                               {"run", "?6"},
                                                                               {"who", "?7"},
                                                                               {"detail", "?8"}}),
                          "record an event"));
  t.oldest_ = TRY(
      db.prepare("SELECT number, at, (SELECT max(number) FROM events) FROM events ORDER BY number LIMIT ?1", "prune"));
  t.forget_upto_ = TRY(db.prepare("DELETE FROM events WHERE number <= ?1", "prune"));
  return t;
}

Result<void> EventTable::apply(const Event& event) {
  const auto job = event.job ? std::optional(std::string_view(event.job->text())) : std::nullopt;
  TRY(add_.run(stored(event.at), text(event.kind), stored(event.since), stored(event.until), job, stored(event.run),
               event.who, event.detail));
  return {};
}

Result<std::size_t> EventTable::prune(const Keep& keep, WallTime now) {
  std::size_t gone = 0;
  std::int64_t upto = 0;
  {
    Rows rows = oldest_.query(events_per_step);
    while (TRY(rows.next())) {
      const std::int64_t number = rows.integer();
      const bool is_too_old = wall_time(rows.integer()) < now - keep.age;
      const std::int64_t newest = rows.integer();
      const bool is_one_too_many = static_cast<std::size_t>(newest - number) >= keep.events;
      if (number == newest || !(is_too_old || is_one_too_many)) break;
      upto = number;
      ++gone;
    }
  }
  if (gone > 0) TRY(forget_upto_.run(upto));
  return gone;
}

}  // namespace belfry::sqlite
