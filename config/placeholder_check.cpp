#include <algorithm>
#include <array>

#include <base/placeholders.h>
#include <base/text.h>
#include <config/placeholder_check.h>

namespace belfry::config {

namespace {

constexpr std::array<std::string_view, 5> texts_without{"run", "only_if", "stdin", "env_file", "working_dir"};

std::string shown(const Placeholder& placeholder) {
  const bool is_param = placeholder.kind == Placeholder::Kind::param;
  return (is_param ? "${param:" : "${secret:") + std::string(placeholder.name) + "}";
}

std::string upper(std::string_view name) {
  return param_variable(name).substr(std::string_view("BELFRY_PARAM_").size());
}

// How to reach the value from within the job.
std::string cure(const Placeholder& placeholder) {
  if (placeholder.kind == Placeholder::Kind::param) return "write  \"$" + param_variable(placeholder.name) + "\"";
  return "write  env: { " + upper(placeholder.name) + ": \"" + shown(placeholder) + "\" }  and here  \"$" +
         upper(placeholder.name) + "\"";
}

}  // namespace

bool may_have_placeholders(const JobEntry& entry) {
  const auto may = [](std::string_view text) { return belfry::may_have_placeholders(text); };
  const auto argument_may = [](const Member& member) { return belfry::may_have_placeholders(member.value); };
  const auto text_may = [&](const auto& holder) { return holder && may(holder->text); };
  return text_may(entry.run) || text_may(entry.working_dir) || text_may(entry.process.only_if) ||
         text_may(entry.process.env_file) || (entry.process.stdin_text && may(*entry.process.stdin_text)) ||
         (entry.command && std::ranges::any_of(entry.command->argv, may)) ||
         (entry.with && std::ranges::any_of(entry.with->arguments, argument_may)) ||
         std::ranges::any_of(entry.env, [&](const EnvironmentVariable& v) { return may(v.value); });
}

void PlaceholderCheck::check(Node job, std::optional<Node> defaults) {
  std::set<std::string_view> own_variables;
  for (const Entry& entry : job.entries()) {
    const std::string_view key = entry.key.text();
    if (key == "command") command(entry.value);
    if (key == "env" || key == "with") values(entry.value, {});
    if (key == "env") {
      for (const Entry& variable : entry.value.entries()) own_variables.insert(variable.key.text());
    }
    if (std::ranges::find(texts_without, key) != texts_without.end()) nowhere(entry.value, key);
  }
  if (!defaults) return;
  for (const Entry& entry : defaults->entries()) {
    const std::string_view key = entry.key.text();
    if (key == "env") values(entry.value, own_variables);
    const bool is_inherited = !job.entry(key) && std::ranges::find(texts_without, key) != texts_without.end();
    if (is_inherited) nowhere(entry.value, key);
  }
}

std::vector<SecretSource> PlaceholderCheck::secrets() const {
  std::vector<SecretSource> named;
  for (const SecretEntry& secret : secrets_) {
    if (used_.contains(secret.source.name)) named.push_back(secret.source);
  }
  return named;
}

// Every argument is handed on as one, whatever is in it. The program stays the one that the file names, and whoever may
// list processes reads arguments.
void PlaceholderCheck::command(Node list) {
  bool is_program = true;
  bool is_behind_dashes = false;
  for (const Node& item : list.items()) {
    const bool is_first = std::exchange(is_program, false);
    if (item.kind() != Kind::scalar) continue;
    const auto found = find_placeholders(item.text());
    if (!found) {
      reader_.error_inside(item, found.error().at, found.error().what, "");
      continue;
    }
    for (const Placeholder& placeholder : *found) {
      if (placeholder.kind == Placeholder::Kind::secret) {
        reader_.error_inside(
            item, placeholder.at, "everybody who may list processes can read a secret in 'command'",
            "hand it on as a variable:  env: { " + upper(placeholder.name) + ": \"" + shown(placeholder) + "\" }");
        continue;
      }
      if (is_first) {
        reader_.error_inside(item, placeholder.at, "which program runs cannot be left to a parameter",
                             "name the program here, and hand it " + shown(placeholder) + " as an argument");
      }
      known(item, placeholder);
      if (placeholder.at == 0 && !is_behind_dashes) spare_dash(placeholder.name);
    }
    if (item.text() == "--") is_behind_dashes = true;
  }
}

void PlaceholderCheck::values(Node map, const std::set<std::string_view>& except) {
  for (const Node& item : map.items()) scalar(item);
  for (const Entry& entry : map.entries()) {
    if (except.contains(entry.key.text())) continue;
    scalar(entry.value);
  }
}

void PlaceholderCheck::scalar(Node value) {
  if (value.kind() != Kind::scalar) return values(value, {});
  const auto found = find_placeholders(value.text());
  if (!found) return reader_.error_inside(value, found.error().at, found.error().what, "");
  for (const Placeholder& placeholder : *found) known(value, placeholder);
}

void PlaceholderCheck::nowhere(Node value, std::string_view key) {
  if (value.kind() != Kind::scalar || !belfry::may_have_placeholders(value.text())) return;
  const auto found = find_placeholders(value.text());
  if (!found) return reader_.error_inside(value, found.error().at, found.error().what, "");
  for (const Placeholder& placeholder : *found) {
    const bool is_script = key == "run" || key == "only_if";
    reader_.error_inside(
        value, placeholder.at,
        is_script ? "nothing is put into a script: a shell would run what somebody writes for " + shown(placeholder)
                  : shown(placeholder) + " is not filled in in " + quote(key),
        is_script ? cure(placeholder) : "it may stand in 'command', 'with' and 'env'");
  }
}

void PlaceholderCheck::known(Node value, const Placeholder& placeholder) {
  if (placeholder.kind == Placeholder::Kind::param) return known_param(value, placeholder);
  known_secret(value, placeholder);
}

void PlaceholderCheck::known_param(Node value, const Placeholder& placeholder) {
  std::vector<std::string_view> names;
  for (const ParamEntry& param : params_) names.push_back(param.definition.name);
  if (std::ranges::find(names, placeholder.name) != names.end()) return;
  const auto near = nearest(placeholder.name, names);
  reader_.error_inside(value, placeholder.at, reader_.subject() + " has no parameter " + quote(placeholder.name),
                       near ? "did you mean " + quote(*near) + "?"
                            : "define it:  params: { " + std::string(placeholder.name) + ": { type: string } }");
}

void PlaceholderCheck::known_secret(Node value, const Placeholder& placeholder) {
  std::vector<std::string_view> names;
  for (const SecretEntry& secret : secrets_) names.push_back(secret.source.name);
  if (std::ranges::find(names, placeholder.name) != names.end()) {
    used_.insert(placeholder.name);
    return;
  }
  const auto near = nearest(placeholder.name, names);
  const std::string name(placeholder.name);
  reader_.error_inside(value, placeholder.at, "there is no secret " + quote(name),
                       near ? "did you mean " + quote(*near) + "?"
                            : "say at the top of the file where it is kept:  secrets: { " + name +
                                  ": { file: /etc/belfry/secrets/" + name + " } }");
}

// An argument of its own that somebody else writes: `--force` would be an option. Who wants that allows it by a
// pattern.
void PlaceholderCheck::spare_dash(std::string_view name) {
  for (ParamEntry& param : params_) {
    if (param.definition.name != name || param.definition.type != ParamType::string) continue;
    if (param.definition.pattern.empty()) param.definition.may_begin_with_dash = false;
  }
}

}  // namespace belfry::config
