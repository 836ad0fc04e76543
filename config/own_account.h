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

}  // namespace belfry::config
