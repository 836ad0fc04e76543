// One line of a crontab, cut into its parts. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <belfry/job.h>

namespace belfry::config {

// NAME=VALUE, with blanks around the = and quotes around either. Nothing: it is no such line.
std::optional<EnvironmentVariable> read_assignment(std::string_view line);

struct CrontabLine {
  struct Field {
    std::size_t in_schedule = 0;
    std::size_t in_line = 0;
  };
  std::string schedule;         // "*/5 * * * *": our spelling of it, one blank between the fields
  std::array<Field, 5> fields;  // where each begins
  std::size_t rest_at = 0;      // what stands behind the times begins here

  // Where in the line the byte `offset` of the schedule stands.
  std::size_t place_of(std::size_t offset) const;
};

// Five fields or a nickname, and something behind them. Nothing: it is no such line. What the fields say is not
// checked.
std::optional<CrontabLine> cut_crontab_line(std::string_view line);

struct CommandAndInput {
  std::string command;
  std::optional<std::string> input;
};

// An unescaped % ends the command; what follows is its standard input, with each further % a new line. `\%` is a %.
CommandAndInput split_at_percent(std::string_view text);

}  // namespace belfry::config
