#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include <base/file.h>
#include <base/os.h>
#include <base/text.h>
#include <base/zones.h>
#include <cli/machine_checks.h>
#include <cli/phrases.h>

namespace belfry::cli {

namespace {

using Verdict = Finding::Verdict;

constexpr std::uint64_t open_files_wanted = 4096;
constexpr std::uint64_t disk_bytes_wanted = 256U << 20U;

Finding good(std::string about, std::string what) {
  return {.about = std::move(about), .verdict = Verdict::good, .what = std::move(what), .cure = ""};
}

std::string octal(mode_t mode) {
  std::string digits;
  for (int shift = 9; shift >= 0; shift -= 3) digits += static_cast<char>('0' + ((mode >> shift) & 7U));
  return digits;
}

// "Max open files            1024                 524288               files": the soft limit, nothing for unlimited.
std::optional<std::uint64_t> open_files_limit(const std::string& limits) {
  constexpr std::string_view name = "Max open files";
  for (const std::string_view line : split(limits, '\n')) {
    if (!line.starts_with(name)) continue;
    const std::string_view rest = trim(line.substr(name.size()));
    return parse_unsigned(rest.substr(0, rest.find(' ')));
  }
  return std::nullopt;
}

std::optional<std::string> who_else_may_write(const std::string& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) return std::nullopt;
  const bool is_sticky = S_ISDIR(info.st_mode) && (info.st_mode & S_ISVTX) != 0;
  if ((info.st_mode & (S_IWGRP | S_IWOTH)) == 0 || is_sticky) return std::nullopt;
  return path + " has mode " + octal(info.st_mode & 07777U);
}

}  // namespace

Finding check_clock() {
  timex state{};
  if (::adjtimex(&state) != TIME_ERROR && (state.status & STA_UNSYNC) == 0) return good("clock", "it is synchronised");
  return {.about = "clock",
          .verdict = Verdict::note,
          .what = "nobody says that it is synchronised",
          .cure = "run systemd-timesyncd or chrony; in a container the host does it"};
}

Finding check_zones(const std::string& database) {
  ZoneCache zones;
  const auto zone = zones.find("Europe/Berlin");
  if (!zone) {
    return {.about = "time zones",
            .verdict = Verdict::bad,
            .what = "the zone database is not there: " + zone.error().what,
            .cure = "install it: apt install tzdata"};
  }
  const std::string here = zones.database_version();
  if (database.empty() || database == here) return good("time zones", "database " + here);
  return {.about = "time zones",
          .verdict = Verdict::note,
          .what = "the daemon uses database " + database + ", here is " + here,
          .cure = "restart the daemon, or look at its TZDIR"};
}

Finding check_cgroups(pid_t daemon, const CgroupFiles& files) {
  const auto home = find_cgroup_home(std::to_string(daemon), files);
  if (!home) {
    return {.about = "control groups",
            .verdict = Verdict::note,
            .what = home.error().what +
                    ": processes of a job are found by session and parent, and limits on memory, "
                    "cpus and pids do not hold",
            .cure = "run the daemon as a service with Delegate=yes, on a machine with cgroup v2"};
  }
  Controllers wanted = Controllers::parse("cpu memory pids");
  const Controllers missing = wanted.without(Controllers::parse(read_file(*home + "/cgroup.controllers").value_or("")));
  if (missing.is_empty()) return good("control groups", "each attempt of a job gets its own, below " + *home);
  return {.about = "control groups",
          .verdict = Verdict::note,
          .what = "each attempt of a job gets its own, but nothing can be bounded there on: " + missing.words(),
          .cure = "have them handed on to " + *home};
}

Finding check_limits(pid_t daemon, const KernelFiles& files) {
  const auto text = read_file(files.proc + "/" + std::to_string(daemon) + "/limits");
  if (!text) return {.about = "limits", .verdict = Verdict::note, .what = text.error().what, .cure = "look as root"};
  const auto limit = open_files_limit(*text);
  if (!limit) return good("limits", "open files without a limit");
  if (*limit >= open_files_wanted) return good("limits", std::to_string(*limit) + " open files");
  return {.about = "limits",
          .verdict = Verdict::note,
          .what = "the daemon may open " + std::to_string(*limit) + " files",
          .cure = "start it with at least " + std::to_string(open_files_wanted) + " (LimitNOFILE=, ulimit -n)"};
}

Finding check_disk(const std::string& state_dir) {
  struct statvfs info{};
  if (::statvfs(state_dir.c_str(), &info) != 0) {
    return {.about = "disk",
            .verdict = Verdict::note,
            .what = system_error("statvfs", state_dir).what,
            .cure = "look as the daemon's user"};
  }
  const std::uint64_t free = std::uint64_t{info.f_bavail} * info.f_frsize;
  const std::string what = std::to_string(free >> 20U) + " MiB free at " + state_dir;
  const bool has_files = info.f_files == 0 || info.f_favail > 1000;
  if (free >= disk_bytes_wanted && has_files) return good("disk", what);
  return {.about = "disk",
          .verdict = free == 0 || !has_files ? Verdict::bad : Verdict::note,
          .what = has_files ? what : "as many files as may be are at " + state_dir,
          .cure = "make room; where the ledger cannot be written nothing is started"};
}

Finding check_set_aside(const std::string& state_dir) {
  std::string newest;  // their names end in the time
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(state_dir, error)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("ledger.db.corrupt.") && name.ends_with('Z')) newest = std::max(newest, name);
  }
  if (error) {
    return {.about = "damage",
            .verdict = Verdict::note,
            .what = "nobody looked for a damaged ledger: " + state_dir + ": " + error.message(),
            .cure = "look as the daemon's user, or as root"};
  }
  if (newest.empty()) return good("damage", "no ledger was set aside as damaged");
  return {.about = "damage",
          .verdict = Verdict::note,
          .what = "a damaged ledger was set aside as " + state_dir + "/" + newest +
                  ": what came before is not all known any more",
          .cure = "look at the disk, and remove the file when nobody needs it; the daemon's log says what was lost"};
}

Finding check_file(const std::string& about, const std::string& path) {
  std::error_code error;
  const std::filesystem::path target = std::filesystem::canonical(path, error);
  if (error) {
    return {.about = about, .verdict = Verdict::bad, .what = path + ": " + error.message(), .cure = "make it readable"};
  }
  for (std::filesystem::path part = target; part != part.parent_path(); part = part.parent_path()) {
    if (const auto open = who_else_may_write(part.string())) {
      return {.about = about,
              .verdict = Verdict::bad,
              .what = *open + ": others may change what the daemon runs",
              .cure = "chmod go-w " + part.string()};
    }
  }
  return good(about, target.string());
}

}  // namespace belfry::cli
