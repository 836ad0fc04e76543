#include <grp.h>
#include <unistd.h>

#include <daemon/own_process.h>
#include <jobs/account.h>

namespace belfry {

api::ProcessFacts this_process() {
  const group* const entry = ::getgrgid(::getegid());
  return {.pid = ::getpid(),
          .uid = ::geteuid(),
          .gid = ::getegid(),
          .user = own_account().name,
          .group = entry == nullptr ? std::to_string(::getegid()) : entry->gr_name};
}

std::optional<config::OwnAccount> only_account(const api::ProcessFacts& process) {
  if (process.uid == 0) return std::nullopt;
  return config::OwnAccount{.user = process.user,
                            .uid = std::to_string(process.uid),
                            .group = process.group,
                            .gid = std::to_string(process.gid)};
}

}  // namespace belfry
