#include <utility>

#include <base/words.h>
#include <cli/completion_script.h>

namespace belfry::cli {

namespace {

std::string names_of(const std::vector<CommandWords>& commands) {
  std::vector<std::string> names;
  for (const CommandWords& command : commands) names.push_back(command.name);
  return joined(names, " ");
}

// In single quotes, as all three shells read it; descriptions hold an apostrophe now and then.
std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("’") : std::string(1, c);
  return out + "'";
}

std::string takers_of_jobs(const std::vector<CommandWords>& commands, const char* between) {
  std::string out;
  for (const CommandWords& command : commands) {
    if (command.takes_job) out += (out.empty() ? "" : between) + command.name;
  }
  return out;
}

std::string bash(const std::vector<CommandWords>& commands) {
  std::string script =
      "# Completion for bash: belfry completion bash > /etc/bash_completion.d/belfry\n"
      "_belfry() {\n"
      "  local word=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} words=\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
      "    words=" +
      quoted(names_of(commands)) +
      "\n"
      "  elif [ \"${COMP_WORDS[COMP_CWORD-1]}\" = -p ]; then\n"
      "    words=$(belfry param-names \"${COMP_WORDS[2]}\" 2>/dev/null)\n"
      "    compopt -o nospace\n"
      "  elif [ \"${word:0:1}\" = - ]; then\n"
      "    case $command in\n";
  for (const CommandWords& command : commands) {
    script += "      " + command.name + ") words=" + quoted(joined(command.options, " ")) + " ;;\n";
  }
  script +=
      "    esac\n"
      "  else\n"
      "    case $command in\n"
      "      " +
      takers_of_jobs(commands, "|") +
      ") words=$(belfry job-names 2>/dev/null) ;;\n"
      "    esac\n"
      "  fi\n"
      "  COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
      "}\n"
      "complete -o default -F _belfry belfry\n";
  return script;
}

std::string zsh(const std::vector<CommandWords>& commands) {
  std::string script =
      "#compdef belfry\n"
      "# Completion for zsh: belfry completion zsh > \"${fpath[1]}/_belfry\"\n"
      "_belfry() {\n"
      "  local -a commands options\n"
      "  commands=(\n";
  for (const CommandWords& command : commands) {
    script += "    " + quoted(command.name + ":" + command.description) + "\n";
  }
  script +=
      "  )\n"
      "  if (( CURRENT == 2 )); then\n"
      "    _describe command commands\n"
      "    return\n"
      "  fi\n"
      "  if [[ $words[CURRENT-1] == -p ]]; then\n"
      "    compadd -S '' -- ${(f)\"$(belfry param-names $words[3] 2>/dev/null)\"}\n"
      "    return\n"
      "  fi\n"
      "  if [[ $words[CURRENT] == -* ]]; then\n"
      "    case $words[2] in\n";
  for (const CommandWords& command : commands) {
    script += "      " + command.name + ") options=(" + joined(command.options, " ") + ") ;;\n";
  }
  script +=
      "    esac\n"
      "    compadd -- $options\n"
      "    return\n"
      "  fi\n"
      "  case $words[2] in\n"
      "    " +
      takers_of_jobs(commands, "|") +
      ") compadd -- ${(f)\"$(belfry job-names 2>/dev/null)\"} ;;\n"
      "    *) _files ;;\n"
      "  esac\n"
      "}\n"
      "if [ \"$funcstack[1]\" = _belfry ]; then _belfry \"$@\"; else compdef _belfry belfry; fi\n";
  return script;
}

std::string fish(const std::vector<CommandWords>& commands) {
  std::string script = "# Completion for fish: belfry completion fish > ~/.config/fish/completions/belfry.fish\n";
  for (const CommandWords& command : commands) {
    script += "complete -c belfry -n __fish_use_subcommand -f -a " + command.name + " -d " +
              quoted(command.description) + "\n";
    for (const std::string& option : command.options) {
      if (option == "-p") {
        script += "complete -c belfry -n '__fish_seen_subcommand_from " + command.name +
                  "' -s p -x -a '(belfry param-names (commandline -opc)[3] 2>/dev/null)'\n";
        continue;
      }
      const bool is_long = option.starts_with("--");
      script += "complete -c belfry -n '__fish_seen_subcommand_from " + command.name + "' " +
                (is_long ? "-l " + option.substr(2) : "-s " + option.substr(1)) + "\n";
    }
  }
  return script + "complete -c belfry -n '__fish_seen_subcommand_from " + takers_of_jobs(commands, " ") +
         "' -f -a '(belfry job-names 2>/dev/null)'\n";
}

}  // namespace

std::string completion_script(Shell shell, const std::vector<CommandWords>& commands) {
  switch (shell) {
    case Shell::bash:
      return bash(commands);
    case Shell::zsh:
      return zsh(commands);
    case Shell::fish:
      return fish(commands);
  }
  std::unreachable();
}

}  // namespace belfry::cli
