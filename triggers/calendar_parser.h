// Reads a line of systemd's calendar grammar (S9), as `Mon..Fri 18:00` or `*-*~07/1 08:00`, into fields.
//
// What `systemd-analyze calendar` accepts is accepted and means the same instants, with three differences: our rules
// for DST (S13, S14), whole seconds only, and no @timestamps (that is what `at:` is for).
#pragma once

#include <string_view>

#include <triggers/cron_parser.h>

namespace belfry {

struct CalendarLine {
  CronLine line;
  std::string_view zone;  // the zone that the line ends with, where it does; part of `text`
  std::size_t zone_offset = 0;
};

// REQUIRES: no blanks around it.
Parsed<CalendarLine> parse_calendar_line(std::string_view text);

}  // namespace belfry
