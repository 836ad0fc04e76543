#include <signal.h>

#include <algorithm>
#include <string>

#include <base/ascii.h>
#include <base/text.h>
#include <config/process_entry.h>

namespace belfry::config {

namespace {

constexpr Fields output_fields{
    field<&OutputEntry::max>("max", "How much of both streams is kept; beyond it the head and the tail.",
                             {.range = {.min = 4'096, .max = std::int64_t{1} << 40U}, .usual = "10MiB"}),
    field<&OutputEntry::journal>("journal", "Whether each line also goes to systemd's journal.", {.usual = "false"}),
};

constexpr Fields limits_fields{
    field<&LimitsEntry::memory>("memory", "Of all its processes together.",
                                {.range = {.min = 1 << 20U}, .none = None::known}),
    field<&LimitsEntry::cpus>("cpus", "Of one processor's time: 1.5 is one and a half.",
                              {.range = {.min = 0, .max = 10'000}, .none = None::known}),
    field<&LimitsEntry::pids>("pids", "Processes and threads.", {.range = {.min = 1}, .none = None::known}),
    field<&LimitsEntry::open_files>("open_files", "Of each process.", {.range = {.min = 3}, .none = None::known}),
    field<&LimitsEntry::nice>("nice", "From -20, which goes first, to 19.",
                              {.range = {.min = -20, .max = 19}, .none = None::known}),
    field<&LimitsEntry::io>("io", "How its reads and writes queue up: idle, low, normal or high."),
};
constexpr std::array limits_translations{
    Translation{"mem_limit", "memory", {}},
    Translation{"MemoryMax", "memory", {}},
    Translation{"CPUQuota", "cpus", "150% is  cpus: 1.5"},
    Translation{"cpu", "cpus", {}},
    Translation{"TasksMax", "pids", {}},
    Translation{"LimitNOFILE", "open_files", {}},
    Translation{"nofile", "open_files", {}},
    Translation{"IOSchedulingClass", "io", {}},
    Translation{"ionice", "io", {}},
};

struct SignalName {
  std::string_view name;
  int number;
};
constexpr std::array signals{
    SignalName{"SIGHUP", SIGHUP},   SignalName{"SIGINT", SIGINT},     SignalName{"SIGQUIT", SIGQUIT},
    SignalName{"SIGTERM", SIGTERM}, SignalName{"SIGKILL", SIGKILL},   SignalName{"SIGUSR1", SIGUSR1},
    SignalName{"SIGUSR2", SIGUSR2}, SignalName{"SIGWINCH", SIGWINCH}, SignalName{"SIGALRM", SIGALRM}};

std::string hint_for_signal(std::string_view text) {
  std::vector<std::string_view> known;
  for (const SignalName& signal : signals) known.push_back(signal.name);
  const auto near = nearest(text, known);
  return near ? "did you mean " + quote(*near) + "?"
              : "the signals here are SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGKILL, SIGUSR1 and SIGUSR2";
}

// "1 GB" -> "1G".
std::optional<std::string> size_meant(std::string_view text) {
  std::string bare = upper(text);
  std::erase(bare, ' ');
  if (bare.ends_with('B')) bare.pop_back();
  if (bare.ends_with('I')) bare.pop_back();
  return parse_size(bare) ? std::optional(bare) : std::nullopt;
}

}  // namespace

constinit const Table<OutputEntry> output_table{output_fields, {}, {}};
constinit const Table<LimitsEntry> limits_table{limits_fields, {}, limits_translations};

std::optional<Size> Type<Size>::read(Reader& reader, Node node, Range range) {
  const auto text = read_text(reader, node, words);
  if (!text) return std::nullopt;
  const auto bytes = parse_size(*text);
  if (bytes && *bytes >= range.min && *bytes <= range.max) return Size{*bytes};
  if (!bytes) {
    const auto meant = size_meant(*text);
    reader.wrong_type(node, words, meant ? "write  " + *meant : "K, M, G and T are powers of 1024");
  } else {
    const bool is_low = *bytes < range.min;
    reader.error(node,
                 reader.value_name() + " must be " + (is_low ? "at least " : "at most ") +
                     std::to_string(is_low ? range.min : range.max) + " bytes, not " + quote(*text),
                 is_low && parse_unsigned(*text) ? "write  " + std::string(*text) + "M  if megabytes are meant" : "");
  }
  return std::nullopt;
}

std::optional<Account> Type<Account>::read(Reader& reader, Node node) {
  const auto text = read_text(reader, node, words);
  if (!text) return std::nullopt;
  const bool is_sound =
      !text->empty() && !text->starts_with('-') && text->find_first_of(" \t\n:/,") == std::string_view::npos;
  if (is_sound) return Account{std::string(*text)};
  reader.wrong_type(node, words, text->contains(':') ? "the group goes behind 'group'" : "");
  return std::nullopt;
}

std::optional<Umask> Type<Umask>::read(Reader& reader, Node node) {
  const auto text = read_text(reader, node, words);
  if (!text) return std::nullopt;
  const bool is_octal = text->find_first_not_of("01234567") == std::string_view::npos;
  if (!is_octal || text->size() < 3 || text->size() > 4 || (text->size() == 4 && text->front() != '0')) {
    reader.wrong_type(node, words);
    return std::nullopt;
  }
  unsigned bits = 0;
  for (const char digit : *text) bits = bits * 8 + static_cast<unsigned>(digit - '0');
  return Umask{bits};
}

std::optional<SignalNumber> Type<SignalNumber>::read(Reader& reader, Node node) {
  const auto text = read_text(reader, node, words);
  if (!text) return std::nullopt;
  const auto known = std::ranges::find_if(signals, [&](const SignalName& signal) {
    return signal.name == *text || signal.name.substr(3) == *text || std::to_string(signal.number) == *text;
  });
  if (known != signals.end()) return SignalNumber{known->number};
  reader.wrong_type(node, words, hint_for_signal(*text));
  return std::nullopt;
}

void Type<OutputEntry>::merge(Reader& reader, Node node, OutputEntry& entry) {
  if (node.kind() != Kind::map) return reader.wrong_type(node, words);
  const Reader::Scope scope(reader, "'output' of " + reader.subject(), node);
  read_fields(reader, node, output_table, entry);
}

void Type<LimitsEntry>::merge(Reader& reader, Node node, LimitsEntry& entry) {
  if (node.kind() != Kind::map) return reader.wrong_type(node, words);
  const Reader::Scope scope(reader, "'limits' of " + reader.subject(), node);
  read_fields(reader, node, limits_table, entry);
}

ProcessSettings settings_of(const ProcessEntry& entry) {
  ProcessSettings settings;
  if (entry.user) settings.user = entry.user->name;
  if (entry.group) settings.group = entry.group->name;
  if (entry.umask) settings.umask = entry.umask->bits;
  if (entry.env_file) settings.env_file = entry.env_file->text;
  settings.stdin_text = entry.stdin_text;
  if (entry.output.max) settings.output_max = entry.output.max->bytes;
  settings.output_to_journal = entry.output.journal.value_or(settings.output_to_journal);
  settings.leftovers = entry.leftovers.value_or(settings.leftovers);
  if (entry.stop_signal) settings.stop_signal = entry.stop_signal->number;
  settings.stop_grace_period = entry.stop_grace_period.value_or(settings.stop_grace_period);
  settings.start_deadline = entry.start_deadline.value_or(settings.start_deadline);
  if (entry.limits.memory) settings.limits.memory = entry.limits.memory->bytes;
  settings.limits.cpus = entry.limits.cpus;
  settings.limits.pids = entry.limits.pids;
  settings.limits.open_files = entry.limits.open_files;
  settings.limits.nice = entry.limits.nice;
  settings.limits.io = entry.limits.io;
  if (entry.only_if) settings.only_if = entry.only_if->text;
  return settings;
}

}  // namespace belfry::config
