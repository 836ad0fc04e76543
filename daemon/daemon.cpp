#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>

#include <api/unix_socket.h>
#include <base/log.h>
#include <base/memory.h>
#include <base/try.h>
#include <daemon/daemon.h>
#include <daemon/ground.h>
#include <daemon/house.h>
#include <daemon/inherited_socket.h>

namespace belfry {

namespace {

int exit_code(const Error& error) {
  switch (error.kind) {
    case ErrorKind::bad_input:
      return 78;
    case ErrorKind::busy:
      return 75;
    default:
      return 1;
  }
}

// What is kept here is what jobs were told and what the files say, so nobody else reads it (S39). Others may pass
// through a directory, though, on the way to what is theirs: a job to its own, a client to the socket. Jobs have their
// own umask.
void keep_files_private() { ::umask(::umask(0) | (S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH)); }

enum class Threads { all_ended, some_stuck };

Result<Threads> run(const DaemonOptions& options) {
  ServiceManager manager = ServiceManager::find(environment);
  if (options.listen) TRY(api::unix_socket_path(*options.listen));  // before anything is opened
  auto inherited = TRY(take_inherited_socket(environment));
  Ground ground = TRY(prepare(options, manager));
  api::Server::Options listen{.socket_path =
                                  TRY(api::unix_socket_path(listen_address(options, ground.configuration.daemon())))};
  if (inherited) listen.listener = *std::move(inherited);
  House house(std::move(ground), std::move(manager));
  if (TRY(house.wait_for_clock()) == ClockWait::stopped) return Threads::all_ended;
  TRY(house.open(std::move(listen)));
  TRY(house.run());
  return house.has_stuck_calls() ? Threads::some_stuck : Threads::all_ended;
}

}  // namespace

int run_daemon(const DaemonOptions& options) {
  keep_memory_reserve();
  keep_files_private();
  log::use_form(options.log.value_or(log::usual_form(environment)));
  const auto result = run(options);
  // A thread that goes on must not see the program taken down around it.
  if (result && *result == Threads::some_stuck) std::_Exit(0);
  if (result) return 0;
  std::fprintf(stderr, "belfry: %s\n", result.error().what.c_str());
  return exit_code(result.error());
}

}  // namespace belfry
