// The minders that this daemon sends out. One whose run has left nothing behind rests, and is sent to the next run over
// its line (jobs/line.h): its exec and its exit are a good part of what a short run costs.
//
// A line is kept only while that may still pay: a run that goes on for a while has none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <belfry/error.h>
#include <belfry/time.h>

#include <base/os.h>

namespace belfry {

struct Minder {
  Fd process;               // its pidfd
  Fd line;                  // none: a minder that was found after a restart, for example. It ends with its run
  std::uint64_t token = 0;  // by which the launcher knows it
  bool has_rested = false;  // it is not at its first run
};

enum class MinderWord {
  nothing,  // it has said nothing
  free,     // its run is over, and it is at nobody's side
  gone,     // it is dead, or about to be
};

// What it has said over its line. REQUIRES: it has one.
MinderWord listen_to(const Minder& minder);

// THREADS: one.
class Minders {
 public:
  // `program` is opened once: a package upgrade underneath changes nothing. At most `lines_max` have a line.
  static Result<Minders> open(const std::string& program, std::size_t lines_max);

  // A new one, beside this run directory. `secrets` as hold_secrets() gives them: a minder that has held secrets ends
  // with its run.
  Result<Minder> start(const std::string& directory, const Fd& secrets);

  // One that rests, sent to the run directory of this name; nothing: none rests.
  std::optional<Minder> send(const std::string& name);
  bool has_resting() const { return !resting_.empty(); }

  // Tells it to stop its job, if it lives.
  static void tell_to_stop(const Minder& minder);

  // Gives up its line.
  void hang_up(Minder& minder);

  // REQUIRES: it has said that it is free.
  void rest(Minder minder, BootTime now);

  // Lets those go that have rested since before `then`.
  void let_go(BootTime then);

  // Of one that rests, or was let go, something is to be seen: its death.
  void look_at(std::uint64_t token);

 private:
  struct Resting {
    Minder minder;
    BootTime since{};
  };

  Minders(Fd program, Fd line_place, std::size_t lines_max);
  Fd open_line();

  Fd line_place_;  // a low number: what a new minder is to inherit stands there (jobs/spawn.h)
  Fd program_;
  std::size_t lines_max_;
  std::size_t lines_ = 0;
  std::vector<Resting> resting_;  // in the order of their coming
  std::vector<Minder> leaving_;
};

}  // namespace belfry
