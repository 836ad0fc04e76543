// As whom jobs may run where the daemon has not the right to take on another identity.
#pragma once

#include <string>

namespace belfry::config {

// A daemon without root's rights starts jobs as its own user and group only: those, by name and by number.
struct OwnAccount {
  std::string user;
  std::string uid;
  std::string group;
  std::string gid;
};

// What to do about a job that wants another.
inline constexpr const char* cure_for_others =
    "let it run as root (systemd: the drop-in root.conf of /usr/share/belfry/drop-ins)";

}  // namespace belfry::config
