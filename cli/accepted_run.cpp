#include <cstdio>

#include <CLI/CLI.hpp>
#include <base/text.h>
#include <base/try.h>
#include <cli/accepted_run.h>
#include <cli/document.h>
#include <cli/exit_code.h>
#include <cli/output.h>
#include <cli/phrases.h>
#include <cli/run_watch.h>
#include <cli/typed_time.h>

namespace belfry::cli {

namespace {

Result<std::string> started_line(const DaemonLink& daemon, const Run& run) {
  if (run.not_before) {
    const DaemonTime time = TRY(ask_time(daemon));
    const WallTime begin = std::chrono::ceil<std::chrono::seconds>(*run.not_before);
    return run.job.text() + ": run " + run.id.text() + " begins " + local_phrase(begin, *time.zone);
  }
  return run.job.text() + ": run " + run.id.text() + " is on its way";
}

Waited watch(const Context& context, const DaemonLink& daemon, const RunId& run, const WatchOptions& options) {
  const Interrupt interrupt = TRY(Interrupt::watch());
  ProgressBar bar(context);
  if (!options.follows) return wait_for_run(daemon, run, interrupt, std::nullopt, &bar);
  const auto write = [&](std::string_view bytes) {
    print(context.form == OutputForm::json ? encode_output(bytes) : bytes);
    std::fflush(stdout);
  };
  return follow_run(daemon, run, {}, interrupt, write, &bar);
}

Result<int> stay(const Context& context, const DaemonLink& daemon, const Run& run, const WatchOptions& options) {
  const auto ended = watch(context, daemon, run.id, options);
  if (!ended) {
    return std::unexpected(
        Error{.kind = ended.error().kind,
              .what = ended.error().what + " (run " + run.id.text() + " goes on without being watched)"});
  }
  if (!*ended) return detach(context, run.id);
  const Run closed = TRY(decode_run(**ended));
  if (context.form == OutputForm::json) {
    print(**ended);
  } else if (options.follows) {
    hint(context, trim(ending_line(context, closed)));  // stdout is the job's
  } else {
    print(ending_line(context, closed));
  }
  return exit_code_of(closed);
}

}  // namespace

void add_watch_options(CLI::App& command, WatchOptions& options) {
  command.add_flag("--wait", options.waits, "Wait until it is over. Ctrl-C stops the waiting, not the job");
  command.add_flag("-f,--follow", options.follows, "Wait, and show what it writes");
}

Result<int> watch_accepted(const Context& context, const DaemonLink& daemon, const std::string& accepted,
                           const WatchOptions& options) {
  const Run run = TRY(decode_run(accepted));
  if (options.waits || options.follows) {
    hint(context, TRY(started_line(daemon, run)));
    return stay(context, daemon, run, options);
  }
  print(context.form == OutputForm::json ? accepted : run.id.text() + "\n");
  hint(context, TRY(started_line(daemon, run)) + ".  Its output: belfry logs " + run.job.text());
  return exit_ok;
}

}  // namespace belfry::cli
