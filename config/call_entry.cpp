#include <algorithm>
#include <array>

#include <base/text.h>
#include <config/call_entry.h>

namespace belfry::config {

namespace {

// Keys of a job that are about its process.
constexpr std::array<std::string_view, 13> process_keys{
    "shell", "working_dir", "env",    "user",    "group",       "umask",         "env_file",
    "stdin", "leftovers",   "limits", "only_if", "stop_signal", "start_deadline"};

std::optional<Value> value_of(Reader& reader, Node node);

std::optional<Value> list_of(Reader& reader, Node node) {
  Value::List list;
  for (const Node item : node.items()) {
    auto value = value_of(reader, item);
    if (!value) return std::nullopt;
    list.push_back(*std::move(value));
  }
  return Value{std::move(list)};
}

std::optional<Arguments> members_of(Reader& reader, Node node) {
  Arguments members;
  for (const Entry& entry : node.entries()) {
    reader.set_key(entry.key.text());
    auto value = value_of(reader, entry.value);
    if (!value) return std::nullopt;
    members.push_back({.name = std::string(entry.key.text()), .value = *std::move(value)});
  }
  return members;
}

std::optional<Value> value_of(Reader& reader, Node node) {
  if (node.kind() == Kind::list) return list_of(reader, node);
  if (node.kind() == Kind::map) {
    auto members = members_of(reader, node);
    return members ? std::optional(Value{*std::move(members)}) : std::nullopt;
  }
  const auto text = read_text(reader, node, "a text, a list or a map");
  return text ? std::optional(Value{std::string(*text)}) : std::nullopt;
}

bool is_in_scope(const Callable& callable, const CallableScope& scope) {
  return callable.plugin.empty() || scope.plugins.contains(callable.plugin);
}

std::string hint_for(std::string_view name, const CallableScope& scope) {
  std::vector<std::string_view> known;
  std::string list;
  for (const Callable* callable : scope.callables->all()) {
    if (!is_in_scope(*callable, scope)) continue;
    known.push_back(callable->name);
    list += (list.empty() ? "there are " : ", ") + callable->name;
  }
  const auto near = nearest(name, known);
  return near ? "did you mean " + quote(*near) + "?" : list + "; a program is run by  run: or  command:";
}

const Callable* find_callable(Reader& reader, const MarkedText& name, const CallableScope& scope) {
  const Callable* callable = scope.callables->find(name.text);
  if (callable != nullptr && is_in_scope(*callable, scope)) return callable;
  reader.error(name.node, "there is no callable " + quote(name.text), hint_for(name.text, scope));
  return nullptr;
}

// Where a complaint is to be shown: at the value, or at the name of a parameter that there is not.
Node place_of(const Complaint& complaint, const CallEntry& entry, const Callable& callable) {
  if (!entry.with) return entry.name->node;
  const auto argument = entry.with->node.entry(complaint.parameter);
  if (!argument) return entry.name->node;
  const bool is_known =
      std::ranges::find(callable.parameters, complaint.parameter, &Parameter::name) != callable.parameters.end();
  return is_known ? argument->value : argument->key;
}

bool has_process_keys(Reader& reader, const CallEntry& entry) {
  bool found = false;
  for (const Entry& key : entry.job.entries()) {
    if (std::ranges::find(process_keys, key.key.text()) == process_keys.end()) continue;
    found = true;
    reader.error(key.key,
                 quote(key.key.text()) + " is about a process, and " + quote(entry.name->text) +
                     " has none: it runs inside the daemon",
                 "remove it, or run a program with  run: or  command:");
  }
  return found;
}

// What is wrong with the whole of `with` has been said.
bool has_unread_parameters(const CallEntry& entry) { return !entry.with && entry.job.entry("with"); }

}  // namespace

std::optional<WithEntry> Type<WithEntry>::read(Reader& reader, Node node) {
  if (node.kind() != Kind::map) {
    reader.wrong_type(node, words, "write  with: { message: hello }");
    return std::nullopt;
  }
  const Reader::Scope scope(reader, "'with' of " + reader.subject(), node);
  auto arguments = members_of(reader, node);
  if (!arguments) return std::nullopt;
  return WithEntry{.node = node, .arguments = *std::move(arguments)};
}

std::optional<Call> call_of(Reader& reader, const CallEntry& entry, const CallableScope& scope) {
  bool is_sound = !has_process_keys(reader, entry);
  Call call{.name = std::string(entry.name->text), .with = {}};
  if (entry.with) call.with = entry.with->arguments;
  const bool is_unseen = scope.has_unseen && scope.callables->find(call.name) == nullptr;
  if (scope.callables == nullptr || is_unseen) return is_sound ? std::optional(std::move(call)) : std::nullopt;
  const Callable* callable = find_callable(reader, *entry.name, scope);
  if (callable == nullptr || has_unread_parameters(entry)) return std::nullopt;
  for (Complaint& complaint : check_arguments(*callable, call.with)) {
    is_sound = false;
    reader.error(place_of(complaint, entry, *callable), std::move(complaint.what), std::move(complaint.hint));
  }
  return is_sound ? std::optional(std::move(call)) : std::nullopt;
}

}  // namespace belfry::config
