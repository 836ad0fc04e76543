#include <string_view>
#include <vector>

#include <base/words.h>
#include <triggers/job_words.h>
#include <triggers/words.h>

namespace belfry {

namespace {

// "After it": at once, or so long after it.
std::string later(Millis delay, std::string_view at_once, std::string_view event) {
  if (delay == Millis{0}) return std::string(at_once) + " " + std::string(event);
  return duration_words(delay) + " after " + std::string(event);
}

std::string words_of(const MeasuredInterval& measured) {
  const bool finish = measured.from == MeasuredInterval::From::finish;
  return duration_words(measured.period) + " after its last run " + (finish ? "finishes" : "starts");
}

std::string words_of(const StartupTrigger& startup) {
  const bool boot = startup.when == StartupTrigger::When::each_boot;
  return later(startup.delay, "At", boot ? "each start of the machine" : "each start of the daemon");
}

std::string words_of(const AfterTrigger& after) {
  using When = AfterTrigger::When;
  std::vector<std::string> names;
  for (const JobName& name : after.jobs) names.push_back(name.text());
  const bool any_will_do = after.when == When::failure;
  const bool is_one = names.size() == 1 || any_will_do;
  const std::string verb = after.when == When::success ? "succeed" : after.when == When::failure ? "fail" : "end";
  return later(after.delay, "After", join(names, any_will_do ? " or " : " and ") + " " + verb + (is_one ? "s" : ""));
}

}  // namespace

std::string describe_triggers(const Job& job) {
  std::vector<std::string> parts;
  if (!job.schedule.is_manual()) parts.push_back(job.schedule.describe());
  if (job.measured) parts.push_back(words_of(*job.measured));
  if (job.startup) parts.push_back(words_of(*job.startup));
  if (job.after) parts.push_back(words_of(*job.after));
  if (parts.empty()) return job.schedule.describe();
  return joined(parts, "; and: ");
}

}  // namespace belfry
