#include <algorithm>
#include <utility>

#include <base/words.h>
#include <daemon/chronicle.h>

namespace belfry {

namespace {

// An error is in the log already, and no reason not to start.
std::optional<Event> newest(History& history, EventKind kind) {
  auto found = history.events({.kind = kind, .limit = 1});
  return found && !found->empty() ? std::optional(std::move(found->front())) : std::nullopt;
}

// "1 job added, 2 changed"
std::string counts_of(const std::vector<JobChange>& changes) {
  std::string words;
  const auto add = [&](JobChange::Kind kind, const char* what) {
    const auto count = static_cast<std::size_t>(std::ranges::count(changes, kind, &JobChange::kind));
    if (count == 0) return;
    words += (words.empty() ? counted(count, "job") : ", " + std::to_string(count)) + " " + what;
  };
  add(JobChange::Kind::added, "added");
  add(JobChange::Kind::changed, "changed");
  add(JobChange::Kind::removed, "removed");
  return words.empty() ? "no job changed" : words;
}

std::string in_words(const JobChange::Key& key) {
  if (key.before.empty() && key.after.empty()) return key.key;
  return key.key + " " + (key.before.empty() ? "nothing" : key.before) + " -> " +
         (key.after.empty() ? "nothing" : key.after);
}

std::string in_words(const JobChange& change) {
  if (change.kind == JobChange::Kind::added) return "added to the file: " + change.schedule;
  if (change.kind == JobChange::Kind::removed) return "removed from the file";
  std::string keys;
  for (const JobChange::Key& key : change.keys) keys += (keys.empty() ? ": " : ", ") + in_words(key);
  return "edited in the file" + keys;
}

}  // namespace

Predecessor predecessor_in(History& history, std::optional<WallTime> last_sign) {
  return {.started = newest(history, EventKind::daemon_started),
          .stopped = newest(history, EventKind::daemon_stopped),
          .last_sign = last_sign};
}

std::vector<Event> events_of_start(const Predecessor& before, const Now& now, std::string detail) {
  std::vector<Event> events;
  Event start{
      .at = now.wall, .kind = EventKind::daemon_started, .since = before.last_sign, .detail = std::move(detail)};
  const bool was_stopped = before.stopped && (!before.started || before.stopped->number > before.started->number);
  if (was_stopped) start.since = before.stopped->at;
  if (before.started && !was_stopped) {
    const WallTime sign = std::max(before.started->at, before.last_sign.value_or(before.started->at));
    const WallTime machine_began = now.wall - now.boot.time_since_epoch();
    events.push_back({.at = std::min(sign, now.wall),
                      .kind = EventKind::daemon_killed,
                      .detail = sign < machine_began ? "the machine went down with it" : "it was killed, or crashed"});
    start.since = events.back().at;
  }
  events.push_back(std::move(start));
  return events;
}

Event event_of_damage(const Damage& damage, WallTime now) {
  return {.at = now,
          .kind = EventKind::ledger_recovered,
          .since = damage.known_upto,
          .detail = damage.what + ". It is kept as " + damage.moved_to + ", and " + counted(damage.runs, "run") +
                    " could be taken over"};
}

std::vector<Event> events_of_reading(const Configuration::Reading& reading, const ReadingTold& told) {
  Event event{.at = told.at, .kind = EventKind::config_loaded, .who = told.who};
  if (!reading.trouble.empty()) {
    if (reading.trouble == told.trouble_before) return {};  // nothing new is wrong
    event.kind = EventKind::config_refused;
    event.detail = reading.trouble_in_short;
    return {event};
  }
  if (!reading.jobs) {
    if (told.trouble_before.empty()) return {};
    event.detail = "it is again as it was before it was refused";
    return {event};
  }
  event.detail = counts_of(reading.changes) + "; revision " + reading.jobs->revision.str();
  std::vector<Event> events{event};
  if (reading.changes.size() > jobs_told) return events;
  for (const JobChange& change : reading.changes) {
    events.push_back({.at = told.at,
                      .kind = EventKind::job_changed,
                      .job = change.job,
                      .who = told.who,
                      .detail = in_words(change)});
  }
  return events;
}

std::optional<Event> event_of_zones(const Configuration::Reading& reading, WallTime now) {
  if (reading.moved.empty()) return std::nullopt;
  return Event{.at = now,
               .kind = EventKind::config_loaded,
               .who = "another database of the time zones",
               .detail = counted(reading.moved.size(), "job comes", "jobs come") +
                         " at another time: " + reading.moved.front() + (reading.moved.size() > 1 ? ", ..." : "")};
}

}  // namespace belfry
