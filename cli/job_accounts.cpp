#include <filesystem>

#include <base/words.h>
#include <cli/document.h>
#include <cli/job_accounts.h>
#include <daemon/own_process.h>

namespace belfry::cli {

namespace {

constexpr std::size_t names_max = 5;

// A daemon in the foreground may know its file by a name that means another one here.
bool is_file_of(const StatusRow& status, const std::string& path) {
  std::error_code none;
  return status.config_path.starts_with('/') && std::filesystem::equivalent(status.config_path, path, none);
}

}  // namespace

JobAccounts accounts_of_file(const DaemonLink& daemon, const std::string& path) {
  const auto response = daemon.send({.target = "/v1/status", .patience = std::chrono::seconds{2}});
  const auto status = response ? decode_status(response->body) : std::unexpected(response.error());
  if (!status || !status->process) return {};
  if (!daemon.was_named && !is_file_of(*status, path)) return {};
  return {.is_known = true, .only_as = only_account(*status->process)};
}

std::string doubt_about_accounts(const JobSet& set, const JobAccounts& accounts) {
  if (accounts.is_known) return "";
  std::vector<std::string> names;
  for (const Job& job : set.jobs) {
    if (!job.process->user.empty() || !job.process->group.empty()) names.push_back(job.name.text());
  }
  if (names.empty()) return "";
  return "no daemon that reads this file could be asked whether it may run jobs as another user or group: " +
         some_of(names, names_max) + ". If not, it refuses the file; " + config::cure_for_others;
}

}  // namespace belfry::cli
