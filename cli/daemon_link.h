// Asking the daemon: which one, and what went wrong in words that say what to do about it.
#pragma once

#include <string>

#include <belfry/error.h>

#include <cli/client.h>
#include <cli/context.h>
#include <cli/surroundings.h>

namespace belfry::cli {

struct DaemonLink {
  std::string socket_path;
  bool was_named = false;  // by --host or $BELFRY_HOST: then nothing else will do

  // Sends a request. A problem document becomes an Error with its detail; nobody there, unreachable; no right to
  // talk to the daemon, not_allowed. sys_errno ECANCELED: broken off by request.break_off_fd; ETIMEDOUT: silent for
  // request.patience.
  Result<HttpResponse> send(const HttpRequest& request) const;

  // The same, but a problem document is an answer too; error_in() makes an Error of it.
  Result<HttpResponse> exchange(const HttpRequest& request) const;
  Result<HttpResponse> post(std::string target, std::string body) const {
    return send({.method = "POST", .target = std::move(target), .body = std::move(body)});
  }

  Result<HttpResponse> get(std::string target) const { return send({.target = std::move(target)}); }
};

// Nobody listens; what the file says is then all that can be said. A daemon that is too busy is no such case.
bool says_that_none_runs(const Error& error);

Error error_in(const HttpResponse& refusal);

// REQUIRES: context.host is empty or was accepted by check_host.
DaemonLink find_daemon(const Context& context, const Surroundings& around);

// Why an address of --host cannot be used; empty if it can.
std::string check_host(const std::string& address);

}  // namespace belfry::cli
