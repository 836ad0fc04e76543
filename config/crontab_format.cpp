#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include <base/text.h>
#include <config/crontab_format.h>
#include <config/crontab_line.h>

namespace belfry::config {

namespace {

bool is_account(const std::string& name) {
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 16384> buffer{};
  return ::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr;
}

bool is_program(const std::string& name) {
  constexpr std::array directories{"/usr/local/sbin/", "/usr/local/bin/", "/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/"};
  return std::ranges::any_of(directories,
                             [&](const char* directory) { return ::access((directory + name).c_str(), X_OK) == 0; });
}

// What may be a user's name in this line; nothing where the line is no job.
std::optional<std::string> user_or_command(std::string_view line) {
  line = trim(line);
  if (line.empty() || line.front() == '#' || read_assignment(line)) return std::nullopt;
  const auto cut = cut_crontab_line(line);
  if (!cut) return std::nullopt;
  const std::string_view rest = line.substr(cut->rest_at);
  return std::string(rest.substr(0, rest.find_first_of(" \t:")));
}

// A path is none, nor is anything that only a shell would understand.
bool may_be_account(std::string_view word) {
  return word.find_first_of("/'\"$&|;<>()[]{}=*!`\\") == std::string_view::npos;
}

std::optional<CrontabFormat> by_path(const std::string& path) {
  if (path == "/etc/crontab" || path.starts_with("/etc/cron.d/")) return CrontabFormat::system;
  if (path.starts_with("/var/spool/cron")) return CrontabFormat::user;
  return std::nullopt;
}

}  // namespace

CrontabSurroundings CrontabSurroundings::of_this_machine() {
  return {.is_account = belfry::config::is_account, .is_program = belfry::config::is_program};
}

std::optional<CrontabFormat> guess_crontab_format(const std::string& path, std::string_view text,
                                                  const CrontabSurroundings& around) {
  if (const auto format = by_path(path)) return format;
  bool has_others = false;
  std::size_t accounts = 0;
  std::size_t doubtful = 0;
  for (const std::string_view line : split(text, '\n')) {
    const auto word = user_or_command(line);
    if (!word) continue;
    if (!may_be_account(*word)) return CrontabFormat::user;
    if (!around.is_account(*word)) {
      has_others = true;
      continue;
    }
    ++accounts;
    if (around.is_program(*word)) ++doubtful;
  }
  if (accounts == 0) return CrontabFormat::user;
  const bool is_on_each_line = !has_others && doubtful < accounts;
  return is_on_each_line ? std::optional(CrontabFormat::system) : std::nullopt;
}

}  // namespace belfry::config
