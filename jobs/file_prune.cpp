// `file.prune`: removes old files from directories.
//
// It goes from directory to directory by descriptors and follows no symbolic link below those that it was told, so
// nothing that somebody puts there leads it anywhere else. Only regular files are removed, never directories.
#include <dirent.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include <base/os.h>
#include <base/try.h>
#include <jobs/builtin.h>

namespace belfry {
namespace {

constexpr int depth_max = 32;

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

struct Found {
  std::shared_ptr<const Fd> directory;
  std::string name;
  std::string path;  // for people
  WallTime modified;
  std::int64_t bytes = 0;
};

struct Rules {
  std::vector<std::string> globs;
  std::optional<WallTime> before;
  std::size_t keep = 0;
  bool goes_down = false;
  bool only_says = false;
};

Rules rules_of(const CallContext& run) {
  const Arguments& with = run.with();
  Rules rules{.globs = argument::texts(with, "glob")};
  if (const auto age = argument::duration(with, "older_than")) rules.before = run.run().opened - *age;
  rules.keep = static_cast<std::size_t>(argument::integer(with, "keep").value_or(0));
  rules.goes_down = argument::boolean(with, "recursive").value_or(false);
  rules.only_says = argument::boolean(with, "dry_run").value_or(false);
  return rules;
}

WallTime modified(const struct stat& info) {
  return WallTime{std::chrono::floor<Millis>(std::chrono::seconds{info.st_mtim.tv_sec} +
                                             std::chrono::nanoseconds{info.st_mtim.tv_nsec})};
}

class Pruning {
 public:
  explicit Pruning(CallContext& run) : run_(run), rules_(rules_of(run)) {}

  Result<void> look_into(const std::string& path) {
    Fd directory{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!directory) return std::unexpected(system_error("open", path));
    return look_into({.fd = std::make_shared<const Fd>(std::move(directory)), .path = path, .depth = 0});
  }

  Result<void> remove_old();

 private:
  struct Place {
    std::shared_ptr<const Fd> fd;
    std::string path;
    int depth = 0;
  };

  Result<void> look_into(const Place& place);
  Result<void> look_at(const Place& place, const std::string& name);
  bool is_meant(const std::string& name) const;
  void remove(const Found& file);

  CallContext& run_;
  const Rules rules_;
  std::vector<Found> found_;
  std::int64_t removed_ = 0;
  std::int64_t bytes_ = 0;
  std::string trouble_;  // the first thing that could not be removed
};

bool Pruning::is_meant(const std::string& name) const {
  return std::ranges::any_of(
      rules_.globs, [&](const std::string& glob) { return ::fnmatch(glob.c_str(), name.c_str(), FNM_PERIOD) == 0; });
}

Result<void> Pruning::look_into(const Place& place) {
  Fd again{::openat(place.fd->get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  const Directory directory{again ? ::fdopendir(again.get()) : nullptr};
  if (!directory) return std::unexpected(system_error("open", place.path));
  (void)again.release();  // closed with the directory
  while (const dirent* entry = ::readdir(directory.get())) {
    const std::string name(static_cast<const char*>(entry->d_name));
    if (run_.stop().stop_requested()) return std::unexpected(Error::failed("stopped before anything was removed"));
    if (name != "." && name != "..") TRY(look_at(place, name));
  }
  return {};
}

Result<void> Pruning::look_at(const Place& place, const std::string& name) {
  struct stat info{};
  if (::fstatat(place.fd->get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) return {};  // somebody was faster
  const std::string path = place.path + "/" + name;
  if (S_ISREG(info.st_mode) && is_meant(name)) {
    found_.push_back(
        {.directory = place.fd, .name = name, .path = path, .modified = modified(info), .bytes = info.st_size});
  }
  if (!S_ISDIR(info.st_mode) || !rules_.goes_down) return {};
  if (place.depth >= depth_max) return std::unexpected(Error::failed(path + " lies too deep"));
  Fd below{::openat(place.fd->get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)};
  if (!below) return std::unexpected(system_error("open", path));
  return look_into({.fd = std::make_shared<const Fd>(std::move(below)), .path = path, .depth = place.depth + 1});
}

Result<void> Pruning::remove_old() {
  std::ranges::sort(found_, [](const Found& a, const Found& b) {
    return a.modified != b.modified ? a.modified > b.modified : a.path < b.path;
  });
  for (std::size_t i = rules_.keep; i < found_.size() && !run_.stop().stop_requested(); ++i) {
    if (!rules_.before || found_[i].modified < *rules_.before) remove(found_[i]);
    run_.progress(static_cast<double>(i + 1) / static_cast<double>(found_.size()), "");
  }
  const std::string verb = rules_.only_says ? "would remove " : "removed ";
  run_.log(verb + std::to_string(removed_) + " of " + std::to_string(found_.size()) + " files, " +
           std::to_string(bytes_) + " bytes");
  TRY(run_.set_result("{\"removed\":" + std::to_string(removed_) + ",\"bytes\":" + std::to_string(bytes_) + "}"));
  if (!trouble_.empty()) return std::unexpected(Error::failed(trouble_));
  return {};
}

void Pruning::remove(const Found& file) {
  if (!rules_.only_says && ::unlinkat(file.directory->get(), file.name.c_str(), 0) != 0 && errno != ENOENT) {
    const std::string why = system_error("unlink", file.path).what;
    run_.log_error(why);
    if (trouble_.empty()) trouble_ = why;
    return;
  }
  run_.log((rules_.only_says ? "would remove " : "removed ") + file.path);
  ++removed_;
  bytes_ += file.bytes;
}

// An absolute path, so that it means the same wherever the daemon was started.
std::vector<Complaint> check(const Arguments& with) {
  std::vector<Complaint> complaints;
  for (const std::string& path : argument::texts(with, "dirs")) {
    if (!path.starts_with('/')) complaints.push_back({"dirs", "'" + path + "' must be an absolute path"});
    if (path.find_first_not_of('/') == std::string::npos)
      complaints.push_back({"dirs", "'dirs' may not name the root"});
  }
  if (find_argument(with, "older_than") == nullptr && find_argument(with, "keep") == nullptr) {
    complaints.push_back({"", "'file.prune' needs 'older_than' or 'keep': it would remove every file"});
  }
  return complaints;
}

}  // namespace

Callable file_prune_callable() {
  using Type = Parameter::Type;
  using Needed = Parameter::Needed;
  return {.name = "file.prune",
          .summary = "Removes old files from directories.",
          .parameters =
              {{.name = "dirs", .type = Type::texts, .summary = "Where: absolute paths.", .needed = Needed::yes},
               {.name = "glob", .type = Type::texts, .summary = "Which: *.log, dump-*.zst.", .needed = Needed::yes},
               {.name = "older_than", .type = Type::duration, .summary = "Only those changed longer ago.", .min = 0},
               {.name = "keep", .type = Type::integer, .summary = "Keeps the newest of them all, so many.", .min = 0},
               {.name = "recursive", .type = Type::boolean, .summary = "true: in directories below, too."},
               {.name = "dry_run", .type = Type::boolean, .summary = "true: only says what it would remove."}},
          .check = check,
          .call = [](CallContext& run) -> Result<void> {
            Pruning pruning(run);
            for (const std::string& path : argument::texts(run.with(), "dirs")) TRY(pruning.look_into(path));
            return pruning.remove_old();
          }};
}

}  // namespace belfry
