#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include <base/log.h>
#include <jobs/progress_watch.h>

namespace belfry {

Result<ProgressWatch> ProgressWatch::open() {
  Fd fd{::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)};
  if (!fd) return std::unexpected(system_error("inotify_init", ""));
  return ProgressWatch(std::move(fd));
}

void ProgressWatch::listen(const AttemptId& id, const std::string& job_directory) {
  constexpr unsigned written = IN_CLOSE_WRITE | IN_MOVED_TO | IN_ONLYDIR | IN_DONT_FOLLOW;
  const int watch = ::inotify_add_watch(inotify_.get(), job_directory.c_str(), written);
  if (watch < 0) {
    if (errno != ENOENT) log::warning("jobs: " + system_error("inotify_add_watch", job_directory).what);
    return;
  }
  by_watch_.insert_or_assign(watch, id);
  watches_.insert_or_assign(id, watch);
}

void ProgressWatch::forget(const AttemptId& id) {
  const auto known = watches_.extract(id);
  if (known.empty()) return;
  by_watch_.erase(known.mapped());
  ::inotify_rm_watch(inotify_.get(), known.mapped());  // fails where the directory is gone, and the watch with it
}

std::vector<AttemptId> ProgressWatch::take() {
  std::vector<AttemptId> ids;
  alignas(inotify_event) std::array<char, 4096> buffer{};
  for (;;) {
    const ssize_t n = ::read(inotify_.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return ids;
    for (std::size_t at = 0; at < static_cast<std::size_t>(n);) {
      inotify_event event{};
      std::memcpy(&event, buffer.data() + at, sizeof event);
      at += sizeof event + event.len;
      const auto known = by_watch_.find(event.wd);
      if (known == by_watch_.end()) continue;
      const AttemptId id = known->second;
      forget(id);
      ids.push_back(id);
    }
  }
}

}  // namespace belfry
