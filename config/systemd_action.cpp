#include <algorithm>
#include <array>
#include <vector>

#include <base/placeholders.h>
#include <config/systemd_action.h>
#include <config/systemd_words.h>
#include <config/yaml_text.h>

namespace belfry::config {

namespace {

std::optional<SystemdCommand> command_of(Conversion& unit, const UnitAssignment& line) {
  const auto filled = fill_in_specifiers(line.value, unit.service().name());
  const auto command = filled ? parse_systemd_command(*filled) : std::nullopt;
  if (!command || !is_plain_text(line.value)) {
    unit.fail(line.key + " of " + unit.service().name() + " cannot be read: " + quote(line.value),
              filled ? "quotes must be closed" : "specifiers other than %i, %n, %N, %p and %% are not known here");
    return std::nullopt;
  }
  if (!command->odd_prefix.empty()) {
    unit.warn(line, "the prefix " + quote(command->odd_prefix) + " means nothing here",
              "the job runs as its user says");
  }
  return command;
}

}  // namespace

// One plain command is an argument vector; several, or one with variables, are a script.
std::optional<std::string> action_of(Conversion& unit) {
  std::vector<SystemdCommand> commands;
  for (const char* key : {"ExecStartPre", "ExecStart", "ExecStartPost"}) {
    for (const UnitAssignment& line : unit.service_values(key)) {
      auto command = command_of(unit, line);
      if (!command) return std::nullopt;
      commands.push_back(*std::move(command));
    }
  }
  if (commands.empty()) {
    unit.fail("its service " + unit.service().name() + " has no ExecStart", "");
    return std::nullopt;
  }
  std::string text;
  for (const UnitAssignment& line : unit.service_values("ExecCondition")) {
    const auto condition = command_of(unit, line);
    if (condition && may_have_placeholders(shell_text(*condition))) {
      unit.drop(line, "what looks like a parameter cannot stand in  only_if", "put it into a script of its own");
      continue;
    }
    if (condition && text.empty()) text = "    only_if: " + yaml_scalar(shell_text(*condition)) + "\n";
  }
  const SystemdCommand& only = commands.front();
  if (commands.size() == 1 && !only.has_variables && !only.may_fail) {
    std::vector<std::string> argv = plain_argv(only);
    for (std::string& word : argv) word = without_placeholders(word);
    return text + "    command: " + yaml_list(argv) + "\n";
  }
  std::string script;
  for (const SystemdCommand& command : commands) script += shell_text(command) + "\n";
  const bool has_variables = std::ranges::any_of(commands, &SystemdCommand::has_variables);
  if (!has_variables && !may_have_placeholders(script)) return text + "    run:" + yaml_text(script, 6);
  // A variable that is not set is nothing to systemd, and an error to `sh -u`; and only here a text may look like a
  // parameter without being one.
  const std::array argv{std::string("/bin/sh"), std::string("-ec"), without_placeholders(script)};
  return text + "    command: " + yaml_list(argv) + "\n";
}

}  // namespace belfry::config
