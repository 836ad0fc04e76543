// The state directory: made if need be, and held by one daemon at a time (S39).
#pragma once

#include <optional>
#include <string>

#include <belfry/time.h>

#include <base/os.h>

namespace belfry {

class StateDir {
 public:
  // Takes the directory's lock for as long as the StateDir lives; the kernel frees it however the process ends.
  // ErrorKind::busy: another daemon holds it, and the message says which.
  static Result<StateDir> open(const std::string& path);

  // The last sign of life of whoever held it before; none: nobody gave one.
  std::optional<WallTime> earlier_sign() const { return earlier_sign_; }
  // A sign of life, for whoever holds it next: the lock's time. It costs an inode's write, and no more than that.
  void give_sign() const;

  const std::string& path() const { return path_; }                       // absolute, whatever was given
  std::string accepted_path() const { return path_ + "/accepted.conf"; }  // the configuration accepted last
  std::string ledger_path() const { return path_ + "/ledger.db"; }
  std::string runs_path() const { return path_ + "/runs"; }

 private:
  StateDir(std::string path, Fd lock, std::optional<WallTime> earlier_sign)
      : path_(std::move(path)), lock_(std::move(lock)), earlier_sign_(earlier_sign) {}

  std::string path_;
  Fd lock_;
  std::optional<WallTime> earlier_sign_;
};

}  // namespace belfry
