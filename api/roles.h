// Who may do what (S40). One role per request, one role per route; the routes' table says which (route_table.h).
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

#include <api/message.h>

namespace belfry::api {

// In rising order: each may do what the ones before it may.
enum class Role {
  nobody,     // asks for nothing but the health checks
  viewer,     // reads
  operating,  // and runs, cancels, pauses; the word for people is "operator"
  admin,      // and everything else
};

std::string_view text(Role role);

// By what the kernel says of the peer, never by what the peer says. Root and the daemon's own user are admins; members
// of the groups are what the groups say; anybody else whom the socket's mode lets in is a viewer. The overflow user
// stands for "some user whom this namespace does not know" and is nobody (F79).
class Roles {
 public:
  struct Groups {
    std::optional<gid_t> operating;
    std::optional<gid_t> admin;
  };

  Roles(uid_t own, Groups groups) : own_(own), groups_(groups) {}

  // The daemon's user, and the groups belfry-operator and belfry-admin where this machine has them.
  static Roles of_this_machine();

  Role role_of(const Peer& peer) const;

 private:
  uid_t own_;
  Groups groups_;
};

// Why a peer with this role may not do what needs another, and the cure.
std::string why_not_allowed(const Peer& peer, Role role, Role needed);

}  // namespace belfry::api
