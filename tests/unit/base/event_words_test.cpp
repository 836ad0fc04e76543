#include <utility>

#include <doctest/doctest.h>

#include <base/event_words.h>
#include <base/text.h>

using namespace belfry;
using namespace std::chrono_literals;

TEST_CASE("base/event_words: S42 each kind of event is a sentence, with and without what may be missing") {
  const auto clock = [](WallTime t) { return format_utc(t).substr(11, 8); };
  const WallTime at{400min};  // 06:40
  const RunId run{.high = 1, .low = 2};
  const JobName job = *JobName::parse("backup");
  using enum EventKind;
  const struct {
    Event event;
    std::string sentence;
  } rows[] = {
      {{.at = at, .kind = daemon_started, .since = at - 40min, .detail = "belfry 1, 2 jobs of f"},
       "the daemon started: belfry 1, 2 jobs of f; it did not run from 06:00:00, for 40m"},
      {{.at = at, .kind = daemon_started}, "the daemon started"},
      {{.at = at, .kind = daemon_started, .since = at + 1s},
       "the daemon started; it did not run from 06:40:01, for 0s"},
      {{.at = at, .kind = daemon_stopped, .who = "uid 0", .detail = "the machine goes down"},
       "the daemon was stopped by uid 0: the machine goes down"},
      {{.at = at, .kind = daemon_killed, .detail = "it crashed"},
       "the last sign of the daemon, which ended without a word: it crashed"},
      {{.at = at, .kind = config_loaded, .detail = "2 jobs added"}, "the file was saved and is in force: 2 jobs added"},
      {{.at = at, .kind = config_loaded, .who = "uid 7", .detail = "2 jobs added"},
       "the file was read again for uid 7 and is in force: 2 jobs added"},
      {{.at = at, .kind = config_refused, .detail = "f:1:2: no"},
       "the file was saved and refused, so the jobs stayed as they were: f:1:2: no"},
      {{.at = at, .kind = job_changed, .job = job, .detail = "removed from the file"}, "removed from the file"},
      {{.at = at, .kind = job_paused, .until = at + 1h, .job = job, .who = "uid 7", .detail = "disk swap"},
       "paused by uid 7 until 07:40:00: disk swap"},
      {{.at = at, .kind = job_paused, .job = job, .who = "belfry"}, "paused by belfry"},
      {{.at = at, .kind = job_paused, .until = at + 1h, .who = "uid 7", .detail = "73 jobs: moving: all of it"},
       "73 jobs paused by uid 7 until 07:40:00: moving: all of it"},
      {{.at = at, .kind = job_paused, .who = "uid 7", .detail = "73 jobs"}, "73 jobs paused by uid 7"},
      {{.at = at, .kind = job_resumed, .job = job, .who = "uid 7"}, "resumed by uid 7"},
      {{.at = at, .kind = job_resumed, .who = "uid 7", .detail = "30 jobs"}, "30 jobs resumed by uid 7"},
      {{.at = at, .kind = skip_requested, .job = job, .who = "uid 7", .detail = "3"},
       "the next 3 slots are to be left out, as uid 7 asked"},
      {{.at = at, .kind = skip_requested, .job = job, .who = "uid 7", .detail = "1"},
       "the next slot is to be left out, as uid 7 asked"},
      {{.at = at, .kind = skip_requested, .job = job, .who = "uid 7", .detail = "0"},
       "no slot is to be left out any more, as uid 7 asked"},
      {{.at = at, .kind = run_lost, .job = job, .run = run, .detail = "reboot"},
       "run " + run.text() + " was lost: reboot"},
      {{.at = at, .kind = clock_set, .detail = "set back by 2h"}, "the clock was set back by 2h"},
      {{.at = at, .kind = machine_slept, .since = at - 1h}, "the machine slept from 05:40:00, for 1h"},
      {{.at = at, .kind = ledger_unavailable, .since = at - 90s, .detail = "disk full"},
       "the ledger could not be written from 06:38:30, for 1m30s, and nothing was started: disk full"},
      {{.at = at, .kind = ledger_recovered, .since = at - 1h, .detail = "bad page"},
       "the ledger was damaged: bad page; what happened since 05:40:00 is not known"},
  };
  for (const auto& row : rows) CHECK(sentence_of(row.event, clock) == row.sentence);
}

TEST_CASE("base/event_words: every kind of event reads back as the value it was written for") {
  for (auto kind = EventKind::daemon_started;; kind = static_cast<EventKind>(std::to_underlying(kind) + 1)) {
    CHECK(event_kind_from(text(kind)) == kind);
    CHECK(sentence_of({.kind = kind}, format_utc).empty() == (kind == EventKind::job_changed));
    if (kind == EventKind::ledger_recovered) break;  // the last one
  }
  CHECK_FALSE(event_kind_from("full_moon").has_value());
}
