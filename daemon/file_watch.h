// Watches files by the directories in which their names stand, so that every way of saving them is seen: written in
// place, renamed over, deleted and made anew, and any symbolic link on the way to them pointed elsewhere (S35).
//
// A save is rarely one event. The watch therefore reports a change only when the files have been quiet for the settle
// time; what the change was, and whether the content differs at all, is for the reader to find out.
//
// Some file systems tell nothing of what other machines do, and the kernel bounds the number of watches: so the files
// are also looked at every `poll_time`.
#pragma once

#include <sys/types.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <belfry/time.h>

#include <base/os.h>
#include <base/poller.h>

namespace belfry {

class FileWatch {
 public:
  // Armed when it returns: what is read afterwards cannot change unseen. The last part of a path may hold * ? [.
  static Result<FileWatch> open(const std::vector<std::string>& paths);

  int fd() const { return poller_.fd(); }

  // From now on these files, by the links that lead to them now. What was not watched before counts as changed: it may
  // have changed after it was read.
  void follow(const std::vector<std::string>& paths, BootTime now);

  // Takes events that are there, a bounded number, and then rests: whoever writes a log beside the file without end
  // must not keep the loop busy with what it does not want to know.
  void take_events(BootTime now);

  // True once after each change, when it has settled.
  bool take_change(BootTime now);

  // How long until there is something to do: a change will have settled, the rest is over, or the files are looked at.
  Millis wakes_in(BootTime now) const;

  static constexpr Millis settle_time{200};
  static constexpr Millis poll_time{30'000};
  static constexpr Millis rest_time{50};

 private:
  // Which file it is, and when it was last changed. All zero: it is not there.
  struct Stamp {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::int64_t size = 0;
    std::int64_t modified_ns = 0;
    std::int64_t changed_ns = 0;
    bool operator==(const Stamp&) const = default;
  };
  using Names = std::map<std::string, std::set<std::string>>;  // by directory

  FileWatch(Fd fd, Poller poller) : fd_(std::move(fd)), poller_(std::move(poller)) {}
  static Names names_of(const std::vector<std::string>& paths);
  static Stamp stamp_of(const std::string& path);
  bool is_watched_name(int watch, std::string_view name) const;
  Result<void> watch(const Names& names);
  void poll(BootTime now);
  void end_rest(BootTime now);

  Fd fd_;
  Poller poller_;  // has it, except at rest
  std::optional<BootTime> rests_until_;
  Names names_;
  std::map<int, std::string> directories_;  // by the kernel's number of the watch
  std::map<std::string, Stamp> stamps_;     // of the files
  BootTime polled_{};
  std::optional<BootTime> seen_;
};

}  // namespace belfry
