// Where things are found without flags: the configuration file, the daemon, the state directory.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace belfry::cli {

// What the search depends on, so that a test can make it up.
struct Surroundings {
  std::function<std::optional<std::string>(const char* name)> variable;  // of the environment; empty counts as unset
  std::function<bool(const std::string& path)> exists;
  bool is_root = false;

  static Surroundings of_this_process();
};

// $BELFRY_CONFIG, $XDG_CONFIG_HOME/belfry/schedules.yaml (not root), /etc/belfry/schedules.yaml.
std::string find_config(const Surroundings& around);

// $XDG_RUNTIME_DIR/belfry/belfry.sock (not root, if it exists), /run/belfry/belfry.sock. `--host` and $BELFRY_HOST
// come before it.
std::string find_socket(const Surroundings& around);

// Where a daemon puts its socket and its state if nobody says: under /run and /var/lib for root, in the user's own
// directories for anybody else.
std::string default_listen(const Surroundings& around);
std::string default_state_dir(const Surroundings& around);

}  // namespace belfry::cli
