#include <stdlib.h>
#include <unistd.h>

#include <cli/surroundings.h>

namespace belfry::cli {

namespace {

constexpr const char* system_socket = "/run/belfry/belfry.sock";
constexpr const char* system_state_dir = "/var/lib/belfry";
constexpr const char* system_config = "/etc/belfry/schedules.yaml";

// One of the user's own directories: the variable, else a directory below home. Root has none: its are the system's.
std::optional<std::string> own_directory(const Surroundings& around, const char* variable, const char* below_home) {
  if (around.is_root) return std::nullopt;
  if (auto directory = around.variable(variable)) return directory;
  const auto home = around.variable("HOME");
  if (!home || *below_home == '\0') return std::nullopt;
  return *home + "/" + below_home;
}

std::optional<std::string> own_socket(const Surroundings& around) {
  const auto directory = own_directory(around, "XDG_RUNTIME_DIR", "");
  return directory ? std::optional(*directory + "/belfry/belfry.sock") : std::nullopt;
}

}  // namespace

Surroundings Surroundings::of_this_process() {
  return {.variable = [](const char* name) -> std::optional<std::string> {
            const char* value = ::getenv(name);
            return value != nullptr && *value != '\0' ? std::optional<std::string>(value) : std::nullopt;
          },
          .exists = [](const std::string& path) { return ::access(path.c_str(), F_OK) == 0; },
          .is_root = ::geteuid() == 0};
}

std::string find_config(const Surroundings& around) {
  if (auto named = around.variable("BELFRY_CONFIG")) return *named;
  if (const auto directory = own_directory(around, "XDG_CONFIG_HOME", ".config")) {
    const std::string own = *directory + "/belfry/schedules.yaml";
    if (around.exists(own)) return own;
  }
  return system_config;
}

std::string find_socket(const Surroundings& around) {
  const auto own = own_socket(around);
  return own && around.exists(*own) ? *own : system_socket;
}

std::string default_listen(const Surroundings& around) { return "unix:" + own_socket(around).value_or(system_socket); }

std::string default_state_dir(const Surroundings& around) {
  const auto own = own_directory(around, "XDG_STATE_HOME", ".local/state");
  return own ? *own + "/belfry" : system_state_dir;
}

}  // namespace belfry::cli
