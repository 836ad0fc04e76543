#include <base/text.h>
#include <base/verify.h>
#include <daemon/moved_jobs.h>

namespace belfry {

namespace {

std::string in_words(std::optional<WallTime> next) { return next ? format_utc(*next) : "never"; }

}  // namespace

std::vector<std::string> moved_jobs(const JobSet& before, const JobSet& after, WallTime now) {
  VERIFY(before.jobs.size() == after.jobs.size());
  std::vector<std::string> moved;
  for (std::size_t i = 0; i < after.jobs.size(); ++i) {
    const auto was = before.jobs[i].schedule.next_after(now);
    const auto is = after.jobs[i].schedule.next_after(now);
    if (was != is) moved.push_back(after.jobs[i].name.text() + ": " + in_words(is) + ", was " + in_words(was));
  }
  return moved;
}

}  // namespace belfry
