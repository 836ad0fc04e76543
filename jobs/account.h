// The user that jobs run as, from the system's user database.
#pragma once

#include <string>

namespace belfry {

struct Account {
  std::string name;
  std::string home;
};

// The account of this process. A user that the database does not know is named by its number and lives in "/".
Account own_account();

}  // namespace belfry
