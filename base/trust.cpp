#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>

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

std::optional<std::string> why_distrusted(const std::string& path, const struct stat& info) {
  if (!is_ours(info)) {
    return path + " belongs to user " + std::to_string(info.st_uid) + ", who is neither root nor the daemon's: chown " +
           std::to_string(::geteuid()) + " " + path;
  }
  // Nobody else can rename or delete what stands in a sticky directory.
  const bool is_sticky_directory = S_ISDIR(info.st_mode) && (info.st_mode & S_ISVTX) != 0;
  if (!is_writable_by_others(info) || is_sticky_directory) return std::nullopt;
  return "others may change " + path + " (mode " + in_octal(info.st_mode) + "): chmod go-w " + path;
}

}  // namespace

std::optional<std::string> why_distrusted(const std::string& path) {
  std::error_code error;
  std::filesystem::path at = std::filesystem::canonical(path, error);
  if (error) return std::nullopt;
  struct stat file{};
  if (::stat(at.c_str(), &file) != 0) return std::nullopt;
  if (auto why = why_distrusted(at, file)) return why;
  while (at != at.root_path()) {
    at = at.parent_path();
    struct stat directory{};
    if (::stat(at.c_str(), &directory) != 0) return std::nullopt;
    if (auto why = why_distrusted(at, directory)) return why;
    // Where others may add names, one more name of somebody's file could be called the configuration.
    if (is_writable_by_others(directory) && file.st_nlink > 1) {
      return path + " has " + std::to_string(file.st_nlink) + " names, and others may add names to " + at.string() +
             ": keep it in a directory of its own";
    }
  }
  return std::nullopt;
}

std::optional<std::string> why_unfit_for_secret(const std::string& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) return system_error("open", path).what;
  if (!S_ISREG(info.st_mode)) return path + " is no regular file";
  if ((info.st_mode & S_IROTH) != 0) return "everybody may read " + path + ": chmod o-r " + path;
  return why_distrusted(path);
}

}  // namespace belfry
