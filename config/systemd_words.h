// The small languages inside of unit files: spans of time, lists of assignments, command lines. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <belfry/time.h>

namespace belfry::config {

// "5min", "1h 30min", "90" (seconds), "2 weeks". Nothing: "infinity", or no span.
std::optional<Millis> parse_systemd_span(std::string_view text);

// Words, with systemd's quotes and escapes taken off. Nothing: a quote stays open.
std::optional<std::vector<std::string>> split_systemd_words(std::string_view text);

// A line of ExecStart and its like.
struct SystemdCommand {
  std::vector<std::string> argv;  // never empty; `$$` is still written so
  bool may_fail = false;          // `-` before the program
  std::string odd_prefix;         // `+`, `!`, `@`: what else stands there
  bool has_variables = false;     // $X, ${X}: systemd fills them in
};
std::optional<SystemdCommand> parse_systemd_command(std::string_view text);

// REQUIRES: it has no variables.
std::vector<std::string> plain_argv(const SystemdCommand& command);

// The command for a shell: words in quotes, variables to be filled in as systemd would.
std::string shell_text(const SystemdCommand& command);

// `%i`, `%n`, `%p`, `%N` and `%%` of a unit's name filled in. Nothing: another specifier is in it.
std::optional<std::string> fill_in_specifiers(std::string_view text, std::string_view unit);

}  // namespace belfry::config
