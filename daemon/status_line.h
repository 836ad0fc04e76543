// The line that `systemctl status` shows: how the daemon is, in a few words, worst things first.
#pragma once

#include <string>
#include <utility>

#include <belfry/scheduler.h>

namespace belfry {

class StatusLine {
 public:
  // What happened may change the line.
  void tell(const Notice& notice);
  void tell_config_read() { is_stale_ = true; }

  // True once after each of these.
  bool take_change() { return std::exchange(is_stale_, false); }

  // `config_trouble`: as Configuration has it.
  std::string text(const View& view, const std::string& config_trouble) const;

 private:
  bool is_stale_ = true;
  std::string last_failure_;  // empty: none since the start
};

}  // namespace belfry
