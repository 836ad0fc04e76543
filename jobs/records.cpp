#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include <base/file.h>
#include <base/text.h>
#include <base/try.h>
#include <jobs/fields.h>
#include <jobs/records.h>
#include <jobs/run_directory.h>

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
  while (!content.empty()) {
    const ssize_t n = ::write(fd.get(), content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return std::unexpected(system_error("write", path));
    content.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

bool has_nul(const std::string& text) { return text.find('\0') != std::string::npos; }

Result<std::string> spec_content(const Spec& spec) {
  if (std::ranges::any_of(spec.argv, has_nul) || std::ranges::any_of(spec.env, has_nul) || has_nul(spec.cwd)) {
    return std::unexpected(Error::bad_input("exec: an argument, a variable or the working directory contains a NUL"));
  }
  FieldWriter fields(run_directory::spec_kind);
  fields.add("boot", spec.boot.text).add("cwd", spec.cwd).add("umask", "022");
  fields.add("stop_grace_ms", std::to_string(spec.stop_grace.count()));
  fields.add("leftovers_grace_ms", std::to_string(spec.leftovers_grace.count()));
  for (const std::string& argument : spec.argv) fields.add("argv", argument);
  for (const std::string& variable : spec.env) fields.add("env", variable);
  return std::move(fields).whole();
}

WallTime wall_time(std::int64_t milliseconds) { return WallTime{Millis{milliseconds}}; }

ProcessName process_name(const FieldReader& fields, const std::string& who) {
  return {.pid = static_cast<pid_t>(fields.number(who + "_pid")),
          .start = static_cast<std::uint64_t>(fields.number(who + "_start"))};
}

// The minder says which call failed on what; this says it to a person.
std::string describe_start_failure(const FieldReader& fields) {
  const std::string call(fields.text("call"));
  const std::string path(fields.text("path"));
  const auto error = static_cast<int>(fields.number("errno"));
  if (call == "interpreter") return "exec " + path + ": the interpreter that its first line names does not exist";
  const bool from_path = call == "exec" && path.find('/') == std::string::npos;
  return system_error(call, path, error).what + (from_path ? " (looked for in the job's PATH)" : "");
}

ProcessEnd process_end(const FieldReader& fields) {
  const bool exited = fields.text("kind") == "exited";
  return {.how = exited ? ProcessEnd::How::exited : ProcessEnd::How::signalled,
          .code = static_cast<int>(fields.number("code"))};
}

}  // namespace

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
  TRY(make_directory(in(path, run_directory::job_directory), 0700));
  return write_new_file(in(path, run_directory::spec_file), content);
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
  Result<std::string> content = read_file(in(directory, run_directory::exit_file), {.size_max = 65536});
  if (!content) return std::nullopt;
  const auto fields = FieldReader::parse(*std::move(content), run_directory::exit_kind);
  if (!fields) return std::nullopt;
  ExitRecord record;
  if (fields->text("kind") == "start_failed") {
    record.end = describe_start_failure(*fields);
  } else {
    record.end = process_end(*fields);
  }
  record.usage = {.cpu_user = std::chrono::microseconds{fields->number("cpu_user_us")},
                  .cpu_system = std::chrono::microseconds{fields->number("cpu_system_us")},
                  .memory_peak_bytes = fields->number("memory_peak_bytes"),
                  .output_bytes = fields->number("output_bytes")};
  record.started = wall_time(fields->number("started_ms"));
  record.finished = wall_time(fields->number("finished_ms"));
  record.by_request = fields->flag("by_request");
  record.truncated = fields->flag("truncated");
  record.complete = fields->flag("complete");
  record.leftovers = static_cast<int>(fields->number("leftovers"));
  return record;
}

Result<LockState> try_lock(const std::string& directory, Fd& lock) {
  const std::string path = in(directory, run_directory::lock_file);
  if (!lock) lock = Fd{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  if (!lock) return std::unexpected(system_error("open", path));
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) == 0) return LockState::obtained;
  if (errno == EWOULDBLOCK) return LockState::held;
  return std::unexpected(system_error("flock", path));
}

}  // namespace belfry
