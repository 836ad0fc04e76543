#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>

#include <tests/oracle/naive_zone.h>

namespace oracle {

Reading reading_at(const std::string& zone, Instant t) {
  static std::string current;
  if (current != zone) {
    ::setenv("TZ", zone.c_str(), 1);
    ::tzset();
    current = zone;
  }
  const std::time_t time = t;
  std::tm tm{};
  ::localtime_r(&time, &tm);
  return t + tm.tm_gmtoff;
}

std::vector<Instant> changes_between(const std::string& zone, Instant from, Instant until) {
  const auto offset = [&](Instant t) { return reading_at(zone, t) - t; };
  std::vector<Instant> changes;
  constexpr Instant stride = 6 * 3600;
  for (Instant t = from; t < until; t += stride) {
    if (offset(t) == offset(t + stride)) continue;
    Instant low = t, high = t + stride;
    while (high - low > 1) {
      const Instant middle = low + (high - low) / 2;
      (offset(middle) == offset(low) ? low : high) = middle;
    }
    changes.push_back(high);
  }
  return changes;
}

std::vector<std::string> zone_names() {
  const std::filesystem::path root = "/usr/share/zoneinfo";
  std::vector<std::string> names;
  for (std::filesystem::recursive_directory_iterator it(root), end; it != end; ++it) {
    const std::string name = it->path().lexically_relative(root).string();
    if (name == "posix" || name == "right") it.disable_recursion_pending();
    if (!it->is_regular_file() || name.front() < 'A' || name.front() > 'Z') continue;
    std::string magic(4, ' ');
    std::ifstream(it->path(), std::ios::binary).read(magic.data(), 4);
    if (magic == "TZif") names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

Walk::Walk(const std::string& zone, Instant from, Instant until) : begin(from), end(until), step(60) {
  // Liberia was 44:30 off until 1972: there whole minutes of the clock are not whole minutes of UTC.
  for (const Instant t : {from, (from + until) / 2, until}) {
    if ((reading_at(zone, t) - t) % 60 != 0) step = 30;
    if ((reading_at(zone, t) - t) % 30 != 0) step = 1;
  }
  begin -= begin % 60;
  for (Instant t = begin; t < end; t += step) {
    readings.push_back(reading_at(zone, t));
    instants[readings.back()].push_back(t);
  }
}

}  // namespace oracle
