#include <algorithm>
#include <array>
#include <iterator>

#include <config/command_name.h>
#include <config/crontab_format.h>
#include <config/crontab_import.h>
#include <config/yaml_text.h>

namespace belfry::config {

namespace {

// Where `sh -eu` does what `sh` does: no second command that an error would keep from running, and no variable that
// may be unset.
bool is_safe_in_strict_shell(std::string_view command) {
  return command.find_first_of(";$`(){}\n") == std::string_view::npos;
}

bool is_bash(std::string_view shell) { return shell == "/bin/bash" || shell == "/usr/bin/bash"; }

std::string action_of(const CrontabJob& job) {
  const bool is_safe = is_safe_in_strict_shell(job.command);
  if (is_safe && job.shell == "/bin/sh") return "    run:" + yaml_text(job.command, 6);
  // pipefail makes a difference where there is a pipe.
  if (is_safe && is_bash(job.shell) && !job.command.contains('|')) {
    return "    shell: bash\n    run:" + yaml_text(job.command, 6);
  }
  const std::array argv{without_placeholders(job.shell), std::string("-c"), without_placeholders(job.command)};
  return "    command: " + yaml_list(argv) + "\n";
}

std::string schedule_of(const CrontabJob& job) {
  if (job.schedule == "manual" || job.schedule == "@reboot" || (job.zone.empty() && job.spread.empty())) {
    return job.schedule == "manual" ? "manual" : "\"" + job.schedule + "\"";
  }
  return "{ cron: \"" + job.schedule + "\"" + (job.zone.empty() ? "" : ", timezone: " + yaml_scalar(job.zone)) +
         (job.spread.empty() ? "" : ", spread: " + job.spread) + " }";
}

using Variables = std::vector<EnvironmentVariable>;

bool holds(const Variables& variables, const EnvironmentVariable& variable) {
  return std::ranges::find(variables, variable) != variables.end();
}

// What every job finds in its environment.
Variables common_to(const std::vector<CrontabJob>& jobs) {
  Variables common;
  if (jobs.empty()) return common;
  std::ranges::copy_if(jobs.front().env, std::back_inserter(common), [&](const EnvironmentVariable& variable) {
    return std::ranges::all_of(jobs, [&](const CrontabJob& job) { return holds(job.env, variable); });
  });
  return common;
}

// cron goes to HOME before it runs the command. That its shell is /bin/sh is told to every job, here as there.
std::string environment_text(Variables variables, std::size_t indent) {
  std::erase(variables, EnvironmentVariable{"SHELL", "/bin/sh"});
  if (variables.empty()) return "";
  const std::string margin(indent, ' ');
  std::string text;
  const auto home = std::ranges::find(variables, "HOME", &EnvironmentVariable::name);
  if (home != variables.end()) text += margin + "working_dir: " + yaml_scalar(home->value) + "\n";
  text += margin + "env:\n";
  for (const auto& [name, value] : variables)
    text += margin + "  " + yaml_scalar(name) + ": " + yaml_scalar(without_placeholders(value)) + "\n";
  return text;
}

std::string job_text(const CrontabJob& job, const std::string& name, const Variables& common) {
  std::string text;
  for (const std::string& comment : job.comments) text += comment.empty() ? "\n" : yaml_comment(comment, 2);
  if (!job.remark.empty()) text += yaml_comment("Not as in cron: " + job.remark, 2);
  text += "  " + yaml_scalar(name) + ":\n";
  if (!job.description.empty()) text += "    description: " + yaml_scalar(job.description) + "\n";
  text += "    schedule: " + schedule_of(job) + "\n";
  if (!job.user.empty()) text += "    user: " + yaml_scalar(job.user) + "\n";
  if (!job.group.empty()) text += "    group: " + yaml_scalar(job.group) + "\n";
  Variables own;
  std::ranges::copy_if(job.env, std::back_inserter(own),
                       [&](const auto& variable) { return !holds(common, variable); });
  text += environment_text(own, 4);
  if (job.input) text += "    stdin:" + yaml_text(*job.input, 6);
  return text + action_of(job) + "\n";
}

std::string head_of(const std::string& name, const Variables& common) {
  return yaml_comment("From " + name + ". What a job writes is not mailed but kept:  belfry logs JOB", 0) +
         "version: 1\n\n"
         "defaults:           # as in cron:\n"
         "  missed: skip      # a time that passed while nobody was there does not run later,\n"
         "  overlap: allow    # runs of one job may go on beside each other,\n"
         "  leftovers: leave  # and processes that a job leaves behind stay\n" +
         environment_text(common, 2);
}

std::string text_of(const std::string& name, const Crontab& crontab) {
  if (crontab.jobs.empty()) return "version: 1\njobs: {}\n";
  const Variables common = common_to(crontab.jobs);
  std::string text = head_of(name, common) + "\njobs:\n";
  DistinctNames names;
  for (const CrontabJob& job : crontab.jobs) {
    text += job_text(job, names.distinct(name_of_command(job.command)), common);
  }
  for (const std::string& comment : crontab.comments) text += comment.empty() ? "\n" : yaml_comment(comment, 2);
  if (!crontab.left_out.empty()) text += yaml_comment("Left out:", 2);
  for (const std::string& line : crontab.left_out) text += yaml_comment("  " + line, 2);
  text.erase(text.find_last_not_of('\n') + 1);
  return text + "\n";
}

}  // namespace

std::expected<ImportedCrontab, Problem> import_crontab(const std::string& name, std::string_view text,
                                                       std::optional<CrontabFormat> format, ZoneCache& zones) {
  const Source source(name, text);
  if (!format) format = guess_crontab_format(name, source.text(), CrontabSurroundings::of_this_machine());
  if (!format) {
    return std::unexpected(Problem{.file = name,
                                   .what = "it cannot be told whether a user stands before each command",
                                   .hint = "write  --format system  if one does, else  --format user"});
  }
  Problems problems(source);
  const Crontab crontab = read_crontab(source, *format, zones, problems);
  ImportedCrontab imported{.format = *format, .job_count = crontab.jobs.size(), .schedules = text_of(name, crontab)};
  imported.errors = problems.take(Severity::error);
  imported.warnings = problems.take(Severity::warning);
  return imported;
}

}  // namespace belfry::config
