#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <system_error>

#include <base/file.h>
#include <base/text.h>
#include <base/try.h>
#include <jobs/fields.h>
#include <jobs/records.h>
#include <jobs/run_directory.h>
#include <jobs/secrets.h>
#include <jobs/spawn.h>

namespace belfry {
namespace {

std::string in(const std::string& directory, std::string_view name) { return directory + "/" + std::string(name); }

// Independent of the umask: who else may pass through is part of the format.
Result<void> make_directory(const std::string& path, mode_t mode) {
  if (::mkdir(path.c_str(), mode) != 0 || ::chmod(path.c_str(), mode) != 0) {
    return std::unexpected(system_error("mkdir", path));
  }
  return {};
}

Result<void> write_new_file(const std::string& path, std::string_view content) {
  const Fd fd{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
  if (!fd) return std::unexpected(system_error("open", path));
  return write_all(fd, path, content);
}

bool has_nul(const std::string& text) { return text.find('\0') != std::string::npos; }

Result<void> refuse_nul(const Spec& spec) {
  if (!std::ranges::any_of(spec.argv, has_nul) && !std::ranges::any_of(spec.env, has_nul) && !has_nul(spec.cwd) &&
      !has_nul(spec.only_if)) {
    return {};
  }
  return std::unexpected(Error::bad_input("exec: an argument, a variable or the working directory contains a NUL"));
}

std::string octal(unsigned value) {
  std::string digits;
  for (; value != 0; value /= 8) digits.insert(digits.begin(), static_cast<char>('0' + value % 8));
  return "0" + digits;
}

std::string_view word(Leftovers leftovers) {
  switch (leftovers) {
    case Leftovers::kill:
      return "kill";
    case Leftovers::wait:
      return "wait";
    case Leftovers::leave:
      break;
  }
  return "leave";
}

void add_identity(FieldWriter& fields, const Account& account) {
  std::string groups;
  for (const gid_t group : account.groups) groups += (groups.empty() ? "" : ",") + std::to_string(group);
  fields.add("user", account.name).add("uid", std::to_string(account.uid)).add("gid", std::to_string(account.gid));
  fields.add("groups", groups);
}

// As ioprio_set wants it: class and level; and the weight of a cgroup, of which 100 is the usual.
struct IoWords {
  int priority;
  const char* weight;
};

IoWords io_words(IoPriority priority) {
  constexpr int best_effort = 2 << 13, idle = 3 << 13;
  switch (priority) {
    case IoPriority::idle:
      return {idle, "1"};
    case IoPriority::low:
      return {best_effort | 7, "25"};
    case IoPriority::normal:
      return {best_effort | 4, "100"};
    case IoPriority::high:
      break;
  }
  return {best_effort, "400"};
}

void add_limits(FieldWriter& fields, const ProcessLimits& limits) {
  constexpr double cpu_period_us = 100'000;
  if (limits.open_files) fields.add("open_files", std::to_string(*limits.open_files));
  if (limits.nice) fields.add("nice", std::to_string(*limits.nice));
  if (limits.memory) fields.add("memory_max", std::to_string(*limits.memory));
  if (limits.cpus) fields.add("cpu_max", std::to_string(std::lround(*limits.cpus * cpu_period_us)) + " 100000");
  if (limits.pids) fields.add("pids_max", std::to_string(*limits.pids));
  if (!limits.io) return;
  const IoWords words = io_words(*limits.io);
  fields.add("io", std::to_string(words.priority)).add("io_weight", words.weight);
}

void add_end(FieldWriter& fields, const Spec& spec) {
  fields.add("stop_signal", std::to_string(spec.stop_signal));
  fields.add("stop_grace_ms", std::to_string(spec.stop_grace.count()));
  fields.add("leftovers", word(spec.leftovers));
  fields.add("leftovers_grace_ms", std::to_string(spec.leftovers_grace.count()));
  if (!spec.time_limit) return;
  fields.add("time_limit_ms", std::to_string(std::max<std::int64_t>(0, spec.time_limit->count())));
  fields.add("limit_reason", text(spec.limit_reason));
}

Result<std::string> spec_content(const Spec& spec) {
  TRY(refuse_nul(spec));
  FieldWriter fields(run_directory::spec_kind);
  fields.add("boot", spec.boot.text).add("cwd", spec.cwd).add("umask", octal(spec.umask));
  fields.add("start_deadline_ms", std::to_string(spec.start_deadline.count()));
  fields.add("output_max", std::to_string(std::max(spec.output_max, Spec::output_max_least)));
  add_end(fields, spec);
  if (spec.input) fields.add("input", "1");
  if (!spec.only_if.empty()) fields.add("only_if", spec.only_if);
  if (spec.identity) add_identity(fields, *spec.identity);
  add_limits(fields, spec.limits);
  if (!spec.cgroup.empty()) fields.add("cgroup", spec.cgroup);
  if (!spec.journal.empty()) fields.add("journal", spec.journal).add("job", spec.job);
  for (const std::string& argument : spec.argv) fields.add("argv", argument);
  for (const std::string& variable : spec.env) fields.add("env", variable);
  return std::move(fields).whole();
}

WallTime wall_time(std::int64_t milliseconds) { return WallTime{Millis{milliseconds}}; }

ProcessName process_name(const FieldReader& fields, const std::string& who) {
  return {.pid = static_cast<pid_t>(fields.number(who + "_pid")),
          .start = static_cast<std::uint64_t>(fields.number(who + "_start"))};
}

// None: it was another call that failed.
std::optional<std::string> why_exec_failed(const std::string& call, int error) {
  if (call == "interpreter") return "the interpreter that its first line names does not exist";
  if (call == "directory") return "it is a directory, not a program";
  if (call == "mode") return "it is not executable: chmod +x";
  if (call != "exec") return std::nullopt;
  if (error == ENOEXEC) return "it is neither a program for this machine nor a script that begins with #!";
  return std::generic_category().message(error);
}

// The minder says which call failed on what; this says it to a person.
std::string describe_start_failure(const FieldReader& fields) {
  const std::string call(fields.text("call"));
  const std::string path(fields.text("path"));
  const auto error = static_cast<int>(fields.number("errno"));
  if (const auto why = why_exec_failed(call, error)) {
    const bool is_searched = path.find('/') == std::string::npos;
    return "exec " + path + ": " + *why + (is_searched ? " (looked for in the job's PATH)" : "");
  }
  if (call == "identity")
    return "user " + path + ": the system calls said yes, but the process did not become this user";
  if (call == "fork" && error == EAGAIN) return std::string("fork: ") + no_process_left;
  const bool changes_user = call == "setgroups" || call == "setgid" || call == "setuid";
  if (changes_user && error == EPERM) {
    return "user " + path + ": only a daemon that runs as root can run jobs as somebody else";
  }
  return system_error(call, path, error).what;
}

decltype(ExitRecord::end) end_of(const FieldReader& fields) {
  using NotExecuted = ExitRecord::NotExecuted;
  const std::string_view kind = fields.text("kind");
  const auto code = static_cast<int>(fields.number("code"));
  if (kind == "exited") return ProcessEnd{.how = ProcessEnd::How::exited, .code = code};
  if (kind == "signalled") return ProcessEnd{.how = ProcessEnd::How::signalled, .code = code};
  if (kind == "condition") return NotExecuted{.by = NotExecuted::By::condition, .exit_code = code};
  if (fields.text("call") == "stopped") return NotExecuted{.by = NotExecuted::By::stop};
  return describe_start_failure(fields);
}

Containment containment_of(const FieldReader& fields) {
  if (fields.text("containment") == "cgroup") return Containment::cgroup;
  return fields.text("containment") == "session" ? Containment::session : Containment::unknown;
}

Usage usage_of(const FieldReader& fields) {
  return {.cpu_user = std::chrono::microseconds{fields.number("cpu_user_us")},
          .cpu_system = std::chrono::microseconds{fields.number("cpu_system_us")},
          .memory_peak_bytes = fields.number("memory_peak_bytes"),
          .output_bytes = fields.number("output_bytes"),
          .output_dropped_bytes = fields.number("output_dropped"),
          .leftovers = fields.number("leftovers"),
          .containment = containment_of(fields)};
}

// The parent's is the daemon's, so the job's user cannot put another directory in its place.
Result<void> make_job_directory(const std::string& path, const std::optional<Account>& identity) {
  TRY(make_directory(path, 0700));
  if (identity && ::chown(path.c_str(), identity->uid, identity->gid) != 0) {
    return std::unexpected(system_error("chown", path));
  }
  return {};
}

}  // namespace

std::string run_directory_path(const std::string& runs_path, const AttemptId& id) {
  return runs_path + "/" + run_directory_name(id);
}

std::string job_directory_path(const std::string& run_directory) {
  return run_directory + "/" + run_directory::job_directory;
}

std::string run_directory_name(const AttemptId& id) {
  return id.run.text() + "." + std::to_string(id.attempt) + "." + std::to_string(id.launch);
}

std::optional<AttemptId> attempt_from_directory_name(std::string_view name) {
  const std::vector<std::string_view> parts = split(name, '.');
  if (parts.size() != 3) return std::nullopt;
  const std::optional<RunId> run = RunId::parse(parts[0]);
  const std::optional<std::uint64_t> attempt = parse_unsigned(parts[1]);
  const std::optional<std::uint64_t> launch = parse_unsigned(parts[2]);
  if (!run || !attempt || !launch) return std::nullopt;
  return AttemptId{*run, static_cast<std::uint32_t>(*attempt), static_cast<std::uint32_t>(*launch)};
}

Result<void> create_run_directory(const std::string& path, const Spec& spec) {
  const std::string content = TRY(spec_content(spec));
  TRY(make_directory(path, 0711));
  TRY(make_job_directory(in(path, run_directory::job_directory), spec.identity));
  if (spec.input) TRY(write_new_file(in(path, run_directory::input_file), *spec.input));
  return write_new_file(in(path, run_directory::spec_file), content);
}

Result<Fd> hold_secrets(const Spec& spec) {
  if (spec.secret_env.empty() && spec.hidden.empty()) return Fd{};
  if (std::ranges::any_of(spec.secret_env, has_nul)) {
    return std::unexpected(Error::bad_input("exec: a variable contains a NUL"));
  }
  FieldWriter fields(run_directory::secrets_kind);
  for (const std::string& variable : spec.secret_env) fields.add("env", variable);
  for (const std::string& value : spec.hidden) fields.add("hide", value);
  std::string content = std::move(fields).whole();
  Fd memory{::memfd_create("secrets", MFD_CLOEXEC)};
  const auto written = memory ? write_all(memory, "secrets", content)
                              : Result<void>{std::unexpected(system_error("memfd_create", "secrets"))};
  wipe(content);
  if (!written) return std::unexpected(written.error());
  return memory;
}

Result<void> create_call_directory(const std::string& path) {
  TRY(make_directory(path, 0711));
  return make_directory(in(path, run_directory::job_directory), 0700);
}

Result<std::optional<Claim>> read_claim(const std::string& directory) {
  const std::string path = in(directory, run_directory::claim_file);
  Result<std::string> content = read_file(path, {.size_max = 65536});
  if (!content && content.error().sys_errno == ENOENT) return std::optional<Claim>{};
  if (!content) return std::unexpected(std::move(content).error());
  const auto fields = FieldReader::parse(*std::move(content), run_directory::claim_kind);
  if (!fields) return std::unexpected(Error::failed(path + " is not a claim that this version can read"));
  Claim claim;
  claim.by = fields->text("by") == "recovery" ? Claim::By::recovery : Claim::By::minder;
  claim.minder = process_name(*fields, "minder");
  claim.job = process_name(*fields, "job");
  if (fields->has("executing_ms")) claim.executing = wall_time(fields->number("executing_ms"));
  return std::optional<Claim>{claim};
}

Result<bool> claim_for_recovery(const std::string& directory, const BootId& boot) {
  if (::mkdir(directory.c_str(), 0711) != 0 && errno != EEXIST) {
    return std::unexpected(system_error("mkdir", directory));
  }
  const std::string draft = in(directory, "started.recovery");
  const std::string claim = in(directory, run_directory::claim_file);
  // An earlier recovery may have died here. Its draft may be the claim by now, so it is never written to again.
  ::unlink(draft.c_str());
  FieldWriter fields(run_directory::claim_kind);
  fields.add("by", "recovery").add("boot", boot.text);
  TRY(write_new_file(draft, std::move(fields).whole()));
  const int error = ::link(draft.c_str(), claim.c_str()) == 0 ? 0 : errno;
  ::unlink(draft.c_str());
  if (error != 0 && error != EEXIST) return std::unexpected(system_error("link", claim, error));
  return error == 0;
}

std::optional<ExitRecord> read_exit_record(const std::string& directory) {
  return look_for_exit_record(directory).value_or(std::nullopt);
}

Result<std::optional<ExitRecord>> look_for_exit_record(const std::string& directory) {
  Result<std::string> content = read_file(in(directory, run_directory::exit_file), {.size_max = 65536});
  if (!content && (content.error().sys_errno == ENOENT || content.error().sys_errno == 0)) return std::nullopt;
  if (!content) return std::unexpected(std::move(content).error());
  const auto fields = FieldReader::parse(*std::move(content), run_directory::exit_kind);
  if (!fields) return std::nullopt;
  ExitRecord record;
  record.end = end_of(*fields);
  record.usage = usage_of(*fields);
  record.started = wall_time(fields->number("started_ms"));
  record.finished = wall_time(fields->number("finished_ms"));
  record.by_request = fields->flag("by_request");
  record.limit = reason_from(fields->text("limit")).value_or(Reason::none);
  record.oom_kills = fields->number("oom_kills");
  record.unlimited = fields->text("unlimited");
  record.truncated_errno = static_cast<int>(fields->number("truncated_errno"));
  record.complete = fields->flag("complete");
  return record;
}

Result<LockState> try_lock(const std::string& directory, Fd& lock) {
  const std::string path = in(directory, run_directory::lock_file);
  if (!lock) lock = Fd{::open(path.c_str(), O_RDWR | O_CLOEXEC)};
  if (!lock) return std::unexpected(system_error("open", path));
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) == 0) return LockState::obtained;
  if (errno == EWOULDBLOCK) return LockState::held;
  return std::unexpected(system_error("flock", path));
}

}  // namespace belfry
