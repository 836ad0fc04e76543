// `daemon:` what the file says about the daemon itself. It is read at a start; a change needs another one.
#pragma once

#include <optional>
#include <string>

#include <belfry/policies.h>
#include <belfry/retention.h>

namespace belfry::config {

// `on_stop: leave`, `wait 90s` or `kill` (S33).
struct OnStopSetting {
  OnStop what = OnStop::leave;
  Millis wait{0};  // how long; under `wait` only
  bool operator==(const OnStopSetting&) const = default;
};

// `state:` an absolute path.
struct StateSetting {
  std::string path;
  bool operator==(const StateSetting&) const = default;
};

// `listen: ["unix:/run/belfry/belfry.sock"]`: where questions are taken.
struct ListenSetting {
  std::string address;
  bool operator==(const ListenSetting&) const = default;
};

struct DaemonSettings {
  std::optional<ListenSetting> listen;  // none: the usual place
  std::optional<StateSetting> state;    // the directory of the ledger and of output; none: the usual place
  DaemonLimits limits;
  OnStopSetting on_stop;
  Keep keep;
  std::optional<std::string> salt;                  // instead of the machine's (S11)
  Millis wait_for_clock{std::chrono::seconds{60}};  // how long a start waits for a clock that must be wrong
  bool operator==(const DaemonSettings&) const = default;
};

}  // namespace belfry::config
