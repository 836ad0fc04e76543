#include <base/hash.h>
#include <base/text.h>
#include <tests/sim/trace.h>

namespace belfry::sim {

void Trace::say(const std::string& what) {
  hash_ = hash_text(what, hash_ ^ static_cast<std::uint64_t>(wall_.time_since_epoch().count()));
  lines_.push_back({.wall = wall_, .what = what});
  if (lines_.size() > lines_max) lines_.pop_front();
}

std::string Trace::Line::text() const { return format_utc(wall) + "  " + what; }

std::vector<std::string> Trace::lines() const {
  std::vector<std::string> texts;
  for (const Line& line : lines_) texts.push_back(line.text());
  return texts;
}

void Trace::violated(const std::string& what) {
  say("VIOLATED " + what);
  violations_.push_back(lines_.back().text());
}

}  // namespace belfry::sim
