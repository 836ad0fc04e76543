// Reads a cron line (S6) into fields.
#pragma once

#include <string_view>

#include <triggers/fields.h>
#include <triggers/parse.h>
#include <triggers/time_class.h>

namespace belfry {

struct CronLine {
  Fields fields;
  TimeClass time_class = TimeClass::fixed;
};

// A line of 5, 6 (second first) or 7 (year last) fields, the count decides; or `@daily` and its like. It is checked
// field by field only: whether any day is left where all of them match is another question (never.h). REQUIRES: no
// blanks around it. Offsets of problems count from the beginning of `text`. `job` decides what H stands for.
Parsed<CronLine> parse_cron_line(std::string_view text, std::string_view job);

}  // namespace belfry
