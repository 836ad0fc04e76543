#include <fnmatch.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <deque>
#include <filesystem>
#include <string_view>

#include <base/log.h>
#include <base/try.h>
#include <daemon/file_watch.h>

namespace belfry {

namespace {

constexpr std::uint32_t changes = IN_CLOSE_WRITE | IN_MODIFY | IN_MOVED_TO | IN_CREATE | IN_DELETE | IN_MOVED_FROM |
                                  IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF;

std::int64_t nanoseconds(const timespec& t) { return std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec; }

// Goes down a path part by part and notes each name on which it depends: of every symbolic link, wherever it leads, and
// of the file; or of the first part that is not there.
class Walk {
 public:
  explicit Walk(const std::string& path) {
    std::error_code ignored;
    push_front(std::filesystem::absolute(path, ignored).lexically_normal());
  }

  template <class Note>
  void go(Note note) {
    std::filesystem::path at = "/";
    for (int links = 0; !parts_.empty() && links < links_max;) {
      const std::filesystem::path part = parts_.front();
      parts_.pop_front();
      if (part == "..") {
        at = at.parent_path();
        continue;
      }
      const std::filesystem::path here = at / part;
      std::error_code error;
      const auto type = std::filesystem::symlink_status(here, error).type();
      if (type == std::filesystem::file_type::directory && !parts_.empty()) {
        at = here;
        continue;
      }
      note(at.string(), part.string());
      if (type != std::filesystem::file_type::symlink) return;
      ++links;
      const auto target = std::filesystem::read_symlink(here, error);
      if (target.is_absolute()) at = "/";
      push_front(target);
    }
  }

 private:
  static constexpr int links_max = 40;  // as in the kernel

  void push_front(const std::filesystem::path& path) {
    std::vector<std::filesystem::path> parts;
    for (const auto& part : path.relative_path()) {
      if (!part.empty() && part != ".") parts.push_back(part);
    }
    parts_.insert(parts_.begin(), parts.begin(), parts.end());
  }

  std::deque<std::filesystem::path> parts_;
};

}  // namespace

FileWatch::Names FileWatch::names_of(const std::vector<std::string>& paths) {
  Names names;
  for (const std::string& path : paths) {
    Walk(path).go(
        [&](std::string directory, std::string name) { names[std::move(directory)].insert(std::move(name)); });
  }
  return names;
}

FileWatch::Stamp FileWatch::stamp_of(const std::string& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) return {};
  return {.device = info.st_dev,
          .inode = info.st_ino,
          .size = info.st_size,
          .modified_ns = nanoseconds(info.st_mtim),
          .changed_ns = nanoseconds(info.st_ctim)};
}

Result<FileWatch> FileWatch::open(const std::vector<std::string>& paths) {
  Fd fd{::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)};
  if (!fd) return std::unexpected(system_error("inotify_init1", ""));
  Poller poller = TRY(Poller::open());
  TRY(poller.add(fd.get(), 0));
  FileWatch made(std::move(fd), std::move(poller));
  TRY(made.watch(names_of(paths)));
  for (const std::string& path : paths) made.stamps_[path] = stamp_of(path);
  return made;
}

// New watches are armed before old ones are dropped: a directory that stays is never without one.
Result<void> FileWatch::watch(const Names& names) {
  std::map<int, std::string> directories;
  Result<void> result;
  for (const auto& [directory, of_directory] : names) {
    const int watch = ::inotify_add_watch(fd_.get(), directory.c_str(), changes);
    if (watch >= 0) {
      directories[watch] = directory;
    } else if (result) {
      result = std::unexpected(system_error("inotify_add_watch", directory));
    }
  }
  for (const auto& [watch, directory] : directories_) {
    if (!directories.contains(watch)) ::inotify_rm_watch(fd_.get(), watch);
  }
  directories_ = std::move(directories);
  names_ = names;
  return result;
}

// Always armed anew: a directory that has taken the place of another bears its name, and is not watched yet.
void FileWatch::follow(const std::vector<std::string>& paths, BootTime now) {
  const Names names_before = names_;
  const auto directories_before = directories_;
  const auto watched = watch(names_of(paths));
  if (names_ != names_before || directories_ != directories_before) {
    if (!watched) log::warning(watched.error().what + ": changes there are only seen every 30 s");
    seen_ = now;
  }
  std::map<std::string, Stamp> stamps;
  for (const std::string& path : paths) {
    const auto known = stamps_.find(path);
    stamps[path] = known != stamps_.end() ? known->second : stamp_of(path);
  }
  stamps_ = std::move(stamps);
}

bool FileWatch::is_watched_name(int watch, std::string_view name) const {
  const auto directory = directories_.find(watch);
  if (directory == directories_.end()) return false;
  const auto names = names_.find(directory->second);
  if (names == names_.end()) return false;
  return std::ranges::any_of(names->second, [&](const std::string& pattern) {
    return pattern == name || ::fnmatch(pattern.c_str(), std::string(name).c_str(), FNM_PERIOD) == 0;
  });
}

// One read: what is left makes the descriptor readable again after the rest.
void FileWatch::take_events(BootTime now) {
  alignas(inotify_event) std::array<char, 4096> buffer{};
  const ssize_t length = ::read(fd_.get(), buffer.data(), buffer.size());
  for (ssize_t at = 0; at < length;) {
    inotify_event event{};
    std::memcpy(&event, buffer.data() + at, sizeof event);
    const std::string_view name = event.len > 0 ? buffer.data() + at + sizeof event : "";
    const bool is_lost = (event.mask & (IN_Q_OVERFLOW | IN_DELETE_SELF | IN_MOVE_SELF)) != 0;
    if (is_lost || is_watched_name(event.wd, name)) seen_ = now;
    at += static_cast<ssize_t>(sizeof event + event.len);
  }
  if (!rests_until_) poller_.remove(fd_.get());
  rests_until_ = now + rest_time;
}

void FileWatch::end_rest(BootTime now) {
  if (!rests_until_ || now < *rests_until_) return;
  rests_until_.reset();
  if (const auto added = poller_.add(fd_.get(), 0); !added) log::error(added.error().what);
}

void FileWatch::poll(BootTime now) {
  if (now < polled_ + poll_time) return;
  polled_ = now;
  for (auto& [path, stamp] : stamps_) {
    const Stamp current = stamp_of(path);
    if (current != stamp && !seen_) seen_ = now;
    stamp = current;
  }
}

bool FileWatch::take_change(BootTime now) {
  end_rest(now);
  poll(now);
  if (!seen_ || now < *seen_ + settle_time) return false;
  seen_.reset();
  return true;
}

Millis FileWatch::wakes_in(BootTime now) const {
  BootTime next = seen_ ? *seen_ + settle_time : polled_ + poll_time;
  if (rests_until_) next = std::min(next, *rests_until_);
  return std::max(Millis{0}, next - now);
}

}  // namespace belfry
