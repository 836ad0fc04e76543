// Completion for the shells: scripts made from what the commands are, with the names of jobs asked for when they are
// needed. Pure.
#pragma once

#include <string>
#include <vector>

namespace belfry::cli {

struct CommandWords {
  std::string name;
  std::string description;
  std::vector<std::string> options;  // "--json", "-n"
  bool takes_job = false;
};

enum class Shell { bash, zsh, fish };

std::string completion_script(Shell shell, const std::vector<CommandWords>& commands);

}  // namespace belfry::cli
