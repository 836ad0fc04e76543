#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <filesystem>
#include <vector>

#include <base/file.h>
#include <base/try.h>
#include <cli/edited_file.h>

namespace belfry::cli {

namespace {

namespace fs = std::filesystem;

// The file that the links lead to, or would: it need not be there.
Result<std::string> target_of(const std::string& path) {
  std::error_code error;
  const fs::path target = fs::weakly_canonical(fs::absolute(path, error), error);
  if (error) return std::unexpected(system_error("realpath", path, error.value()));
  return target.string();
}

// A hidden name that ends as the file does, so that editors know the language and no pattern of `include` finds it.
std::string name_beside(const fs::path& path, const std::string& purpose) {
  return (path.parent_path() / ("." + path.stem().string() + "." + purpose + "-XXXXXX" + path.extension().string()))
      .string();
}

Result<Fd> make_beside(const fs::path& path, const std::string& purpose, std::string& name) {
  name = name_beside(path, purpose);
  Fd fd{::mkostemps(name.data(), static_cast<int>(path.extension().string().size()), O_CLOEXEC)};
  if (!fd) return std::unexpected(system_error("open", name));
  return fd;
}

// Access lists and labels. Where the file system has none there is nothing to copy.
void copy_attributes(const std::string& from, const Fd& to) {
  std::vector<char> names(65536);
  const ssize_t size = ::listxattr(from.c_str(), names.data(), names.size());
  if (size <= 0) return;
  std::vector<char> value(65536);
  for (const char* name = names.data(); name < names.data() + size; name += std::string_view(name).size() + 1) {
    const ssize_t length = ::getxattr(from.c_str(), name, value.data(), value.size());
    if (length >= 0) (void)::fsetxattr(to.get(), name, value.data(), static_cast<std::size_t>(length), 0);
  }
}

Result<void> keep_owner_and_mode(const std::string& from, const Fd& to, const std::string& name) {
  struct stat info{};
  if (::stat(from.c_str(), &info) != 0) return std::unexpected(system_error("stat", from));
  struct stat made{};
  if (::fstat(to.get(), &made) != 0) return std::unexpected(system_error("fstat", name));
  const bool is_other = made.st_uid != info.st_uid || made.st_gid != info.st_gid;
  if (is_other && ::fchown(to.get(), info.st_uid, info.st_gid) != 0)
    return std::unexpected(system_error("fchown", name));
  copy_attributes(from, to);
  if (::fchmod(to.get(), info.st_mode & 07777) != 0) return std::unexpected(system_error("fchmod", name));
  return {};
}

Result<void> sync_directory(const fs::path& path) {
  const Fd directory{::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!directory || ::fsync(directory.get()) != 0)
    return std::unexpected(system_error("fsync", path.parent_path().string()));
  return {};
}

}  // namespace

Result<EditedFile> EditedFile::open(const std::string& path, const std::string& fresh) {
  const std::string target = TRY(target_of(path));
  std::error_code ignored;
  const bool is_new = !fs::exists(target, ignored);
  Fd lock;
  if (!is_new) {
    if (!fs::is_regular_file(target, ignored)) return std::unexpected(Error::bad_input(target + " is no regular file"));
    lock = Fd{::open(target.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!lock) return std::unexpected(system_error("open", target));
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
      return std::unexpected(Error{ErrorKind::busy, "somebody else edits " + target + " with  belfry edit"});
    }
  }
  std::string before = is_new ? "" : TRY(read_file(target));
  std::string copy;
  const Fd made = TRY(make_beside(target, "edit", copy));
  EditedFile edited(target, copy, std::move(before));
  edited.is_new_ = is_new;
  edited.lock_ = std::move(lock);
  TRY(write_all(made, copy, is_new ? fresh : edited.before_));
  return edited;
}

EditedFile::~EditedFile() {
  if (!copy_.empty() && !is_kept_) ::unlink(copy_.c_str());
}

Result<std::string> EditedFile::edited() const { return read_file(copy_); }

Result<bool> EditedFile::was_changed_meanwhile() const {
  std::error_code ignored;
  if (!fs::exists(path_, ignored)) return !is_new_;
  return TRY(read_file(path_)) != before_;
}

Result<void> EditedFile::install(const std::string& text) const {
  std::string name;
  const Fd made = TRY(make_beside(path_, "new", name));
  const auto installed = [&]() -> Result<void> {
    TRY(write_all(made, name, text));
    if (is_new_) {
      if (::fchmod(made.get(), 0644) != 0) return std::unexpected(system_error("fchmod", name));
    } else {
      TRY(keep_owner_and_mode(path_, made, name));
    }
    if (::fsync(made.get()) != 0) return std::unexpected(system_error("fsync", name));
    if (::rename(name.c_str(), path_.c_str()) != 0) return std::unexpected(system_error("rename", path_));
    return sync_directory(path_);
  }();
  if (!installed) ::unlink(name.c_str());
  return installed;
}

}  // namespace belfry::cli
