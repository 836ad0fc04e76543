// A shell's line cut into its commands and their words, as far as a name for it needs: quotes and operators are known,
// nothing is expanded. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace belfry::config {

using ShellWords = std::vector<std::string>;  // of one command, without its redirections

// `cd / && run-parts /etc/cron.daily > /dev/null` is {cd, /} and {run-parts, /etc/cron.daily}. Never an empty command.
std::vector<ShellWords> shell_commands(std::string_view line);

}  // namespace belfry::config
