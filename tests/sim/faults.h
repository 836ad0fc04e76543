// What can go wrong in a history, and how strongly it does.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include <belfry/time.h>

namespace belfry::sim {

enum class Fault : std::uint8_t {
  // These come at a mean distance in time.
  crash,           // the daemon dies
  reboot,          // the machine does
  minder_kill,     // somebody kills the process beside a job
  clock_step,      // somebody sets the clock, by a second to ten years
  strobe,          // the clock jumps to and fro
  suspend,         // a second to thirty days
  reload,          // another version of the file
  request,         // somebody asks for something
  ledger_trouble,  // the disk is full for a while
  shutdown,        // the daemon is told to stop
  // These have a chance.
  crash_at_boundary,  // the daemon dies before or after a commit, a start, a stop, within recovery
  lost_answer,        // nobody can say what became of a commit
  slow_answer,        // a commit takes up to a minute
  slow_spawn,         // between the order and the process there is time to die
  slow_report,        // the daemon hears late of its processes
  start_failure,      // the action cannot be executed
  hang,               // a process does not end by itself
  stubborn,           // a process ignores SIGTERM
  limit_tie,          // a process ends in the very instant of its time limit
  // These have a size.
  drift,       // of the wall clock, in parts per million
  late_timer,  // wake-ups come late by up to so many milliseconds
  ahead,       // and no fault: slots are decided by so many milliseconds before they come, as the daemon does
};

inline constexpr std::size_t fault_count = 22;
inline constexpr std::size_t planned_count = 10;  // the first ones: those at a mean distance

const char* name_of(Fault fault);

// How strong each fault is. Zero: it does not exist in this history.
class Faults {
 public:
  static Faults none() { return {}; }
  // Half of all histories do without a given fault, so that every combination occurs.
  static Faults draw(std::uint64_t seed);

  std::uint64_t operator[](Fault fault) const { return strength_[static_cast<std::size_t>(fault)]; }
  bool has(Fault fault) const { return (*this)[fault] > 0; }
  void set(Fault fault, std::uint64_t strength) { strength_[static_cast<std::size_t>(fault)] = strength; }
  void drop(Fault fault) { set(fault, 0); }
  std::string text() const;  // the names of those that exist

 private:
  std::array<std::uint64_t, fault_count> strength_{};
};

}  // namespace belfry::sim
