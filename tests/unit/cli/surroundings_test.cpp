#include <map>
#include <set>

#include <doctest/doctest.h>

#include <cli/surroundings.h>

using namespace belfry::cli;

namespace {

using Variables = std::map<std::string, std::string>;
using Files = std::set<std::string>;

Surroundings user(Variables variables, Files files = {}) {
  return {.variable = [variables](const char* name) -> std::optional<std::string> {
            const auto it = variables.find(name);
            return it == variables.end() ? std::nullopt : std::optional(it->second);
          },
          .exists = [files](const std::string& path) { return files.contains(path); },
          .is_root = false};
}

Surroundings root(Variables variables, Files files = {}) {
  Surroundings around = user(std::move(variables), std::move(files));
  around.is_root = true;
  return around;
}

}  // namespace

TEST_CASE("cli/surroundings: the file is found in the order of the manual") {
  const Files own{"/home/a/.config/belfry/schedules.yaml", "/x/belfry/schedules.yaml"};
  CHECK(find_config(user({{"BELFRY_CONFIG", "/else.yaml"}, {"XDG_CONFIG_HOME", "/x"}}, own)) == "/else.yaml");
  CHECK(find_config(user({{"XDG_CONFIG_HOME", "/x"}, {"HOME", "/home/a"}}, own)) == "/x/belfry/schedules.yaml");
  CHECK(find_config(user({{"HOME", "/home/a"}}, own)) == "/home/a/.config/belfry/schedules.yaml");
  CHECK(find_config(user({{"HOME", "/home/a"}})) == "/etc/belfry/schedules.yaml");
  CHECK(find_config(root({{"XDG_CONFIG_HOME", "/x"}}, own)) == "/etc/belfry/schedules.yaml");
}

TEST_CASE("cli/surroundings: the daemon is found in the order of the manual") {
  const Variables variables{{"XDG_RUNTIME_DIR", "/run/user/7"}};
  CHECK(find_socket(user(variables, {"/run/user/7/belfry/belfry.sock"})) == "/run/user/7/belfry/belfry.sock");
  CHECK(find_socket(user(variables)) == "/run/belfry/belfry.sock");
  CHECK(find_socket(user({})) == "/run/belfry/belfry.sock");
  CHECK(find_socket(root(variables, {"/run/user/7/belfry/belfry.sock"})) == "/run/belfry/belfry.sock");
}

TEST_CASE("cli/surroundings: a daemon of a user's own keeps to the user's directories") {
  const Surroundings mine = user({{"XDG_RUNTIME_DIR", "/run/user/7"}, {"HOME", "/home/a"}});
  CHECK(default_listen(mine) == "unix:/run/user/7/belfry/belfry.sock");
  CHECK(default_state_dir(mine) == "/home/a/.local/state/belfry");
  const Surroundings system = root({{"XDG_RUNTIME_DIR", "/run/user/0"}, {"HOME", "/root"}});
  CHECK(default_listen(system) == "unix:/run/belfry/belfry.sock");
  CHECK(default_state_dir(system) == "/var/lib/belfry");
}
