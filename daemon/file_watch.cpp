#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <string_view>

#include <daemon/file_watch.h>

namespace belfry {

Result<FileWatch> FileWatch::open(const std::string& path) {
  const std::filesystem::path file(path);
  const std::string directory = file.has_parent_path() ? file.parent_path().string() : ".";
  Fd fd{::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)};
  if (!fd) return std::unexpected(system_error("inotify_init1", ""));
  constexpr std::uint32_t changes = IN_CLOSE_WRITE | IN_MODIFY | IN_MOVED_TO | IN_CREATE | IN_DELETE | IN_MOVED_FROM;
  if (::inotify_add_watch(fd.get(), directory.c_str(), changes) < 0) {
    return std::unexpected(system_error("inotify_add_watch", directory));
  }
  return FileWatch(std::move(fd), file.filename().string());
}

// A file that is a symbolic link may change without an event of its own name: a mounted ConfigMap swaps the link of a
// directory. So a name that comes or goes beside it counts too, but does not put off the settling: a busy neighbour
// must not keep a change from being seen.
void FileWatch::take_events(BootTime now) {
  alignas(inotify_event) std::array<char, 4096> buffer{};
  for (;;) {
    const ssize_t length = ::read(fd_.get(), buffer.data(), buffer.size());
    if (length <= 0) return;
    for (const char* at = buffer.data(); at < buffer.data() + length;) {
      inotify_event event{};
      std::memcpy(&event, at, sizeof event);
      const std::string_view name = event.len > 0 ? std::string_view(at + sizeof event) : std::string_view();
      const bool own = name == name_ || (event.mask & IN_Q_OVERFLOW) != 0;
      const bool in_place = (event.mask & (IN_MODIFY | IN_CLOSE_WRITE)) != 0;
      if (own || (!in_place && !seen_)) seen_ = now;
      at += sizeof event + event.len;
    }
  }
}

bool FileWatch::take_change(BootTime now) {
  if (!seen_ || now < *seen_ + settle_time) return false;
  seen_.reset();
  return true;
}

std::optional<Millis> FileWatch::settles_in(BootTime now) const {
  if (!seen_) return std::nullopt;
  return std::max(Millis{0}, *seen_ + settle_time - now);
}

}  // namespace belfry
