// Watches one file by its directory, so that every way of saving it is seen: written in place, renamed over, a symbolic
// link swapped, deleted and made anew (S35).
//
// A save is rarely one event. The watch therefore reports a change only when the directory has been quiet about the
// file for the settle time; what the change was, and whether the content differs at all, is for the reader to find out.
#pragma once

#include <optional>
#include <string>

#include <belfry/time.h>

#include <base/os.h>

namespace belfry {

class FileWatch {
 public:
  // Armed when it returns: what is read afterwards cannot change unseen.
  static Result<FileWatch> open(const std::string& path);

  int fd() const { return fd_.get(); }

  // Takes the events that are there. REQUIRES: called when fd() is readable.
  void take_events(BootTime now);

  // True once after each change, when it has settled.
  bool take_change(BootTime now);

  // How long until a change that was seen will have settled. None: nothing was seen.
  std::optional<Millis> settles_in(BootTime now) const;

  static constexpr Millis settle_time{200};

 private:
  FileWatch(Fd fd, std::string name) : fd_(std::move(fd)), name_(std::move(name)) {}

  Fd fd_;
  std::string name_;  // within the directory
  std::optional<BootTime> seen_;
};

}  // namespace belfry
