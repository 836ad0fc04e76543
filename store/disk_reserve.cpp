#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <base/os.h>
#include <store/disk_reserve.h>

namespace belfry {

namespace {

// So much beside the reserve must be free before it is taken: it must not be what fills the disk.
constexpr std::int64_t reserves_left_free = 2;

std::int64_t bytes_held(const std::string& path) {
  struct stat info{};
  return ::stat(path.c_str(), &info) == 0 ? static_cast<std::int64_t>(info.st_blocks) * 512 : 0;
}

std::int64_t bytes_free(const Fd& fd) {
  struct statvfs info{};
  if (::fstatvfs(fd.get(), &info) != 0) return 0;
  return static_cast<std::int64_t>(info.f_bavail) * static_cast<std::int64_t>(info.f_frsize);
}

}  // namespace

// A file with holes would hold nothing, so its blocks are asked for, and counted.
void DiskReserve::take() {
  if (is_held_ || bytes_ == 0) return;
  if (bytes_held(path_) >= bytes_) {
    is_held_ = true;
    return;
  }
  const Fd fd{::open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (!fd) return;
  const bool has_room = bytes_free(fd) >= bytes_ * (1 + reserves_left_free);
  is_held_ = has_room && ::posix_fallocate(fd.get(), 0, bytes_) == 0;
  if (!is_held_) (void)::unlink(path_.c_str());
}

bool DiskReserve::give() {
  const bool was_there = bytes_held(path_) > 0;
  is_held_ = false;
  return ::unlink(path_.c_str()) == 0 && was_there;
}

}  // namespace belfry
