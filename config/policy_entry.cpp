#include <base/text.h>
#include <config/policy_entry.h>

namespace belfry::config {

namespace {

constexpr int exit_code_max = 255;

// ---- missed: --------------------------------------------------------------------------------------------------

constexpr Fields missed_fields{
    field<&MissedPolicy::action>("policy", "Which missed slots run: skip (none), latest or all.", {.usual = "latest"}),
    field<&MissedPolicy::within>(
        "within", "How late still counts; else a day, or up to the next slot if that is later.", {.range = {.min = 1}}),
    field<&MissedPolicy::max>("max", "How many of the newest missed slots run under 'all'.",
                              {.range = {.min = 1, .max = 10'000}, .usual = "100"}),
};
constexpr std::array missed_translations{
    Translation{"deadline", "within", {}},
    Translation{"misfire_grace_time", "within", "write  within: 1h"},
    Translation{"startingDeadlineSeconds", "within", "write  within: 1h"},
    Translation{"limit", "max", {}},
};

// ---- overlap: -------------------------------------------------------------------------------------------------

constexpr Fields overlap_fields{
    field<&OverlapPolicy::action>("policy", "What happens to a slot while a run is on: skip, queue, replace or allow.",
                                  {.usual = "skip"}),
    field<&OverlapPolicy::max_waiting>("max_waiting", "How many slots wait under 'queue'.",
                                       {.range = {.min = 1, .max = 10'000}, .usual = "1"}),
    field<&OverlapPolicy::max_running>("max_running", "How many runs go side by side under 'allow'.",
                                       {.range = {.min = 1, .max = 10'000}, .none = None::known}),
};
constexpr std::array overlap_translations{
    Translation{"max_instances", "max_running", {}},
    Translation{"concurrency", "max_running", {}},
};

// ---- retry: ---------------------------------------------------------------------------------------------------

constexpr Fields retry_fields{
    field<&RetryPolicy::max>("max", "How many starts may follow the first.",
                             {.range = {.min = 0, .max = 1'000}, .usual = "0"}),
    field<&RetryPolicy::delay>("delay", "The pause before the second attempt.", {.range = {.min = 0}, .usual = "1s"}),
    field<&RetryPolicy::backoff>("backoff", "What each further pause is multiplied by.",
                                 {.range = {.min = 1, .max = 100}, .usual = "2"}),
    field<&RetryPolicy::max_delay>("max_delay", "The longest pause.", {.range = {.min = 0}, .usual = "10m"}),
    field<&RetryPolicy::jitter>("jitter", "full: a pause is any part of itself above a tenth; none: it is exact.",
                                {.usual = "full"}),
    field<&RetryPolicy::delays>("delays", "The pauses one by one, in place of 'delay'; the last one stays.",
                                {.range = {.min = 0}}),
    field<&RetryPolicy::exit_codes>("exit_codes", "Only these exit codes are tried again."),
    field<&RetryPolicy::not_exit_codes>("not_exit_codes", "These exit codes are never tried again."),
    field<&RetryPolicy::on>("on", "Which failures are tried again: exit, signal, timeout, start, lost.",
                            {.usual = "[exit, signal, timeout, start, lost]"}),
    field<&RetryPolicy::within>("within", "How long after its opening a run may begin another attempt.",
                                {.range = {.min = 1}, .none = None::known}),
    field<&RetryPolicy::while_waiting>("hold", "true: a run that waits to be tried again keeps the next slot away.",
                                       {.usual = "false"}),
};
constexpr std::array<std::string_view, 2> delay_or_delays{"delay", "delays"};
constexpr std::array<std::string_view, 2> backoff_or_delays{"backoff", "delays"};
constexpr std::array<std::string_view, 2> max_delay_or_delays{"max_delay", "delays"};
constexpr std::array retry_choices{Choice{delay_or_delays, {}, {}}, Choice{backoff_or_delays, {}, {}},
                                   Choice{max_delay_or_delays, {}, {}}};
constexpr std::array retry_translations{
    Translation{"max_retries", "max", {}},
    Translation{"attempts", "max", "'max' counts the starts after the first"},
    Translation{"max_attempts", "max", "'max' counts the starts after the first"},
    Translation{"retries", "max", {}},
    Translation{"limit", "max", {}},
    Translation{"countdown", "delay", {}},
    Translation{"interval", "delay", {}},
    Translation{"wait", "delay", {}},
    Translation{"factor", "backoff", {}},
    Translation{"multiplier", "backoff", {}},
    Translation{"max_interval", "max_delay", {}},
    Translation{"retry_backoff_max", "max_delay", {}},
    Translation{"codes", "exit_codes", {}},
};

// A key that means something under one policy alone, and another was chosen.
void refuse_key(Reader& reader, Node map, std::string_view key, std::string_view policy) {
  if (const auto entry = map.entry(key)) {
    reader.error(entry->key, quote(key) + " goes with the policy " + quote(policy),
                 "remove it, or write  policy: " + std::string(policy));
  }
}

// `missed: skip`, or `missed: { policy: skip, ... }`.
template <class Policy>
bool read_word_or_map(Reader& reader, Node node, const Table<Policy>& table, Policy& policy) {
  if (node.kind() == Kind::map) {
    const Reader::Scope scope(reader, reader.value_name() + " of " + reader.subject(), node);
    read_fields(reader, node, table, policy);
    return true;
  }
  using Action = decltype(policy.action);
  if (node.kind() != Kind::scalar) {
    reader.wrong_type(node, Type<Policy>::words);
  } else if (const auto action = Type<Action>::read(reader, node)) {
    policy.action = *action;
  }
  return false;
}

// `3`, or `100-110`.
std::optional<CodeRange> parse_codes(std::string_view text) {
  const auto dash = text.find('-');
  const auto first = parse_unsigned(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : parse_unsigned(text.substr(dash + 1));
  if (!first || !last || *first > *last || *last > exit_code_max) return std::nullopt;
  return CodeRange{.first = static_cast<int>(*first), .last = static_cast<int>(*last)};
}

std::string in_list(Node node) {
  return node.kind() == Kind::scalar && node.text().size() < 20 ? "write  [" + std::string(node.text()) + "]" : "";
}

}  // namespace

constinit const Table<MissedPolicy> missed_table{missed_fields, {}, missed_translations};
constinit const Table<OverlapPolicy> overlap_table{overlap_fields, {}, overlap_translations};
constinit const Table<RetryPolicy> retry_table{retry_fields, retry_choices, retry_translations};

void Type<MissedPolicy>::merge(Reader& reader, Node node, MissedPolicy& policy) {
  if (!read_word_or_map(reader, node, missed_table, policy)) return;
  if (policy.action != MissedPolicy::Action::all) refuse_key(reader, node, "max", "all");
}

void Type<OverlapPolicy>::merge(Reader& reader, Node node, OverlapPolicy& policy) {
  if (!read_word_or_map(reader, node, overlap_table, policy)) return;
  using Action = OverlapPolicy::Action;
  if (policy.action != Action::queue) refuse_key(reader, node, "max_waiting", "queue");
  if (policy.action != Action::allow) refuse_key(reader, node, "max_running", "allow");
}

void Type<RetryPolicy>::merge(Reader& reader, Node node, RetryPolicy& policy) {
  if (node.kind() != Kind::map) {
    const bool is_count = node.kind() == Kind::scalar && parse_unsigned(node.text());
    reader.wrong_type(node, words, is_count ? "write  { max: " + std::string(node.text()) + " }" : "");
    return;
  }
  // A pause that is written here replaces a list of pauses from `defaults:`.
  if (node.entry("delay") || node.entry("backoff") || node.entry("max_delay")) policy.delays.clear();
  const Reader::Scope scope(reader, "'retry' of " + reader.subject(), node);
  read_fields(reader, node, retry_table, policy);
}

std::optional<RetryPolicy::On> Type<RetryPolicy::On>::read(Reader& reader, Node node) {
  using On = RetryPolicy::On;
  constexpr std::array members{&On::exit, &On::signal, &On::timeout, &On::start, &On::lost};
  if (node.kind() != Kind::list || node.items().empty()) {
    reader.wrong_type(node, words, in_list(node));
    return std::nullopt;
  }
  On on{.exit = false, .signal = false, .timeout = false, .start = false, .lost = false};
  reader.set_part("an entry of");
  for (const Node item : node.items()) {
    if (const auto index = read_word(reader, item, kinds, "exit, signal, timeout, start or lost")) {
      on.*members[*index] = true;
    }
  }
  return on;
}

std::optional<RetryPolicy::WhileWaiting> Type<RetryPolicy::WhileWaiting>::read(Reader& reader, Node node) {
  const auto hold = Type<bool>::read(reader, node);
  if (!hold) return std::nullopt;
  return *hold ? RetryPolicy::WhileWaiting::hold : RetryPolicy::WhileWaiting::give_way;
}

std::optional<std::vector<CodeRange>> Type<std::vector<CodeRange>>::read(Reader& reader, Node node) {
  if (node.kind() != Kind::list) {
    reader.wrong_type(node, words, in_list(node));
    return std::nullopt;
  }
  std::vector<CodeRange> ranges;
  reader.set_part("an entry of");
  for (const Node item : node.items()) {
    const auto range = item.is_plain() ? parse_codes(item.text()) : std::nullopt;
    if (range) {
      ranges.push_back(*range);
    } else {
      reader.wrong_type(item, "an exit code from 0 to 255, or a range such as 100-110");
    }
  }
  return ranges;
}

std::optional<std::vector<Millis>> Type<std::vector<Millis>>::read(Reader& reader, Node node, Range range) {
  if (node.kind() != Kind::list || node.items().empty()) {
    reader.wrong_type(node, words, in_list(node));
    return std::nullopt;
  }
  std::vector<Millis> durations;
  reader.set_part("an entry of");
  for (const Node item : node.items()) {
    if (const auto duration = Type<Millis>::read(reader, item, range)) durations.push_back(*duration);
  }
  return durations;
}

}  // namespace belfry::config
