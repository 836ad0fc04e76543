#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include <api/unix_socket.h>
#include <base/text.h>
#include <base/try.h>
#include <cli/daemon_link.h>
#include <cli/document.h>

namespace belfry::cli {

namespace {

Error unreachable(const std::string& what, int sys_errno = 0) {
  return {.kind = ErrorKind::unreachable, .what = what, .sys_errno = sys_errno};
}

std::string name_of_group(gid_t gid) {
  const group* entry = ::getgrgid(gid);
  return entry != nullptr ? entry->gr_name : std::to_string(gid);
}

std::string name_of_user(uid_t uid) {
  const passwd* entry = ::getpwuid(uid);
  return entry != nullptr ? entry->pw_name : std::to_string(uid);
}

Error not_allowed(const std::string& path) {
  std::string what = "user " + name_of_user(::geteuid()) + " may not talk to the daemon at unix:" + path;
  struct stat info{};
  if (::stat(path.c_str(), &info) == 0) {
    const std::string group = name_of_group(info.st_gid);
    what += ": the socket is for user " + name_of_user(info.st_uid) + " and group " + group +
            "; use sudo, or join the group and log in again: adduser " + name_of_user(::geteuid()) + " " + group;
  } else {
    what += ": its directory is closed to you";
  }
  return {.kind = ErrorKind::not_allowed, .what = std::move(what)};
}

// A service may have ended, or be about to begin: it waits for a clock that is wrong, or looks after what ran.
std::string how_to_find(const std::string& path) {
  const std::string start = "start one with: belfry daemon";
  if (path.starts_with("/run/user/")) return "; see  systemctl --user status belfry  or " + start;
  if (path.starts_with("/run/")) return "; see  systemctl status belfry  or " + start;
  return "; " + start;
}

// The transport's error in the words of whoever typed the command.
Error explained(const Error& error, const std::string& path, Millis patience) {
  const std::string subject = "no daemon answers at unix:" + path;
  const std::string cure = how_to_find(path);
  switch (error.sys_errno) {
    case ENOENT:
      return unreachable(subject + ": there is no such socket" + cure, ENOENT);
    case ECONNREFUSED:
      return unreachable(subject + ": the socket is there, but nobody listens on it" + cure, ECONNREFUSED);
    case EACCES:
    case EPERM:
      return not_allowed(path);
    case EAGAIN:
      return unreachable("the daemon at unix:" + path + " is too busy to answer");
    case ETIMEDOUT:
      return unreachable("the daemon at unix:" + path + " did not answer within " + format_duration(patience),
                         ETIMEDOUT);
    case ECANCELED:
      return error;
    default:
      return unreachable("the daemon at unix:" + path + " went away: " + error.what);
  }
}

ErrorKind kind_of(int status) {
  switch (status) {
    case 403:
      return ErrorKind::not_allowed;
    case 404:
      return ErrorKind::not_found;
    case 409:
    case 503:
      return ErrorKind::refused;
    case 422:
      return ErrorKind::bad_input;
    default:
      return ErrorKind::failed;
  }
}

}  // namespace

bool says_that_none_runs(const Error& error) {
  return error.kind == ErrorKind::unreachable && (error.sys_errno == ENOENT || error.sys_errno == ECONNREFUSED);
}

Error error_in(const HttpResponse& refusal) {
  std::string detail = decode_problem(refusal.body);
  if (detail.empty()) detail = "the daemon answered " + std::to_string(refusal.status);
  return {.kind = kind_of(refusal.status), .what = std::move(detail)};
}

Result<HttpResponse> DaemonLink::exchange(const HttpRequest& request) const {
  auto response = send_request(socket_path, request);
  if (response) return response;
  Error error = explained(response.error(), socket_path, request.patience);
  // What it had been told to do it may still do.
  const bool asks_for_change = request.method != "GET";
  if (asks_for_change && response.error().sys_errno == ETIMEDOUT)
    error.what += "; it may still do what it was told, so look before you ask again: belfry status";
  return std::unexpected(std::move(error));
}

Result<HttpResponse> DaemonLink::send(const HttpRequest& request) const {
  auto response = TRY(exchange(request));
  if (response.status >= 300) return std::unexpected(error_in(response));
  return response;
}

DaemonLink find_daemon(const Context& context, const Surroundings& around) {
  if (context.host.empty()) return {.socket_path = find_socket(around)};
  return {.socket_path = api::unix_socket_path(context.host).value(), .was_named = true};
}

std::string check_host(const std::string& address) {
  if (address.starts_with("http://") || address.starts_with("https://")) {
    return "this version reaches a daemon over its Unix socket only: write unix:PATH, not " + address;
  }
  const auto path = api::unix_socket_path(address);
  return path ? "" : path.error().what;
}

}  // namespace belfry::cli
