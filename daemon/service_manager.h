// Whoever runs the daemon as a service (systemd, or another that understands sd_notify): it is told by datagrams that
// the daemon is ready, what it does, and again and again that its loop still turns. Where there is none, nothing
// happens.
//
// The loop says it itself, once a turn, so a daemon that is stuck falls silent and is replaced. A datagram for which
// the manager has no room is offered again; nothing here ever blocks.
//
// THREADS: one, the loop's.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include <belfry/time.h>

#include <base/datagram.h>

namespace belfry {

class ServiceManager {
 public:
  using Environment = std::function<std::optional<std::string>(const char* name)>;

  // By $NOTIFY_SOCKET and $WATCHDOG_USEC.
  static ServiceManager find(const Environment& environment);

  bool is_there() const { return sender_.has_value(); }

  // People can be answered from now on. The status that goes with it does not wait.
  void tell_ready() {
    note("READY=1\n");
    shown_at_ = {};
  }
  void tell_stopping() { note("STOPPING=1\n"); }

  // One line for `systemctl status`. What it says already is not said again, and what comes too soon waits.
  void show(std::string status);

  // The start, or the end, takes longer: until the next turn or two.
  void ask_for_time(BootTime now);

  // At the end of each turn of the loop.
  void take_turn(BootTime now);

  // How long the loop may sleep at most. None: as long as it likes.
  std::optional<Millis> wakes_in(BootTime now) const;

  static constexpr Millis status_pause{1000};
  static constexpr Millis time_asked_for{30'000};
  static constexpr Millis time_pause{10'000};
  static constexpr Millis retry_pause{100};

 private:
  ServiceManager() = default;
  void note(const std::string& line) { unsaid_ += is_there() ? line : ""; }
  void add_what_is_due(BootTime now);

  std::optional<DatagramSender> sender_;
  std::optional<Millis> watchdog_;  // how often it wants to hear of us
  std::string unsaid_;              // lines that are to go out with the next datagram
  std::string status_;
  std::string shown_;
  BootTime shown_at_{};
  BootTime fed_at_{};
  std::optional<BootTime> asked_for_time_at_;
  bool has_no_room_ = false;
};

}  // namespace belfry
