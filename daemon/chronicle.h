// What the daemon has to tell of itself, as events of the ledger (S42): how it began, what became of its configuration,
// how it was stopped. What concerns slots and runs is the core's to tell.
//
// The words are few here: base/event_words.h makes sentences of them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <belfry/event.h>
#include <belfry/store.h>

#include <daemon/configuration.h>
#include <store/sqlite_recovery.h>

namespace belfry {

// What is known of the daemon before this one.
struct Predecessor {
  std::optional<Event> started;  // the newest of their kinds in the ledger
  std::optional<Event> stopped;
  std::optional<WallTime> last_sign;  // of life: it gives one each minute, and whenever it writes to the ledger
};
Predecessor predecessor_in(History& history, std::optional<WallTime> last_sign);

// It ended without a word where that is so; and that another one has started, `detail` says as what.
std::vector<Event> events_of_start(const Predecessor& before, const Now& now, std::string detail);

Event event_of_damage(const Damage& damage, WallTime now);

struct ReadingTold {
  WallTime at;
  std::string who;             // asked for it; empty: the file was saved
  std::string trouble_before;  // Configuration::trouble() before this reading was taken
};
// What came of a reading that was to be applied. Of a file with as many changes as `jobs_told` each job is named.
std::vector<Event> events_of_reading(const Configuration::Reading& reading, const ReadingTold& told);
constexpr std::size_t jobs_told = 100;

// Jobs that come at other times because the zones have changed (S15); none where no job does.
std::optional<Event> event_of_zones(const Configuration::Reading& reading, WallTime now);

}  // namespace belfry
