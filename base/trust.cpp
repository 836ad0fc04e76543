#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <list>

#include <base/os.h>
#include <base/trust.h>

namespace belfry {

namespace {

std::string in_octal(mode_t mode) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%04o", static_cast<unsigned>(mode & 07777));
  return text.data();
}

bool is_ours(const struct stat& info) { return info.st_uid == 0 || info.st_uid == ::geteuid(); }
bool is_writable_by_others(const struct stat& info) { return (info.st_mode & (S_IWGRP | S_IWOTH)) != 0; }

std::string foreign(const std::string& path, const struct stat& info, const std::string& cure) {
  return path + " belongs to user " + std::to_string(info.st_uid) + ", who is neither root nor the daemon's: " + cure +
         std::to_string(::geteuid()) + " " + path;
}

std::optional<std::string> why_distrusted(const std::string& path, const struct stat& info) {
  if (!is_ours(info)) return foreign(path, info, "chown ");
  // Nobody else can rename or delete what stands in a sticky directory.
  const bool is_sticky_directory = S_ISDIR(info.st_mode) && (info.st_mode & S_ISVTX) != 0;
  if (!is_writable_by_others(info) || is_sticky_directory) return std::nullopt;
  return "others may change " + path + " (mode " + in_octal(info.st_mode) + "): chmod go-w " + path;
}

// From the root to the file, one step after the other.
class Way {
 public:
  explicit Way(const std::filesystem::path& path) { go_by(path); }

  // Why one of the steps, or what they lead to, cannot be trusted.
  std::optional<std::string> walk() {
    struct stat info{};
    if (::stat("/", &info) != 0) return std::nullopt;
    auto why = judge(info);
    while (!why && !left_.empty()) {
      const std::string name = std::move(left_.front());
      left_.pop_front();
      const std::filesystem::path next = name == ".." ? at_.parent_path() : at_ / name;
      if (::lstat(next.c_str(), &info) != 0) return "the way to " + next.string() + " cannot be followed";
      why = S_ISLNK(info.st_mode) ? follow(next, info) : step(next, info);
    }
    return why ? why : why_named_by_others(info);
  }

 private:
  static constexpr int links_max = 40;

  void go_by(const std::filesystem::path& path) {
    auto place = left_.begin();
    for (const auto& name : path.relative_path()) {
      if (!name.empty() && name != ".") place = std::next(left_.insert(place, name.string()));
    }
    if (path.is_absolute()) at_ = "/";
  }

  std::optional<std::string> follow(const std::filesystem::path& link, const struct stat& info) {
    if (!is_ours(info)) return foreign(link, info, "chown -h ");
    std::error_code error;
    const std::filesystem::path target = std::filesystem::read_symlink(link, error);
    if (error || ++links_ > links_max) return "the symbolic link " + link.string() + " leads nowhere";
    go_by(target);
    return std::nullopt;
  }

  std::optional<std::string> step(const std::filesystem::path& next, const struct stat& info) {
    at_ = next;
    return judge(info);
  }

  std::optional<std::string> judge(const struct stat& info) {
    if (S_ISDIR(info.st_mode) && is_writable_by_others(info)) open_directory_ = at_;
    return why_distrusted(at_, info);
  }

  // Where others may add names, one more name of somebody's file could be called the configuration.
  std::optional<std::string> why_named_by_others(const struct stat& file) const {
    if (open_directory_.empty() || S_ISDIR(file.st_mode) || file.st_nlink < 2) return std::nullopt;
    return at_.string() + " has " + std::to_string(file.st_nlink) + " names, and others may add names to " +
           open_directory_.string() + ": keep it in a directory of its own";
  }

  std::filesystem::path at_;
  std::list<std::string> left_;
  std::filesystem::path open_directory_;  // the last one to which others may add names
  int links_ = 0;
};

}  // namespace

std::optional<std::string> why_distrusted(const std::string& path) {
  struct stat info{};
  std::error_code error;
  const std::filesystem::path whole = std::filesystem::absolute(path, error);
  if (error || ::stat(path.c_str(), &info) != 0) return std::nullopt;
  return Way(whole).walk();
}

std::optional<std::string> why_unfit_for_secret(const std::string& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) return system_error("open", path).what;
  if (!S_ISREG(info.st_mode)) return path + " is no regular file";
  if ((info.st_mode & S_IROTH) != 0) return "everybody may read " + path + ": chmod o-r " + path;
  return why_distrusted(path);
}

}  // namespace belfry
