#include <algorithm>
#include <utility>

#include <base/event_words.h>
#include <base/text.h>

namespace belfry {

namespace {

using Time = std::function<std::string(WallTime)>;

std::string and_detail(const Event& event) { return event.detail.empty() ? "" : ": " + event.detail; }

std::string by(const Event& event) { return event.who.empty() ? "" : " by " + event.who; }

// "from 02:00:03, for 39m57s"
std::string lasted(const Event& event, const Time& time) {
  if (!event.since) return "";
  const Millis span = std::chrono::floor<std::chrono::seconds>(std::max(Millis{0}, event.at - *event.since));
  return " from " + time(*event.since) + ", for " + format_duration(span);
}

std::string told_of_start(const Event& event, const Time& time) {
  return "the daemon started" + and_detail(event) + (event.since ? "; it did not run" + lasted(event, time) : "");
}

// A file that was saved is read by itself; else somebody asked for it.
std::string told_of_config(const Event& event, const char* what) {
  return "the file " + (event.who.empty() ? std::string("was saved") : "was read again for " + event.who) + " and " +
         what + and_detail(event);
}

// Of many jobs at once the detail begins with their number: "73 jobs: moving house".
std::string told_of_pause(const Event& event, const Time& time) {
  const std::string how = "paused" + by(event) + (event.until ? " until " + time(*event.until) : "");
  if (event.job) return how + and_detail(event);
  const std::size_t number_end = std::min(event.detail.find(": "), event.detail.size());
  return event.detail.substr(0, number_end) + (number_end > 0 ? " " : "") + how + event.detail.substr(number_end);
}

std::string told_of_resumption(const Event& event) {
  return (event.job || event.detail.empty() ? "resumed" : event.detail + " resumed") + by(event);
}

std::string told_of_skip(const Event& event) {
  if (event.detail == "0") return "no slot is to be left out any more, as " + event.who + " asked";
  const std::string slots = event.detail == "1" ? "the next slot is" : "the next " + event.detail + " slots are";
  return slots + " to be left out, as " + event.who + " asked";
}

std::string told_of_recovery(const Event& event, const Time& time) {
  return "the ledger was damaged" + and_detail(event) +
         (event.since ? "; what happened since " + time(*event.since) + " is not known" : "");
}

}  // namespace

std::string sentence_of(const Event& event, const Time& time) {
  switch (event.kind) {
    case EventKind::daemon_started:
      return told_of_start(event, time);
    case EventKind::daemon_stopped:
      return "the daemon was stopped" + by(event) + and_detail(event);
    case EventKind::daemon_killed:
      return "the last sign of the daemon, which ended without a word" + and_detail(event);
    case EventKind::config_loaded:
      return told_of_config(event, "is in force");
    case EventKind::config_refused:
      return told_of_config(event, "refused, so the jobs stayed as they were");
    case EventKind::job_changed:
      return event.detail;
    case EventKind::job_paused:
      return told_of_pause(event, time);
    case EventKind::job_resumed:
      return told_of_resumption(event);
    case EventKind::skip_requested:
      return told_of_skip(event);
    case EventKind::run_lost:
      return "run " + (event.run ? event.run->text() : std::string("?")) + " was lost" + and_detail(event);
    case EventKind::clock_set:
      return "the clock was " + event.detail;
    case EventKind::machine_slept:
      return "the machine slept" + lasted(event, time);
    case EventKind::ledger_unavailable:
      return "the ledger could not be written" + lasted(event, time) + ", and nothing was started" + and_detail(event);
    case EventKind::ledger_recovered:
      return told_of_recovery(event, time);
  }
  std::unreachable();
}

}  // namespace belfry
