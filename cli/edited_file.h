// A file that is edited: a copy to work on beside it, and the way back, by which readers see the old text or the new
// one and never a part.
#pragma once

#include <sys/stat.h>

#include <string>

#include <belfry/error.h>

#include <base/os.h>

namespace belfry::cli {

class EditedFile {
 public:
  // Symbolic links are followed: what is replaced in the end is the file that they lead to. One that is not there
  // begins with `fresh`. busy: somebody else edits it this way.
  static Result<EditedFile> open(const std::string& path, const std::string& fresh);
  EditedFile(EditedFile&& other) noexcept = default;
  EditedFile& operator=(EditedFile&&) = delete;
  ~EditedFile();  // removes the copy, unless it is to be kept

  const std::string& path() const { return path_; }  // of the file
  const std::string& copy() const { return copy_; }
  const std::string& before() const { return before_; }  // its text when it was opened

  Result<std::string> edited() const;          // the text of the copy
  Result<bool> was_changed_meanwhile() const;  // the file, by somebody else

  // Owner, mode and extended attributes stay. Synced: it is there after a power cut.
  Result<void> install(const std::string& text) const;
  void keep_copy() { is_kept_ = true; }

 private:
  EditedFile(std::string path, std::string copy, std::string before)
      : path_(std::move(path)), copy_(std::move(copy)), before_(std::move(before)) {}

  std::string path_;
  std::string copy_;
  std::string before_;
  Fd lock_;  // of the file; none where it is new
  bool is_new_ = false;
  bool is_kept_ = false;
};

}  // namespace belfry::cli
