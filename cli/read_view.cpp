#include <cstdio>

#include <base/try.h>
#include <cli/daemon_link.h>
#include <cli/file_view.h>
#include <cli/read_view.h>

namespace belfry::cli {

Result<std::string> read_view(const Context& context, const std::string& target) {
  if (!context.config.empty()) return view_of_file(context.config, target);
  const auto around = Surroundings::of_this_process();
  const DaemonLink daemon = find_daemon(context, around);
  auto response = daemon.get(target);
  if (response) return std::move(response->body);
  const std::string file = find_config(around);
  const bool may_read_file = says_that_none_runs(response.error()) && !daemon.was_named;
  if (!may_read_file || !around.exists(file)) return std::unexpected(response.error());
  auto view = view_of_file(file, target);
  if (!view && view.error().kind == ErrorKind::failed) {  // what was asked for is not in the file, and may be elsewhere
    Error error = response.error();
    error.what += "; and in " + file + " " + view.error().what;
    return std::unexpected(std::move(error));
  }
  if (view && !context.quiet) std::fprintf(stderr, "No daemon runs; this is what %s says.\n", file.c_str());
  return view;
}

}  // namespace belfry::cli
