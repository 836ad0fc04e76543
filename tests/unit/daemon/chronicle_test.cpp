#include <doctest/doctest.h>

#include <base/text.h>
#include <daemon/chronicle.h>

using namespace belfry;
using namespace std::chrono_literals;

namespace {

WallTime at(const char* text) { return parse_rfc3339(text).value(); }

const WallTime now = at("2026-11-20T09:00:00Z");

// The machine began at 08:00.
const Now clocks{.wall = now, .boot = BootTime{1h}, .awake = AwakeTime{1h}};

Event begin(std::uint64_t number, const char* time) {
  return {.number = number, .at = at(time), .kind = EventKind::daemon_started};
}
Event stop(std::uint64_t number, const char* time) {
  return {.number = number, .at = at(time), .kind = EventKind::daemon_stopped};
}

JobChange change(const char* name, JobChange::Kind kind) {
  return {.kind = kind, .job = *JobName::parse(name), .schedule = "every 5s"};
}

Configuration::Reading reading_with(std::vector<JobChange> changes) {
  auto jobs = std::make_shared<JobSet>();
  jobs->revision = "r2";
  return {.jobs = std::move(jobs), .changes = std::move(changes)};
}

}  // namespace

TEST_CASE("daemon/chronicle: S42 the first start of all says nothing of a time before it") {
  const auto events = events_of_start({}, clocks, "belfry 1");
  REQUIRE(events.size() == 1);
  CHECK(events[0].kind == EventKind::daemon_started);
  CHECK(events[0].at == now);
  CHECK_FALSE(events[0].since);
  CHECK(events[0].detail == "belfry 1");
}

TEST_CASE("daemon/chronicle: S42 after a stop it says since when no daemon ran") {
  const auto events = events_of_start({.started = begin(3, "2026-11-20T06:00:00Z"),
                                       .stopped = stop(9, "2026-11-20T08:20:00Z"),
                                       .last_sign = at("2026-11-20T08:20:01Z")},
                                      clocks, "");
  REQUIRE(events.size() == 1);
  CHECK(events[0].since == at("2026-11-20T08:20:00Z"));
}

TEST_CASE("daemon/chronicle: S42 a daemon that was not stopped ended without a word, at its last sign of life") {
  const auto stopped = stop(2, "2026-11-20T05:00:00Z");  // before its start
  const auto killed = events_of_start(
      {.started = begin(3, "2026-11-20T06:00:00Z"), .stopped = stopped, .last_sign = at("2026-11-20T08:20:00Z")},
      clocks, "");
  REQUIRE(killed.size() == 2);
  CHECK(killed[0].kind == EventKind::daemon_killed);
  CHECK(killed[0].at == at("2026-11-20T08:20:00Z"));
  CHECK(killed[0].detail == "it was killed, or crashed");
  CHECK(killed[1].since == killed[0].at);
  // The machine has begun anew since.
  const auto power_cut = events_of_start(
      {.started = begin(3, "2026-11-20T06:00:00Z"), .last_sign = at("2026-11-20T07:20:00Z")}, clocks, "");
  CHECK(power_cut.at(0).detail == "the machine went down with it");
  // A clock that is behind makes no event of the future, nor one before the daemon began.
  CHECK(events_of_start({.started = begin(3, "2026-11-21T06:00:00Z"), .last_sign = {}}, clocks, "").at(0).at == now);
}

TEST_CASE("daemon/chronicle: S42 a configuration that came into force: how many jobs changed, and each of them") {
  auto changed = change("b", JobChange::Kind::changed);
  changed.keys = {{.key = "schedule", .before = "every 1s", .after = "every 5s"}, {.key = "run"}};
  const auto events = events_of_reading(
      reading_with({change("a", JobChange::Kind::added), changed, change("c", JobChange::Kind::removed)}),
      {.at = now, .who = "uid 7"});
  REQUIRE(events.size() == 4);
  CHECK(events[0].kind == EventKind::config_loaded);
  CHECK(events[0].who == "uid 7");
  CHECK(events[0].detail == "1 job added, 1 changed, 1 removed; revision r2");
  CHECK(events[1].detail == "added to the file: every 5s");
  CHECK(events[2].job == changed.job);
  CHECK(events[2].detail == "edited in the file: schedule every 1s -> every 5s, run");
  CHECK(events[3].detail == "removed from the file");
}

TEST_CASE("daemon/chronicle: S42 of a file with very many changes only their number is told") {
  std::vector<JobChange> many(jobs_told, change("a", JobChange::Kind::added));
  CHECK(events_of_reading(reading_with(many), {.at = now}).size() == 1 + jobs_told);
  many.push_back(change("b", JobChange::Kind::added));
  const auto events = events_of_reading(reading_with(many), {.at = now});
  REQUIRE(events.size() == 1);
  CHECK(events[0].detail == "101 jobs added; revision r2");
}

TEST_CASE("daemon/chronicle: S34 a file that is refused is told once, and when it is well again") {
  const Configuration::Reading bad{.trouble = "all of it", .trouble_in_short = "f:1:2: no"};
  const auto refused = events_of_reading(bad, {.at = now});
  REQUIRE(refused.size() == 1);
  CHECK(refused[0].kind == EventKind::config_refused);
  CHECK(refused[0].detail == "f:1:2: no");
  CHECK(events_of_reading(bad, {.at = now, .trouble_before = "all of it"}).empty());
  CHECK(events_of_reading(bad, {.at = now, .trouble_before = "another"}).size() == 1);
  CHECK(events_of_reading({}, {.at = now}).empty());  // the content is the same
  CHECK(events_of_reading({}, {.at = now, .trouble_before = "all of it"}).at(0).kind == EventKind::config_loaded);
}

TEST_CASE("daemon/chronicle: S15 jobs that come at other times because a zone has changed") {
  CHECK_FALSE(event_of_zones({}, now));
  const auto event = event_of_zones({.moved = {"a: 10:00, was 09:00", "b"}}, now);
  REQUIRE(event);
  CHECK(event->detail == "2 jobs come at another time: a: 10:00, was 09:00, ...");
}
