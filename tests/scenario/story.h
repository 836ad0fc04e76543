// The language of the stories in this folder. One command a line; `#` begins a comment.
//
//   at 2026-01-01T00:00:00Z        the time when the story begins (first command)
//   job NAME [disabled] SCHEDULE   writes a job into the file: `every 30s`, `*/5 * * * *`, `manual` (UTC)
//       [exclude DAYS] [jitter 5s] at its end: a calendar of days on which it does not run, and a delay
//   remove NAME                    takes it out of the file
//   takes NAME 5s [exit N]         how long its processes run, and how they end (without it: until `ends`)
//   start / crash / reboot         the daemon; the machine
//   reload                         the daemon reads the file
//   run NAME                       somebody asks for a run
//   ends NAME N                    its oldest process ends with exit code N
//   go 90s                         time passes
//   sleep 2h                       time passes and nobody looks (suspend, a stopped machine)
//   clock +1h / clock -1h          somebody sets the clock
//   ledger ok|failed|unknown       what the ledger answers from now on
//   crash before start             the daemon will die after the next commit that allows a start
//   show                           the read model
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <belfry/error.h>

namespace belfry::story {

// Plays the commands; the trace, line by line.
Result<std::vector<std::string>> play(std::string_view commands);

}  // namespace belfry::story
