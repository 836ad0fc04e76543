#include <base/text.h>
#include <scheduler/normal_form.h>

namespace belfry {

namespace {

std::string measured_form(const MeasuredInterval& measured) {
  const bool finish = measured.from == MeasuredInterval::From::finish;
  return "every " + format_duration(measured.period) + (finish ? " from its finish" : " from its start");
}

std::string after_form(const AfterTrigger& after) {
  using When = AfterTrigger::When;
  std::string form = "after";
  for (const JobName& job : after.jobs) form += " " + job.text();
  form += after.when == When::success ? " success" : after.when == When::failure ? " failure" : " always";
  return form + " delay " + format_duration(after.delay);
}

}  // namespace

std::string triggers_normal_form(const Job& job) {
  std::string form = job.schedule.normal_form();
  if (job.measured) form = measured_form(*job.measured);
  if (job.after) form = after_form(*job.after);
  if (job.startup) form += " on startup";
  return form;
}

}  // namespace belfry
