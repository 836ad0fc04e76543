#include <base/text.h>
#include <scheduler/normal_form.h>

namespace belfry {

namespace {

constexpr std::string_view separator = " + ";
constexpr std::string_view from_finish = " from its finish";
constexpr std::string_view from_start = " from its start";
constexpr std::string_view after_jobs = "after ";
constexpr std::string_view on_startup = " on startup";
constexpr std::string_view manual = "manual";

std::string measured_form(const MeasuredInterval& measured) {
  const bool finish = measured.from == MeasuredInterval::From::finish;
  return "every " + format_duration(measured.period) + std::string(finish ? from_finish : from_start);
}

std::string after_form(const AfterTrigger& after) {
  using When = AfterTrigger::When;
  std::string form(after_jobs);
  for (const JobName& job : after.jobs) form += job.text() + " ";
  form += after.when == When::success ? "success" : after.when == When::failure ? "failure" : "always";
  return form + " delay " + format_duration(after.delay);
}

// Speaks of what happens, and not of instants.
bool is_event(std::string_view form) {
  return form.ends_with(from_finish) || form.ends_with(from_start) || form.starts_with(after_jobs);
}

void join(std::string& forms, std::string_view form) {
  if (!forms.empty()) forms += separator;
  forms += form;
}

}  // namespace

// No name of a job has a space in it.
bool comes_after_any_end(const std::string& form) { return form.find(" always delay ") != std::string::npos; }

std::string triggers_normal_form(const Job& job) {
  std::string forms;
  if (!job.schedule.is_manual()) join(forms, job.schedule.normal_form());
  if (job.measured) join(forms, measured_form(*job.measured));
  if (job.after) join(forms, after_form(*job.after));
  if (forms.empty()) forms = manual;
  if (job.startup) forms += on_startup;
  return forms;
}

std::string schedule_form(std::string_view triggers_form) {
  if (triggers_form.ends_with(on_startup)) triggers_form.remove_suffix(on_startup.size());
  std::string forms;
  for (;;) {
    const auto end = triggers_form.find(separator);
    const std::string_view form = triggers_form.substr(0, end);
    if (!is_event(form)) join(forms, form);
    if (end == triggers_form.npos) return forms.empty() ? std::string(manual) : forms;
    triggers_form.remove_prefix(end + separator.size());
  }
}

}  // namespace belfry
