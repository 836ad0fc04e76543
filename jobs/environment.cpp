#include <algorithm>
#include <chrono>

#include <base/placeholders.h>
#include <base/text.h>
#include <base/verify.h>
#include <jobs/environment.h>
#include <jobs/run_directory.h>

namespace belfry {
namespace {

class Environment {
 public:
  void set(const std::string& name, const std::string& value) {
    const auto known =
        std::ranges::find_if(variables_, [&](const std::string& v) { return v.starts_with(name + "="); });
    if (known != variables_.end()) variables_.erase(known);
    variables_.push_back(name + "=" + value);
  }

  std::vector<std::string> take() && { return std::move(variables_); }

 private:
  std::vector<std::string> variables_;
};

void set_defaults(Environment& environment, const Account& account) {
  environment.set("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
  environment.set("HOME", account.home);
  environment.set("USER", account.name);
  environment.set("LOGNAME", account.name);
  environment.set("SHELL", "/bin/sh");
  environment.set("LANG", "C.UTF-8");
}

// A catch-up stands for missed slots only; a run on time for its own slot, which was not missed.
std::int64_t missed_count(const Run& run) {
  return run.trigger == RunTrigger::catch_up ? run.stands_for : run.stands_for - 1;
}

std::string date_text(LocalTime local) {
  const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(local)};
  const auto two_digits = [](unsigned value) { return (value < 10 ? "-0" : "-") + std::to_string(value); };
  return std::to_string(static_cast<int>(day.year())) + two_digits(static_cast<unsigned>(day.month())) +
         two_digits(static_cast<unsigned>(day.day()));
}

void set_run(Environment& environment, const StartOrder& order, const EnvironmentFacts& facts) {
  const Run& run = order.run;
  const Millis late = facts.now > run.due ? facts.now - run.due : Millis{0};
  environment.set("BELFRY_JOB", run.job.text());
  environment.set("BELFRY_RUN_ID", run.id.text());
  environment.set("BELFRY_ATTEMPT", std::to_string(order.id.attempt));
  environment.set("BELFRY_TRIGGER", std::string(text(run.trigger)));
  environment.set("BELFRY_SCHEDULED_TIME", format_utc(run.nominal.value_or(run.due)));
  environment.set("BELFRY_SCHEDULED_DATE", date_text(facts.zone.local(run.nominal.value_or(run.due))));
  environment.set("BELFRY_LATE_MS", std::to_string(late.count()));
  environment.set("BELFRY_MISSED_COUNT", std::to_string(missed_count(run)));
  if (!facts.job_directory.empty()) {
    environment.set("BELFRY_RESULT", facts.job_directory + "/" + run_directory::result_file);
    environment.set("BELFRY_PROGRESS", facts.job_directory + "/" + run_directory::progress_file);
    environment.set("BELFRY_CHECKPOINT", facts.job_directory + "/" + run_directory::checkpoint_file);
  }
  if (run.cause) environment.set("BELFRY_CAUSE_RUN_ID", run.cause->text());
  if (!run.cause_job.empty()) environment.set("BELFRY_CAUSE_JOB", run.cause_job);
  if (order.previous_success) environment.set("BELFRY_PREVIOUS_SUCCESS_TIME", format_utc(*order.previous_success));
}

void set_params(Environment& environment, const JobInputs& inputs, const InputValues& values) {
  for (const ParamDefinition& definition : inputs.params) {
    environment.set(param_variable(definition.name), values.param(definition));
  }
}

}  // namespace

std::vector<std::string> job_environment(const StartOrder& order, const EnvironmentFacts& facts) {
  Environment environment;
  set_defaults(environment, facts.account);
  for (const EnvironmentVariable& variable : facts.variables) environment.set(variable.name, variable.value);
  set_run(environment, order, facts);
  set_params(environment, *order.job->inputs, facts.inputs);
  return std::move(environment).take();
}

std::vector<std::string> job_arguments(const Action& action) {
  if (const auto* command = std::get_if<Command>(&action)) return command->argv;
  VERIFY(std::holds_alternative<Script>(action));
  const auto& script = std::get<Script>(action);
  if (script.shell == Script::Shell::bash) return {"/bin/bash", "-eu", "-o", "pipefail", "-c", script.text};
  return {"/bin/sh", "-eu", "-c", script.text};
}

}  // namespace belfry
