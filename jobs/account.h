// The user that jobs run as, from the system's user database.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include <belfry/error.h>

namespace belfry {

struct Account {
  std::string name;
  std::string home;
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;  // the main one included, each once. Of own_account: empty
};

// The account of this process. A user that the database does not know is named by its number and lives in "/".
Account own_account();

// The account of this user, and with the group as its main one where that is not empty. Names, or numbers that the
// database need not know: such a user lives in "/" and has no other group than its main one.
struct AccountWish {
  std::string user;
  std::string group;
};
Result<Account> find_account(const AccountWish& wish);

}  // namespace belfry
