#include <grp.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include <api/roles.h>

namespace belfry::api {

namespace {

constexpr uid_t overflow_uid = 65534;
constexpr const char* operator_group = "belfry-operator";
constexpr const char* admin_group = "belfry-admin";

std::optional<gid_t> group_named(const char* name) {
  const group* entry = ::getgrnam(name);
  return entry != nullptr ? std::optional(entry->gr_gid) : std::nullopt;
}

bool is_in(const Peer& peer, std::optional<gid_t> group) {
  if (!group) return false;
  return peer.gid == *group || std::find(peer.groups.begin(), peer.groups.end(), *group) != peer.groups.end();
}

}  // namespace

std::string_view text(Role role) {
  switch (role) {
    case Role::nobody:
      return "nobody";
    case Role::viewer:
      return "viewer";
    case Role::operating:
      return "operator";
    case Role::admin:
      return "admin";
  }
  std::unreachable();
}

Roles Roles::of_this_machine() {
  return {::geteuid(), {.operating = group_named(operator_group), .admin = group_named(admin_group)}};
}

Role Roles::role_of(const Peer& peer) const {
  if (peer.uid == overflow_uid) return Role::nobody;
  if (peer.uid == 0 || peer.uid == own_ || is_in(peer, groups_.admin)) return Role::admin;
  return is_in(peer, groups_.operating) ? Role::operating : Role::viewer;
}

std::string why_not_allowed(const Peer& peer, Role role, Role needed) {
  std::string what =
      "user " + std::to_string(peer.uid) +
      (role == Role::nobody ? " is not known here" : " has the role " + std::string(text(role)) + " here") +
      ", and this needs the role " + std::string(text(needed));
  if (needed == Role::operating) what += std::string(": join the group ") + operator_group + ", or use sudo";
  if (needed == Role::admin) what += std::string(": join the group ") + admin_group + ", or use sudo";
  return what;
}

}  // namespace belfry::api
