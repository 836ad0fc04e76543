// A zone as the C library sees it, walked instant by instant. Slow, simple, and not ours.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace oracle {

// A reading as one number: seconds since 1970-01-01 00:00 as if it were UTC.
using Reading = std::int64_t;
using Instant = std::int64_t;

// What a local clock of that zone reads. Sets TZ.
Reading reading_at(const std::string& zone, Instant t);

// The instants between `from` and `until` at which the offset changes (looked for every six hours, then halved).
std::vector<Instant> changes_between(const std::string& zone, Instant from, Instant until);

std::vector<std::string> zone_names();

// Every instant of [begin, end) at whole steps, with its reading, both ways.
struct Walk {
  Instant begin, end;
  std::int64_t step;
  std::vector<Reading> readings;                     // of begin, begin + step, ...
  std::map<Reading, std::vector<Instant>> instants;  // of each reading that exists

  Walk(const std::string& zone, Instant begin, Instant end);
};

}  // namespace oracle
