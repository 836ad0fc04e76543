#include <algorithm>
#include <array>
#include <vector>

#include <belfry/job.h>

#include <base/ascii.h>
#include <base/text.h>
#include <config/systemd_settings.h>
#include <config/systemd_words.h>
#include <config/yaml_text.h>

namespace belfry::config {

namespace {

// systemd's value as an entry of `limits`.
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

std::string account_text(Conversion& unit) {
  std::string text;
  for (const auto& [theirs, ours] : {std::pair{"User", "user"}, {"Group", "group"}}) {
    const auto name = unit.last(theirs);
    if (!name) continue;
    if (name->value.find_first_of(" \t:/,%-") == std::string::npos && is_plain_text(name->value)) {
      text += "    " + std::string(ours) + ": " + yaml_scalar(name->value) + "\n";
    } else {
      unit.drop(*name, quote(name->value) + " cannot be the name of a " + ours);
    }
  }
  return text;
}

// A service begins in /, a job in the home of its user.
std::string directory_text(Conversion& unit) {
  const auto directory = unit.last("WorkingDirectory");
  if (!directory) return "    working_dir: /\n";
  const std::string path = directory->value.substr(directory->value.starts_with('-') ? 1 : 0);
  if (path == "~") return "";
  const auto filled = fill_in_specifiers(path, unit.service().name());
  if (filled && filled->starts_with('/') && is_plain_text(*filled))
    return "    working_dir: " + yaml_scalar(*filled) + "\n";
  unit.drop(*directory, quote(path) + " is no absolute path");
  return "";
}

std::string umask_text(Conversion& unit) {
  const auto umask = unit.last("UMask");
  if (!umask) return "";
  const bool is_octal = umask->value.find_first_not_of("01234567") == std::string::npos;
  if (is_octal && umask->value.size() == 4 && umask->value.front() == '0')
    return "    umask: \"" + umask->value + "\"\n";
  unit.drop(*umask, "a umask is written with four digits here");
  return "";
}

std::string environment_file_text(Conversion& unit) {
  std::string text;
  for (const UnitAssignment& file : unit.service_values("EnvironmentFile")) {
    if (!text.empty() || file.value.starts_with('-') || !file.value.starts_with('/') || !is_plain_text(file.value) ||
        file.value.contains('%')) {
      unit.drop(file,
                file.value.starts_with('-') ? "a file that may be missing is no  env_file" : "a job has one  env_file");
    } else {
      text = "    env_file: " + yaml_scalar(file.value) + "\n";
    }
  }
  return text;
}

std::optional<EnvironmentVariable> variable_of(const Conversion& unit, const std::string& word) {
  const auto filled = fill_in_specifiers(word, unit.service().name());
  const auto equals = word.find('=');
  if (!filled || equals == std::string::npos || !is_variable_name(word.substr(0, equals)) || !is_plain_text(*filled)) {
    return std::nullopt;
  }
  return EnvironmentVariable{word.substr(0, equals), filled->substr(equals + 1)};
}

std::string environment_text(Conversion& unit) {
  std::vector<EnvironmentVariable> variables;
  for (const UnitAssignment& line : unit.service_values("Environment")) {
    for (const std::string& word : split_systemd_words(line.value).value_or(std::vector{line.value})) {
      const auto variable = variable_of(unit, word);
      if (!variable) {
        unit.drop(line, quote(word) + " is no variable that could be handed to a job");
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

std::string limits_text(Conversion& unit) {
  struct Row {
    const char* key;
    Limit (*convert)(const std::string& value);
  };
  std::string text;
  for (const auto& [key, convert] :
       {Row{"MemoryMax", memory_limit}, Row{"CPUQuota", cpus_limit}, Row{"TasksMax", pids_limit},
        Row{"LimitNOFILE", open_files_limit}, Row{"Nice", nice_limit}, Row{"IOSchedulingClass", io_limit}}) {
    const auto line = unit.last(key);
    if (!line || line->value == "infinity") continue;
    if (const auto limit = convert(line->value)) {
      text += (text.empty() ? "" : ", ") + *limit;
    } else {
      unit.drop(*line, quote(line->value) + " has no counterpart");
    }
  }
  return text.empty() ? "" : "    limits: { " + text + " }\n";
}

std::string span_text(Conversion& unit, const char* theirs, const char* ours) {
  const auto line = unit.last(theirs);
  if (!line || line->value == "infinity" || line->value == "0") return "";
  const auto span = parse_systemd_span(line->value);
  if (span && *span > Millis{0}) return "    " + std::string(ours) + ": " + format_duration(*span) + "\n";
  unit.drop(*line, quote(line->value) + " is no span of time");
  return "";
}

std::string ending_text(Conversion& unit) {
  constexpr std::array<std::string_view, 7> signals{"SIGHUP",  "SIGINT",  "SIGQUIT", "SIGTERM",
                                                    "SIGKILL", "SIGUSR1", "SIGUSR2"};
  if (const auto type = unit.last("Type"); type && (type->value == "forking" || type->value == "notify")) {
    unit.warn(*type, "a job is over when its main process ends, and not before", "let it stay in the foreground");
  }
  // Of a service that is over when its command is, the time to start is all the time it has.
  const bool is_oneshot = unit.service_value("Type") == "oneshot";
  std::string text = is_oneshot ? span_text(unit, "TimeoutStartSec", "timeout") : "";
  if (text.empty()) text = span_text(unit, "RuntimeMaxSec", "timeout");
  text += span_text(unit, "TimeoutStopSec", "stop_grace_period");
  if (const auto signal = unit.last("KillSignal");
      signal && std::ranges::find(signals, signal->value) != signals.end()) {
    text += "    stop_signal: " + signal->value + "\n";
  } else if (signal) {
    unit.drop(*signal, quote(signal->value) + " cannot be the signal by which a job is stopped");
  }
  const auto mode = unit.service_value("KillMode");
  if (mode == "process" || mode == "none") text += "    leftovers: leave\n";
  std::string codes;
  for (const UnitAssignment& line : unit.service_values("SuccessExitStatus")) {
    for (const std::string& word : split_systemd_words(line.value).value_or(std::vector<std::string>{})) {
      if (parse_unsigned(word).value_or(999) <= 255) {
        codes += (codes.empty() ? "" : ", ") + std::to_string(*parse_unsigned(word));
      } else {
        unit.drop(line, quote(word) + " is no exit code from 0 to 255");
      }
    }
  }
  return codes.empty() ? text : text + "    success_exit_codes: [" + codes + "]\n";
}

}  // namespace

std::string settings_of(Conversion& unit) {
  std::string text;
  for (const auto& part :
       {account_text, directory_text, umask_text, environment_file_text, environment_text, limits_text, ending_text}) {
    text += part(unit);
  }
  return text;
}

}  // namespace belfry::config
