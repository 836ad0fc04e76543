#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include <base/ascii.h>
#include <base/text.h>
#include <base/trust.h>
#include <base/zones.h>
#include <config/lint.h>
#include <triggers/lint.h>

namespace belfry::config {

namespace {

constexpr std::array<std::string_view, 17> names{
    "leap-years-only", "uneven-step",     "either-day",       "quartz-weekday",          "dst-change",
    "utc-day",         "never-again",     "retry-never",      "timeout-beyond-deadline", "secret-in-command",
    "pipe-in-sh",      "program-missing", "program-writable", "queue-collision",         "overlaps-itself",
    "user-missing",    "secret-file",
};

// In the order of belfry::Lint::Kind.
std::string_view name_of(Lint::Kind kind) { return names[static_cast<std::size_t>(kind)]; }

// `--password=hunter2`: whoever may list processes can read it.
bool shows_secret(std::string_view argument) {
  constexpr std::array<std::string_view, 6> words{"password=", "passwd=", "secret=", "token=", "api_key=", "apikey="};
  const std::string text = lower(argument);
  return std::ranges::any_of(words, [&](std::string_view word) {
    const auto at = text.find(word);
    return at != std::string::npos && at + word.size() < text.size();
  });
}

// What the machine's own list of names says; a number needs none.
template <class Entry, class Find>
bool is_in_database(const std::string& name, Find find) {
  if (are_digits(name)) return true;
  Entry entry{};
  Entry* found = nullptr;
  std::vector<char> buffer(65536);
  return find(name.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 || found != nullptr;
}

// The program that a script begins with, where it is written with its whole path.
std::string first_program(std::string_view script) {
  script = trim(script);
  const std::string_view word = script.substr(0, script.find_first_of(" \t\n;|&<>()"));
  const bool is_plain = word.find_first_of("$*?[]{}'\"\\`~=#") == std::string_view::npos;
  return word.starts_with('/') && is_plain ? std::string(word) : "";
}

// The shortest pause between its next times.
std::optional<Millis> shortest_pause(const Schedule& schedule, WallTime now) {
  constexpr int times = 20;
  std::optional<Millis> shortest;
  auto at = schedule.next_after(now);
  for (int i = 0; at && i < times; ++i) {
    const auto next = schedule.next_after(*at);
    if (next) shortest = std::min(shortest.value_or(*next - *at), Millis{*next - *at});
    at = next;
  }
  return shortest;
}

// One `|`, and not the `||` of "or else".
bool has_pipe(std::string_view script) {
  for (std::size_t i = script.find('|'); i != std::string_view::npos; i = script.find('|', i + 1)) {
    const bool is_double = script.substr(i + 1).starts_with('|') || (i > 0 && script[i - 1] == '|');
    const bool is_redirection = i > 0 && script[i - 1] == '>';
    if (!is_double && !is_redirection) return true;
  }
  return false;
}

}  // namespace

void Linter::ignore(Reader& reader, const MarkedText& name) {
  ignored_.emplace(name.text);
  if (std::ranges::find(names, name.text) != names.end()) return;
  const auto near = nearest(name.text, names);
  reader.error(name.node, "there is no warning " + quote(name.text),
               near ? "did you mean " + quote(*near) + "?" : "each warning of  belfry validate  ends with its name");
}

void Linter::warn(Reader& reader, Node at, std::string_view name, std::string what, std::string hint) {
  if (!ignored_.contains(name)) reader.warning(at, name, std::move(what), std::move(hint));
}

void Linter::job(Reader& reader, Node key, const ScheduleList& schedule, const Job& job) {
  for (const ScheduleEntry& entry : schedule.entries) check_schedule(reader, entry, job);
  const auto next = job.schedule.next_after(now_);
  const bool is_over = !next && !job.schedule.is_manual() && !job.measured && !job.startup && !job.after;
  if (is_over)
    warn(reader, key, "never-again", "job " + quote(job.name.text()) + " is never due again",
         "its last time is over: remove it, or write  schedule: manual");
  if (next && job.enabled) due_.push_back({key, job.policies->queue, *next});
  check_pace(reader, key, job);
  check_accounts(reader, key, *job.process);
  check_policies(reader, key, *job.policies);
  check_action(reader, key, job.action);
}

void Linter::check_schedule(Reader& reader, const ScheduleEntry& entry, const Job& job) {
  const auto zone = entry.zone ? Result<std::shared_ptr<const Zone>>(entry.zone) : reader.zones().find(job.zone_name);
  if (!zone) return;
  const ScheduleContext context{.zone = *zone, .job = job.name.text(), .dst = entry.dst};
  const auto& text = entry.text ? entry.text : entry.cron;
  const bool is_instants = !entry.measured_from && !(text && text->text == "@reboot");
  if (!is_instants) return;
  const auto say = [&](Node at, const std::vector<Lint>& found) {
    for (const Lint& lint : found) warn(reader, at, name_of(lint.kind), lint.what, lint.hint);
  };
  if (text) say(text->node, lint_schedule(text->text, context, now_));
  if (entry.every && !entry.from) say(entry.every->node, lint_interval(*parse_duration(entry.every->text)));
}

void Linter::check_pace(Reader& reader, Node key, const Job& job) {
  const auto took = last_duration_ ? last_duration_(job.name.text()) : std::nullopt;
  if (!took || job.measured) return;
  const auto pause = shortest_pause(job.schedule, now_);
  if (!pause || *took < *pause) return;
  warn(reader, key, "overlaps-itself",
       "the last run of " + quote(job.name.text()) + " took " + format_duration(*took) +
           ", and it is due again after " + format_duration(*pause),
       "make it rarer, or write  measured_from: finish;  'overlap' says what becomes of the times between");
}

void Linter::check_accounts(Reader& reader, Node key, const ProcessSettings& process) {
  if (!process.user.empty() && !is_in_database<passwd>(process.user, ::getpwnam_r)) {
    warn(reader, key, "user-missing", "there is no user " + quote(process.user) + " on this machine",
         "is it spelt right?");
  }
  if (!process.group.empty() && !is_in_database<group>(process.group, ::getgrnam_r)) {
    warn(reader, key, "user-missing", "there is no group " + quote(process.group) + " on this machine",
         "is it spelt right?");
  }
}

void Linter::check_policies(Reader& reader, Node key, const Policies& policies) {
  if (policies.retry && policies.retry->max == 0) {
    warn(reader, key, "retry-never", "'retry' without 'max' tries nothing again", "write  max: 3  or  retry: none");
  }
  if (policies.timeout && policies.deadline && *policies.timeout >= *policies.deadline) {
    warn(reader, key, "timeout-beyond-deadline",
         "the timeout " + format_duration(*policies.timeout) + " is never reached before the deadline " +
             format_duration(*policies.deadline),
         "the deadline is of a run with all its attempts: make it longer");
  }
}

void Linter::check_action(Reader& reader, Node key, const Action& action) {
  if (const auto* script = std::get_if<Script>(&action)) check_script(reader, key, *script);
  if (const auto* command = std::get_if<Command>(&action)) check_command(reader, key, *command);
}

void Linter::check_script(Reader& reader, Node key, const Script& script) {
  check_program(reader, key, first_program(script.text));
  if (script.shell != Script::Shell::sh || !has_pipe(script.text)) return;
  warn(reader, key, "pipe-in-sh", "in a pipe sh sees only the last command fail",
       "write  shell: bash  which sees them all (pipefail)");
}

void Linter::check_command(Reader& reader, Node key, const Command& command) {
  if (std::ranges::any_of(command.argv, shows_secret)) {
    warn(reader, key, "secret-in-command", "everybody who may list processes can read a secret in 'command'",
         "put it into 'env', or into a file that only the job's user may read");
  }
  check_program(reader, key, command.argv.front());
}

void Linter::check_program(Reader& reader, Node key, const std::string& program) {
  if (!program.starts_with('/')) return;
  struct stat info{};
  if (::stat(program.c_str(), &info) != 0) {
    warn(reader, key, "program-missing", program + " is not there on this machine", "is the path right?");
  } else if ((info.st_mode & S_IWOTH) != 0) {
    warn(reader, key, "program-writable", "everybody may change " + program, "chmod o-w " + program);
  }
}

void Linter::secret(Reader& reader, const SecretEntry& secret) {
  if (secret.source.from != SecretSource::From::file) return;
  if (const auto why = why_unfit_for_secret(secret.source.where)) {
    warn(reader, secret.key, "secret-file", *why, "jobs that name this secret do not start");
  }
}

// Jobs of a queue with one place that are due at the same instant: one of them waits each time.
void Linter::finish(Reader& reader, std::span<const QueueDefinition> queues) {
  std::map<std::pair<std::string, WallTime>, Node> first;
  for (const Due& due : due_) {
    const auto queue = std::ranges::find(queues, due.queue, [](const auto& q) { return q.name.str(); });
    if (queue == queues.end() || queue->concurrency != 1U) continue;
    const auto [other, is_new] = first.emplace(std::pair(due.queue, due.at), due.key);
    if (is_new) continue;
    warn(reader, due.key, "queue-collision",
         quote(due.key.text()) + " and " + quote(other->second.text()) + " are due at the same instant in queue " +
             quote(due.queue) + ", which has one place",
         "one waits for the other: give them different times, or a  jitter:");
  }
}

}  // namespace belfry::config
