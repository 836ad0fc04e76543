// What happened, in words: the daemon's log lines for what the core decided.
#pragma once

#include <string>

#include <belfry/scheduler.h>

#include <base/log.h>

namespace belfry {

struct LogLine {
  log::Level level = log::Level::info;
  std::string text;
};

// Of what comes again and again there is nothing to log: the text is empty then.
LogLine tell(const Notice& notice);

// The same for programs: `event` is named as in the API's stream, and the rest as in its objects: job, run_id, slot,
// attempt, trigger, outcome, reason, exit_code, signal. What does not apply is left out.
log::Fields fields_of(const Notice& notice);

// How the run's last attempt ended, and why: "exit 137, oom". Empty: there is nothing to say.
std::string end_in_words(const Run& run);

}  // namespace belfry
