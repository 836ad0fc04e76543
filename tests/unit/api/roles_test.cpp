#include <doctest/doctest.h>

#include <api/route_table.h>
#include <api/routes.h>
#include <base/text.h>
#include <tests/support/fake_backend.h>

using namespace belfry;
using namespace belfry::api;
using namespace belfry::tests;

namespace {

constexpr Roles::Groups groups{.operating = 501, .admin = 502};
const Roles roles(900, groups);

// Somebody with exactly this role.
Peer peer_with(Role role) {
  switch (role) {
    case Role::nobody:
      return {.uid = 65534, .gid = 65534};
    case Role::viewer:
      return {.uid = 1000, .gid = 1000};
    case Role::operating:
      return {.uid = 1000, .gid = 1000, .groups = {7, 501}};
    case Role::admin:
      return {.uid = 1000, .gid = 502};
  }
  return {};
}

std::string example_of(std::string_view path) {
  std::string target;
  for (const std::string_view part : split(path.substr(1), '/')) {
    target += "/" + std::string(part == "{}" ? "backup" : part);
  }
  return target;
}

}  // namespace

TEST_CASE("api/roles: S40 who the kernel says it is decides, the groups next, and the rest may look") {
  CHECK(roles.role_of({.uid = 0, .gid = 0}) == Role::admin);
  CHECK(roles.role_of({.uid = 900, .gid = 900}) == Role::admin);  // the daemon's own user
  for (const Role role : {Role::nobody, Role::viewer, Role::operating, Role::admin}) {
    CHECK(roles.role_of(peer_with(role)) == role);
  }
  // The overflow user is some user whom this namespace does not know, whatever its groups say.
  CHECK(roles.role_of({.uid = 65534, .gid = 502, .groups = {501}}) == Role::nobody);
  // Without the groups on this machine nobody is in them.
  CHECK(Roles(900, {}).role_of(peer_with(Role::admin)) == Role::viewer);
}

TEST_CASE("api/roles: S40 every route is open to the roles that its row names, and closed to all others") {
  FakeBackend backend;
  backend.add_job("backup");
  Routes routes(backend, roles);
  for (const Route& route : all_routes()) {
    for (const Role role : {Role::nobody, Role::viewer, Role::operating, Role::admin}) {
      const std::string target = example_of(route.path);
      CAPTURE(route.method);
      CAPTURE(target);
      CAPTURE(text(role));
      int status = 0;
      Request request{.method = std::string(route.method), .target = target, .headers = {}, .body = "", .peer = {}};
      request.peer = peer_with(role);
      routes.handle(request, [&](const Response& response) { status = response.status; });
      CHECK((status == 403) == (role < route.needed));
    }
  }
}

TEST_CASE("api/roles: S40 what changes something needs an operator, what only reads does not") {
  for (const Route& route : all_routes()) {
    CAPTURE(route.path);
    if (route.method == "GET") CHECK(route.needed <= Role::viewer);
    if (route.method == "POST") CHECK(route.needed >= Role::operating);
  }
}

TEST_CASE("api/roles: a refusal says who it is, what is needed and how to get it") {
  const std::string why = why_not_allowed({.uid = 1000, .gid = 1000}, Role::viewer, Role::operating);
  CHECK(why.find("user 1000 has the role viewer here") != std::string::npos);
  CHECK(why.find("belfry-operator") != std::string::npos);
}
