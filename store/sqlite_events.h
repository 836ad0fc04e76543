// The table of events: appended to, pruned from its oldest end, and never so long that it needs an index.
#pragma once

#include <belfry/event.h>
#include <belfry/retention.h>

#include <store/sqlite.h>

namespace belfry::sqlite {

class EventTable {
 public:
  // REQUIRES: the connection outlives what is made here.
  static Result<EventTable> prepare(Connection& db);

  // REQUIRES for both: a transaction is open.
  Result<void> apply(const Event& event);

  // Forgets at most events_per_step of those that are too many or too old; never the newest, so that no number is given
  // twice. Gives how many.
  Result<std::size_t> prune(const Keep& keep, WallTime now);

  static constexpr std::size_t events_per_step = 64;

 private:
  Statement add_;
  Statement oldest_;
  Statement forget_upto_;
};

}  // namespace belfry::sqlite
