#include <algorithm>

#include <CLI/CLI.hpp>
#include <cli/manual_text.h>

namespace belfry::cli {

namespace {

// Text in which nothing is a mark of scdoc's.
std::string escaped(std::string_view text) {
  constexpr std::string_view marks = "\\*_#`~<>[]|";
  std::string out;
  for (const char c : text) {
    if (marks.contains(c)) out += '\\';
    out += c;
  }
  return out;
}

std::string bold(std::string_view text) { return "*" + escaped(text) + "*"; }

// A paragraph that hangs below its term.
std::string entry(const std::string& term, const std::string& text) { return term + "\n\t" + text + "\n\n"; }

std::string sentence(const std::string& text) { return text.ends_with('.') ? text : text + "."; }

// ---- Commands ----

std::string option_term(const CLI::Option& option) {
  std::string term;
  const auto add = [&](const std::string& name) { term += (term.empty() ? "" : ", ") + bold(name); };
  for (const std::string& name : option.get_snames()) add("-" + name);
  for (const std::string& name : option.get_lnames()) add("--" + name);
  const std::string type = option.get_type_name();
  if (!type.empty()) term += " " + escaped(type.substr(0, type.find(':')));  // behind it: what is checked
  return term;
}

std::string positional_term(const CLI::Option& option) {
  const std::string name = escaped(option.get_name(true));
  const std::string many = option.get_items_expected_max() > 1 ? "..." : "";
  return option.get_required() ? name + many : "\\[" + name + many + "\\]";
}

bool is_help(const CLI::App& command, const CLI::Option* option) { return option == command.get_help_ptr(); }

std::vector<const CLI::Option*> options_of(const CLI::App& command) {
  return command.get_options([&](const CLI::Option* option) { return !is_help(command, option); });
}

std::string options_text(const std::vector<const CLI::Option*>& options) {
  std::string text;
  for (const CLI::Option* option : options) {
    const std::string term = option->get_positional() ? positional_term(*option) : option_term(*option);
    text += entry(term, escaped(sentence(option->get_description())));
  }
  return text;
}

std::string synopsis(const std::string& name, const std::vector<const CLI::Option*>& options) {
  std::string text = bold("belfry " + name);
  const bool has_options = !std::ranges::all_of(options, [](const auto* option) { return option->get_positional(); });
  if (has_options) text += " \\[_OPTIONS_\\]";
  for (const CLI::Option* option : options) {
    if (option->get_positional()) text += " " + positional_term(*option);
  }
  return text;
}

std::string examples(const CLI::App& command) {
  const std::string text = command.get_footer();
  return text.empty() ? "" : "```\n" + text + "\n```\n\n";
}

std::string command_text(const CLI::App& command, const std::string& name);

// Commands within a command, as `token create` is one, have their own paragraphs behind it.
std::string inner_commands(const CLI::App& command, const std::string& name) {
  std::string text;
  for (const CLI::App* inner : command.get_subcommands([](const CLI::App* c) { return !c->get_name().empty(); })) {
    text += command_text(*inner, name + " " + inner->get_name());
  }
  return text;
}

std::string command_text(const CLI::App& command, const std::string& name) {
  const auto options = options_of(command);
  return synopsis(name, options) + "\n\n" + escaped(command.get_description()) + "\n\n" + options_text(options) +
         examples(command) + inner_commands(command, name);
}

bool is_for_people(const CLI::App* command) { return !command->get_name().empty() && !command->get_group().empty(); }

// ---- Keys ----

std::string map_of(const std::string& path) {
  const auto dot = path.rfind('.');
  return dot == std::string::npos ? "" : path.substr(0, dot);
}

std::string key_of(const std::string& path) { return path.substr(path.rfind('.') + 1); }

// What a person gives names to stands between: jobs.NAME.retry.
std::string heading(const std::string& map) {
  if (map.empty()) return "The file";
  return "Within " + map;
}

std::string key_text(const config::KeyText& key) {
  std::string text = escaped(sentence(key.summary)) + " Takes " + escaped(key.takes) + ".";
  if (!key.usual.empty()) text += " By default " + bold(key.usual) + ".";
  if (!key.needs.empty()) text += " Goes with " + bold(key.needs) + ".";
  if (key.is_inherited) text += " May stand in *defaults*.";
  return entry(bold(key_of(key.path)), text);
}

}  // namespace

std::string commands_manual(const CLI::App& app) {
  std::string text;
  for (const CLI::App* command : app.get_subcommands(is_for_people)) {
    text += "## " + command->get_name() + "\n\n" + command_text(*command, command->get_name());
  }
  return text;
}

std::string common_options_manual(const CLI::App& app) { return options_text(options_of(app)); }

std::string keys_manual(const std::vector<config::KeyText>& keys) {
  std::vector<std::string> maps;
  for (const auto& key : keys) {
    const std::string map = map_of(key.path);
    if (std::ranges::find(maps, map) == maps.end()) maps.push_back(map);
  }
  std::string text;
  for (const std::string& map : maps) {
    text += "## " + heading(map) + "\n\n";
    for (const auto& key : keys) {
      if (map_of(key.path) == map) text += key_text(key);
    }
  }
  return text;
}

}  // namespace belfry::cli
