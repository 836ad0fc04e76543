#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <filesystem>
#include <system_error>
#include <vector>

#include <base/os.h>
#include <base/try.h>
#include <jobs/records.h>
#include <jobs/run_directory.h>
#include <jobs/run_removal.h>

namespace belfry {

namespace {

namespace fs = std::filesystem;

struct Found {
  AttemptId id;
  std::string path;
};

Result<std::vector<Found>> list_directories(const std::string& runs_path) {
  std::vector<Found> found;
  std::error_code error;
  for (fs::directory_iterator entry(runs_path, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (const auto id = attempt_from_directory_name(name)) found.push_back({*id, entry->path().string()});
  }
  if (error) return std::unexpected(system_error("readdir", runs_path, error.value()));
  return found;
}

// remove_all() follows no links, whatever the job has put there.
Result<void> remove_tree(const std::string& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) return std::unexpected(system_error("unlink", path, error.value()));
  return {};
}

// Keeps the first of several errors.
void note(Result<void>& all, Result<void> one) {
  if (all && !one) all = std::move(one);
}

bool has_minder(const std::string& path) {
  const Fd lock{::open((path + "/" + run_directory::lock_file).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
  return lock && ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0;
}

bool was_made_before(const std::string& path, WallTime time) {
  struct stat info{};
  if (::lstat(path.c_str(), &info) != 0) return false;
  return WallTime{std::chrono::seconds{info.st_mtim.tv_sec}} < time;
}

}  // namespace

Result<void> remove_runs(const std::string& runs_path, const std::set<RunId>& runs) {
  Result<void> all;
  for (const Found& found : TRY(list_directories(runs_path))) {
    if (runs.contains(found.id.run)) note(all, remove_tree(found.path));
  }
  return all;
}

Result<void> remove_strays(const std::string& runs_path, const Strays& strays) {
  Result<void> all;
  for (const Found& found : TRY(list_directories(runs_path))) {
    if (!was_made_before(found.path, strays.made_before) || has_minder(found.path)) continue;
    if (strays.unknown(found.id.run)) note(all, remove_tree(found.path));
  }
  return all;
}

}  // namespace belfry
