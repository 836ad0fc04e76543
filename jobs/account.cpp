#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>

#include <base/os.h>
#include <base/text.h>
#include <base/try.h>
#include <jobs/account.h>

namespace belfry {
namespace {

// As many as the minder's own list holds.
constexpr std::size_t groups_max = 256;

Account account_of(const passwd& entry) {
  return {.name = entry.pw_name, .home = entry.pw_dir, .uid = entry.pw_uid, .gid = entry.pw_gid, .groups = {}};
}

std::optional<Account> look_up(uid_t uid) {
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 16384> texts{};
  if (::getpwuid_r(uid, &entry, texts.data(), texts.size(), &found) != 0 || found == nullptr) return std::nullopt;
  return account_of(entry);
}

std::optional<Account> look_up(const std::string& name) {
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 16384> texts{};
  if (::getpwnam_r(name.c_str(), &entry, texts.data(), texts.size(), &found) != 0) return std::nullopt;
  return found == nullptr ? std::nullopt : std::optional(account_of(entry));
}

Result<Account> find_user(const std::string& user) {
  if (user.empty()) return look_up(::geteuid()).value_or(own_account());
  if (auto account = look_up(user)) return *std::move(account);
  const auto uid = parse_unsigned(user);
  if (!uid) return std::unexpected(Error::not_found("user " + user + ": there is no such user on this machine"));
  const auto number = static_cast<uid_t>(*uid);
  return look_up(number).value_or(Account{.name = user, .home = "/", .uid = number, .gid = static_cast<gid_t>(number)});
}

Result<gid_t> find_group(const std::string& group) {
  ::group entry{};
  ::group* found = nullptr;
  std::vector<char> texts(1U << 18U);  // a group's members are in there
  if (::getgrnam_r(group.c_str(), &entry, texts.data(), texts.size(), &found) == 0 && found != nullptr) {
    return entry.gr_gid;
  }
  if (const auto gid = parse_unsigned(group)) return static_cast<gid_t>(*gid);
  return std::unexpected(Error::not_found("group " + group + ": there is no such group on this machine"));
}

Result<std::vector<gid_t>> find_groups(const Account& account) {
  std::vector<gid_t> groups(groups_max);
  int count = static_cast<int>(groups.size());
  if (::getgrouplist(account.name.c_str(), account.gid, groups.data(), &count) < 0) {
    return std::unexpected(Error::failed("user " + account.name + " is in more than 256 groups"));
  }
  groups.resize(static_cast<std::size_t>(count));
  std::ranges::sort(groups);
  groups.erase(std::ranges::unique(groups).begin(), groups.end());
  return groups;
}

}  // namespace

Account own_account() {
  return look_up(::geteuid())
      .value_or(Account{
          .name = std::to_string(::geteuid()), .home = "/", .uid = ::geteuid(), .gid = ::getegid(), .groups = {}});
}

Result<Account> find_account(const AccountWish& wish) {
  Account account = TRY(find_user(wish.user));
  if (!wish.group.empty()) account.gid = TRY(find_group(wish.group));
  account.groups = TRY(find_groups(account));
  return account;
}

}  // namespace belfry
