#include <algorithm>
#include <array>
#include <utility>

#include <belfry/job.h>

#include <base/text.h>
#include <base/utf8.h>
#include <config/command_name.h>
#include <config/source.h>
#include <config/systemd_import.h>
#include <config/systemd_words.h>
#include <config/yaml_text.h>
#include <triggers/parse.h>

namespace belfry::config {

namespace {

constexpr std::string_view timer_section = "Timer";
constexpr std::string_view service_section = "Service";

bool is_one_of(std::string_view word, std::span<const std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

bool is_yes(const std::optional<std::string>& value) {
  constexpr std::array<std::string_view, 5> yes{"yes", "true", "on", "1", "y"};
  return value && is_one_of(*value, yes);
}

bool is_plain_text(std::string_view text) { return is_utf8(text) && !find_bad_character(text); }

bool is_variable_name(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; };
  return !text.empty() && is_letter(text.front()) &&
         std::ranges::all_of(text, [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

// ---- Bounds: systemd's value as an entry of `limits` ----

using Limit = std::optional<std::string>;

Limit count_limit(const std::string& value, const char* ours, std::uint64_t min) {
  const auto count = parse_unsigned(value);
  const bool is_bound = count && *count >= min && *count < 1'000'000'000;
  return is_bound ? Limit(std::string(ours) + ": " + std::to_string(*count)) : std::nullopt;
}

Limit pids_limit(const std::string& value) { return count_limit(value, "pids", 1); }
Limit open_files_limit(const std::string& value) { return count_limit(value, "open_files", 3); }

Limit memory_limit(const std::string& value) {
  const std::string_view number = std::string_view(value).substr(0, value.size() - 1);
  const bool is_size =
      value.size() < 8 && std::string_view("MGT").contains(value.back()) && parse_unsigned(number).value_or(0) > 0;
  return is_size ? Limit("memory: " + value) : std::nullopt;
}

// 150% is one and a half.
Limit cpus_limit(const std::string& value) {
  const auto percent = parse_unsigned(std::string_view(value).substr(0, value.size() - 1)).value_or(0);
  if (!value.ends_with('%') || percent == 0 || percent > 100'000) return std::nullopt;
  return "cpus: " + std::to_string(percent / 100) + "." + std::to_string(percent % 100 + 100).substr(1);
}

Limit nice_limit(const std::string& value) {
  const std::string_view digits = std::string_view(value).substr(value.starts_with('-') ? 1 : 0);
  const auto number = parse_unsigned(digits);
  return number && *number <= 19
             ? Limit("nice: " + std::string(value.starts_with('-') && *number > 0 ? "-" : "") + std::to_string(*number))
             : std::nullopt;
}

Limit io_limit(const std::string& value) { return value == "idle" ? Limit("io: idle") : std::nullopt; }

// Keys that say nothing that a job would lack.
constexpr std::array<std::string_view, 14> harmless{
    "Type",          "RemainAfterExit",  "RemainAfterElapse",   "Unit",          "Description",
    "Documentation", "SyslogIdentifier", "StandardOutput",      "StandardError", "SourcePath",
    "GuessMainPID",  "FixedRandomDelay", "DefaultDependencies", "StandardInput"};

// One timer with its service, on its way to a job.
class Converter {
 public:
  Converter(const Unit& timer, const Unit* service, ZoneCache& zones, ImportedUnits& out)
      : timer_(timer), service_(service), zones_(zones), out_(out) {}

  // The job below its name, or nothing: which has been reported.
  std::optional<std::string> convert(const std::string& name) {
    if (service_ == nullptr) {
      fail("its service " + service_of(timer_) + " is not there", "name the file of the service as well");
      return std::nullopt;
    }
    const auto schedule = schedule_text();
    auto action = action_text();
    if (!schedule || !action) return std::nullopt;
    std::string text = description_text() + "    schedule:" + *schedule;
    // What passes while the machine is off is only made up for if somebody asked for it.
    const bool is_kept = is_yes(timer_.value(timer_section, "Persistent"));
    if (has_calendar_) text += is_kept ? "    missed: latest\n" : "    missed: skip\n";
    text += account_text() + directory_text() + umask_text() + environment_file_text() + environment_text();
    text += limits_text() + ending_text() + *action;
    return not_carried_over() + "  " + yaml_scalar(name) + ":\n" + text;
  }

 private:
  void fail(std::string what, std::string hint) {
    out_.errors.push_back({.file = timer_.name(), .what = std::move(what), .hint = std::move(hint)});
  }
  void warn(const UnitAssignment& at, std::string what, std::string hint) {
    out_.warnings.push_back({.file = at.file,
                             .line = at.line,
                             .column = 1,
                             .severity = Severity::warning,
                             .name = {},
                             .what = std::move(what),
                             .hint = std::move(hint),
                             .excerpt = yaml_comment(at.key + "=" + at.value, 0).substr(2)});
    out_.warnings.back().excerpt.pop_back();
  }
  void drop(const UnitAssignment& at, std::string what, std::string hint = {}) {
    dropped_ += (dropped_.empty() ? "" : ", ") + at.key + "=" + at.value;
    warn(at, std::move(what), std::move(hint));
  }

  std::optional<std::string> service_value(std::string_view key) {
    used_.emplace_back(key);
    return service_->value(service_section, key);
  }
  std::optional<UnitAssignment> last(std::string_view key) {
    const auto values = service_values(key);
    return values.empty() ? std::nullopt : std::optional(values.back());
  }
  std::vector<UnitAssignment> service_values(std::string_view key) {
    used_.emplace_back(key);
    return service_->values(service_section, key);
  }

  std::optional<std::string> schedule_text();
  void add_calendars();
  void add_spans();
  std::string delay_text() const;
  std::optional<std::string> action_text();
  std::optional<SystemdCommand> command_of(const UnitAssignment& line);
  std::string description_text();
  std::string account_text();
  std::string directory_text();
  std::string umask_text();
  std::string environment_file_text();
  std::optional<EnvironmentVariable> variable_of(const std::string& word) const;
  std::string environment_text();
  std::string limits_text();
  std::string ending_text();
  std::string span_text(const char* theirs, const char* ours);
  std::string not_carried_over();

  const Unit& timer_;
  const Unit* service_;
  ZoneCache& zones_;
  ImportedUnits& out_;
  std::vector<std::string> schedules_;  // each as a map in one line
  std::vector<std::string> used_;       // keys of the service that were looked at
  bool has_calendar_ = false;
  std::string dropped_;
};

// Only times that are known beforehand can be spread.
std::string Converter::delay_text() const {
  const auto delay = timer_.value(timer_section, "RandomizedDelaySec");
  const auto span = delay ? parse_systemd_span(*delay) : std::nullopt;
  if (!span || *span == Millis{0}) return "";
  const bool is_fixed = is_yes(timer_.value(timer_section, "FixedRandomDelay"));
  return std::string(is_fixed ? ", spread: " : ", jitter: ") + format_duration(*span);
}

void Converter::add_calendars() {
  for (const UnitAssignment& line : timer_.values(timer_section, "OnCalendar")) {
    const ScheduleContext context{
        .zone = Zone::utc(), .job = "job", .zone_named = [this](std::string_view name) { return zones_.find(name); }};
    if (const auto parsed = parse_calendar(line.value, context); !parsed) {
      drop(line, parsed.error().what, parsed.error().hint);
      continue;
    }
    schedules_.push_back("on_calendar: " + yaml_scalar(line.value) + delay_text());
    has_calendar_ = true;
  }
}

// A schedule has one of each kind.
void Converter::add_spans() {
  struct Row {
    std::string_view key;
    std::string ours;
    std::string behind;
  };
  std::vector<std::string> kinds;
  for (const auto& [key, ours, behind] :
       {Row{"OnBootSec", "on_startup: ", ""}, Row{"OnStartupSec", "on_startup: ", ""},
        Row{"OnActiveSec", "on_startup: ", ""}, Row{"OnUnitActiveSec", "every: ", ", measured_from: start"},
        Row{"OnUnitInactiveSec", "every: ", ", measured_from: finish"}}) {
    for (const UnitAssignment& line : timer_.values(timer_section, key)) {
      const auto span = parse_systemd_span(line.value);
      const bool is_first = std::ranges::find(kinds, ours) == kinds.end();
      if (!span || !is_first || (*span < Millis{100} && ours == "every: ")) {
        drop(line, !span ? quote(line.value) + " is no span of time" : "a job has one schedule of this kind",
             "look at it again");
        continue;
      }
      kinds.push_back(ours);
      schedules_.push_back(ours + format_duration(*span) + behind);
      if (ours == "on_startup: ") {
        warn(line,
             key == "OnBootSec" ? "it is counted from the daemon's start, and not from the machine's"
                                : "it is counted from each start of the daemon",
             "once per boot is  schedule: \"@reboot\"");
      }
    }
  }
}

std::optional<std::string> Converter::schedule_text() {
  add_calendars();
  add_spans();
  for (const std::string_view key : {"OnClockChange", "OnTimezoneChange", "WakeSystem"}) {
    for (const UnitAssignment& line : timer_.values(timer_section, key)) {
      if (is_yes(line.value)) drop(line, "there is nothing like " + std::string(key) + " here", "");
    }
  }
  for (const UnitAssignment& line : timer_.values(timer_section, "AccuracySec")) {
    warn(line, "a job starts at its instant, to the millisecond", "to spread the load write  jitter:");
  }
  if (const auto delays = timer_.values(timer_section, "RandomizedDelaySec"); !delays.empty() && !has_calendar_) {
    drop(delays.back(), "an interval that is measured from the last run has no jitter", "");
  }
  if (schedules_.empty()) {
    fail("it says no time at which a job could be due", "OnCalendar, OnBootSec, OnUnitActiveSec");
    return std::nullopt;
  }
  if (schedules_.size() == 1) return " { " + schedules_.front() + " }\n";
  std::string text = "\n";
  for (const std::string& schedule : schedules_) text += "      - { " + schedule + " }\n";
  return text;
}

std::optional<SystemdCommand> Converter::command_of(const UnitAssignment& line) {
  const auto filled = fill_in_specifiers(line.value, service_->name());
  const auto command = filled ? parse_systemd_command(*filled) : std::nullopt;
  if (!command || !is_utf8(line.value) || find_bad_character(line.value)) {
    fail(line.key + " of " + service_->name() + " cannot be read: " + quote(line.value),
         filled ? "quotes must be closed" : "specifiers other than %i, %n, %N, %p and %% are not known here");
    return std::nullopt;
  }
  if (!command->odd_prefix.empty()) {
    warn(line, "the prefix " + quote(command->odd_prefix) + " means nothing here", "the job runs as its user says");
  }
  return command;
}

// One plain command is an argument vector; several, or one with variables, are a script.
std::optional<std::string> Converter::action_text() {
  std::vector<SystemdCommand> commands;
  for (const char* key : {"ExecStartPre", "ExecStart", "ExecStartPost"}) {
    for (const UnitAssignment& line : service_values(key)) {
      auto command = command_of(line);
      if (!command) return std::nullopt;
      commands.push_back(*std::move(command));
    }
  }
  if (commands.empty()) {
    fail("its service " + service_->name() + " has no ExecStart", "");
    return std::nullopt;
  }
  std::string text;
  for (const UnitAssignment& line : service_values("ExecCondition")) {
    const auto condition = command_of(line);
    if (condition && text.empty()) text = "    only_if: " + yaml_scalar(shell_text(*condition)) + "\n";
  }
  const SystemdCommand& only = commands.front();
  if (commands.size() == 1 && !only.has_variables && !only.may_fail)
    return text + "    command: " + yaml_list(plain_argv(only)) + "\n";
  std::string script;
  for (const SystemdCommand& command : commands) script += shell_text(command) + "\n";
  const bool has_variables = std::ranges::any_of(commands, &SystemdCommand::has_variables);
  if (!has_variables) return text + "    run:" + yaml_text(script, 6);
  // A variable that is not set is nothing to systemd, and an error to `sh -u`.
  const std::array argv{std::string("/bin/sh"), std::string("-ec"), without_placeholders(script)};
  return text + "    command: " + yaml_list(argv) + "\n";
}

std::string Converter::description_text() {
  for (const Unit* unit : std::array{service_, &timer_}) {
    const auto description = unit->value("Unit", "Description");
    if (!description || !is_utf8(*description) || find_bad_character(*description)) continue;
    return "    description: " + yaml_scalar(*description) + "\n";
  }
  return "";
}

std::optional<EnvironmentVariable> Converter::variable_of(const std::string& word) const {
  const auto filled = fill_in_specifiers(word, service_->name());
  const auto equals = word.find('=');
  if (!filled || equals == std::string::npos || !is_variable_name(word.substr(0, equals)) || !is_plain_text(*filled)) {
    return std::nullopt;
  }
  return EnvironmentVariable{word.substr(0, equals), filled->substr(equals + 1)};
}

std::string Converter::environment_text() {
  std::vector<EnvironmentVariable> variables;
  for (const UnitAssignment& line : service_values("Environment")) {
    for (const std::string& word : split_systemd_words(line.value).value_or(std::vector{line.value})) {
      const auto variable = variable_of(word);
      if (!variable) {
        drop(line, quote(word) + " is no variable that could be handed to a job");
        continue;
      }
      std::erase_if(variables, [&](const auto& earlier) { return earlier.name == variable->name; });
      variables.push_back(*variable);
    }
  }
  std::string text = variables.empty() ? "" : "    env:\n";
  for (const auto& [name, value] : variables)
    text += "      " + yaml_scalar(name) + ": " + yaml_scalar(without_placeholders(value)) + "\n";
  return text;
}

std::string Converter::account_text() {
  std::string text;
  for (const auto& [theirs, ours] : {std::pair{"User", "user"}, {"Group", "group"}}) {
    const auto name = last(theirs);
    if (!name) continue;
    if (name->value.find_first_of(" \t:/,%-") == std::string::npos && is_plain_text(name->value)) {
      text += "    " + std::string(ours) + ": " + yaml_scalar(name->value) + "\n";
    } else {
      drop(*name, quote(name->value) + " cannot be the name of a " + ours);
    }
  }
  return text;
}

// A service begins in /, a job in the home of its user.
std::string Converter::directory_text() {
  const auto directory = last("WorkingDirectory");
  if (!directory) return "    working_dir: /\n";
  const std::string path = directory->value.substr(directory->value.starts_with('-') ? 1 : 0);
  if (path == "~") return "";
  const auto filled = fill_in_specifiers(path, service_->name());
  if (filled && filled->starts_with('/') && is_plain_text(*filled))
    return "    working_dir: " + yaml_scalar(*filled) + "\n";
  drop(*directory, quote(path) + " is no absolute path");
  return "";
}

std::string Converter::environment_file_text() {
  std::string text;
  for (const UnitAssignment& file : service_values("EnvironmentFile")) {
    if (!text.empty() || file.value.starts_with('-') || !file.value.starts_with('/') || !is_plain_text(file.value) ||
        file.value.contains('%')) {
      drop(file,
           file.value.starts_with('-') ? "a file that may be missing is no  env_file" : "a job has one  env_file");
    } else {
      text = "    env_file: " + yaml_scalar(file.value) + "\n";
    }
  }
  return text;
}

std::string Converter::umask_text() {
  const auto umask = last("UMask");
  if (!umask) return "";
  const bool is_octal = umask->value.find_first_not_of("01234567") == std::string::npos;
  if (is_octal && umask->value.size() == 4 && umask->value.front() == '0')
    return "    umask: \"" + umask->value + "\"\n";
  drop(*umask, "a umask is written with four digits here");
  return "";
}

std::string Converter::limits_text() {
  struct Row {
    const char* key;
    std::optional<std::string> (*convert)(const std::string&);
  };
  std::string text;
  for (const auto& [key, convert] :
       {Row{"MemoryMax", memory_limit}, Row{"CPUQuota", cpus_limit}, Row{"TasksMax", pids_limit},
        Row{"LimitNOFILE", open_files_limit}, Row{"Nice", nice_limit}, Row{"IOSchedulingClass", io_limit}}) {
    const auto line = last(key);
    if (!line || line->value == "infinity") continue;
    if (const auto limit = convert(line->value)) {
      text += (text.empty() ? "" : ", ") + *limit;
    } else {
      drop(*line, quote(line->value) + " has no counterpart");
    }
  }
  return text.empty() ? "" : "    limits: { " + text + " }\n";
}

std::string Converter::span_text(const char* theirs, const char* ours) {
  const auto line = last(theirs);
  if (!line || line->value == "infinity" || line->value == "0") return "";
  const auto span = parse_systemd_span(line->value);
  if (span && *span > Millis{0}) return "    " + std::string(ours) + ": " + format_duration(*span) + "\n";
  drop(*line, quote(line->value) + " is no span of time");
  return "";
}

std::string Converter::ending_text() {
  constexpr std::array<std::string_view, 7> signals{"SIGHUP",  "SIGINT",  "SIGQUIT", "SIGTERM",
                                                    "SIGKILL", "SIGUSR1", "SIGUSR2"};
  if (const auto type = last("Type"); type && (type->value == "forking" || type->value == "notify")) {
    warn(*type, "a job is over when its main process ends, and not before", "let it stay in the foreground");
  }
  // Of a service that is over when its command is, the time to start is all the time it has.
  const bool is_oneshot = service_value("Type") == "oneshot";
  std::string text = is_oneshot ? span_text("TimeoutStartSec", "timeout") : "";
  if (text.empty()) text = span_text("RuntimeMaxSec", "timeout");
  text += span_text("TimeoutStopSec", "stop_grace_period");
  if (const auto signal = last("KillSignal"); signal && is_one_of(signal->value, signals)) {
    text += "    stop_signal: " + signal->value + "\n";
  } else if (signal) {
    drop(*signal, quote(signal->value) + " cannot be the signal by which a job is stopped");
  }
  const auto mode = service_value("KillMode");
  if (mode == "process" || mode == "none") text += "    leftovers: leave\n";
  std::string codes;
  for (const UnitAssignment& line : service_values("SuccessExitStatus")) {
    for (const std::string& word : split_systemd_words(line.value).value_or(std::vector<std::string>{})) {
      if (parse_unsigned(word).value_or(999) <= 255) {
        codes += (codes.empty() ? "" : ", ") + std::to_string(*parse_unsigned(word));
      } else {
        drop(line, quote(word) + " is no exit code from 0 to 255");
      }
    }
  }
  return codes.empty() ? text : text + "    success_exit_codes: [" + codes + "]\n";
}

// What stands in the service and was not looked at.
std::string Converter::not_carried_over() {
  for (const UnitAssignment& line : service_->assignments()) {
    const bool says_something = line.section == service_section || (line.section == "Unit" && !line.value.empty());
    if (!says_something || line.value.empty() || is_one_of(line.key, harmless)) continue;
    if (std::ranges::find(used_, line.key) != used_.end()) continue;
    const bool is_restart = line.key.starts_with("Restart") || line.key.starts_with("StartLimit");
    drop(line, line.key + " is not carried over", is_restart ? "write  retry: { max: 3, delay: 1m }" : "");
  }
  return dropped_.empty() ? "" : yaml_comment("Not carried over: " + dropped_, 2);
}

const Unit* find_unit(std::span<const Unit> units, const std::string& name) {
  const auto found = std::ranges::find(units, name, &Unit::name);
  return found == units.end() ? nullptr : &*found;
}

}  // namespace

std::string service_of(const Unit& timer) {
  return timer.value(timer_section, "Unit").value_or(timer.name().substr(0, timer.name().rfind('.')) + ".service");
}

ImportedUnits import_units(std::span<const Unit> units, ZoneCache& zones) {
  ImportedUnits out;
  std::string jobs;
  DistinctNames names;
  for (const Unit& timer : units) {
    if (!timer.name().ends_with(".timer")) continue;
    Converter converter(timer, find_unit(units, service_of(timer)), zones, out);
    const auto job = converter.convert(names.distinct(name_of_text(timer.name().substr(0, timer.name().rfind('.')))));
    if (!job) continue;
    jobs += "\n" + *job;
    ++out.job_count;
  }
  for (auto* problems : {&out.errors, &out.warnings}) {
    for (Problem& problem : *problems) {
      for (std::string* text : {&problem.file, &problem.what, &problem.hint, &problem.excerpt})
        *text = visible(std::move(*text));
    }
  }
  out.schedules = "# From timers of systemd.\nversion: 1\n\njobs:" + jobs;
  return out;
}

}  // namespace belfry::config
