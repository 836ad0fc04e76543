#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include <CLI/CLI.hpp>
#include <base/attempt_outcome.h>
#include <base/param_values.h>
#include <base/text.h>
#include <base/try.h>
#include <base/zones.h>
#include <cli/exec_command.h>
#include <cli/exit_code.h>
#include <cli/interrupt.h>
#include <cli/output.h>
#include <cli/param_option.h>
#include <cli/surroundings.h>
#include <cli/text_width.h>
#include <config/load.h>
#include <daemon/clock.h>
#include <jobs/builtin.h>
#include <jobs/foreground.h>
#include <jobs/registry.h>
#include <jobs/spawn.h>

namespace belfry::cli {

namespace {

struct Options {
  std::string job;
  std::string nominal;
  std::vector<std::string> params;
};

// Where the run's own files are, and gone with it.
class ScratchDirectory {
 public:
  static Result<ScratchDirectory> make() {
    std::error_code ignored;
    std::string pattern = (std::filesystem::temp_directory_path(ignored) / "belfry-exec-XXXXXX").string();
    // The job may be another user, who passes through it to the directory that is his own.
    if (::mkdtemp(pattern.data()) == nullptr || ::chmod(pattern.c_str(), 0711) != 0) {
      return std::unexpected(system_error("mkdtemp", pattern));
    }
    return ScratchDirectory(std::move(pattern));
  }
  ScratchDirectory(ScratchDirectory&& other) noexcept : path_(std::exchange(other.path_, "")) {}
  ScratchDirectory& operator=(ScratchDirectory&&) = delete;
  ~ScratchDirectory() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  explicit ScratchDirectory(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

Result<std::shared_ptr<const Job>> find_job(const JobSet& set, const std::string& name) {
  std::vector<std::string_view> names;
  for (const Job& job : set.jobs) {
    if (job.name.text() == name) return std::make_shared<const Job>(job);
    names.push_back(job.name.text());
  }
  const auto near = nearest(name, names);
  return std::unexpected(Error::not_found("there is no job '" + name + "' in the file" +
                                          (near ? "; did you mean '" + std::string(*near) + "'?" : "")));
}

// A run as the daemon would make one on request; no ledger will ever know it.
Result<Run> new_run(const Job& job, Params params, const Options& options, WallTime now, const BootId& boot) {
  Run run{.id = RunId::make(now, static_cast<std::uint64_t>(::getpid()), 1), .job = job.name};
  run.trigger = RunTrigger::manual;
  run.requested_by = "uid " + std::to_string(::getuid());
  run.params = std::move(params);
  run.boot = boot;
  run.opened = run.due = now;
  if (!options.nominal.empty()) run.nominal = TRY(parse_rfc3339(options.nominal));
  return run;
}

StartOrder order_for(const std::shared_ptr<const Job>& job, const Run& run) {
  const Policies& policies = *job->policies;
  StartOrder order{.id = run.attempt_id(), .job = job, .run = run, .time_limit = policies.timeout};
  if (policies.deadline && (!order.time_limit || *policies.deadline < *order.time_limit)) {
    order.time_limit = policies.deadline;
    order.limit_reason = Reason::deadline;
  }
  return order;
}

// The run as it would be recorded.
class Closing {
 public:
  Closing(Run run, const Policies& policies) : run_(std::move(run)), policies_(policies) {}

  Run operator()(const AttemptEnded& ended) && {
    run_.end = ended.end;
    run_.detail = ended.detail;
    run_.reason = ended.reason;
    run_.result = ended.result;
    run_.outcome = outcome_of(ended, policies_);
    return std::move(run_);
  }
  Run operator()(const AttemptStartFailed& failed) && {
    run_.detail = failed.detail;
    run_.outcome = failed.reason == Reason::none ? RunOutcome::start_failed : RunOutcome::cancelled;
    return std::move(run_);
  }
  Run operator()(const auto&) && {
    run_.outcome = RunOutcome::lost;
    return std::move(run_);
  }

 private:
  Run run_;
  const Policies& policies_;
};

void tell(const Context& context, const Run& run) {
  if (!run.detail.empty()) hint(context, run.job.text() + ": " + printable(run.detail));
  if (!run.result.empty()) hint(context, "result: " + printable(trim(run.result)));
}

// The plug-ins of a file are executed for a job that calls one of them, and for no other.
Result<config::LoadedConfig> load_for(const std::string& path, const std::string& job, Registry& callables) {
  ZoneCache zones;
  const auto load = [&](config::Plugins plugins) -> Result<config::LoadedConfig> {
    auto loaded = config::load_config(path, zones, {.callables = &callables, .plugins = plugins});
    if (!loaded) return std::unexpected(Error::bad_input(config::render(loaded.error())));
    return *std::move(loaded);
  };
  auto loaded = TRY(load(config::Plugins::unseen));
  const auto wanted = TRY(find_job(*loaded.set, job));
  const auto* call = std::get_if<Call>(&wanted->action);
  if (call == nullptr || callables.find(call->name) != nullptr) return loaded;
  return load(config::Plugins::load);
}

std::string command_line(const Context& context, const Options& options) {
  return "belfry exec " + (context.config.empty() ? "" : "-c " + context.config + " ") + options.job;
}

Result<int> exec_job(const Context& context, const Options& options) {
  const std::string path = context.config.empty() ? find_config(Surroundings::of_this_process()) : context.config;
  Registry callables;
  add_builtin(callables);
  const auto loaded = TRY(load_for(path, options.job, callables));
  const auto job = TRY(find_job(*loaded.set, options.job));
  SettledParams settled = settle_params(job->inputs->params, params_of(options.params));
  if (!settled.problems.empty()) return refuse_params(settled.problems, command_line(context, options));
  const ScratchDirectory scratch = TRY(ScratchDirectory::make());
  const Interrupt interrupt = TRY(Interrupt::watch());
  const BootId boot = TRY(read_boot_id());
  SystemClock clock;
  const Run run = TRY(new_run(*job, std::move(settled.params), options, clock.read().wall, boot));
  const std::string minder = TRY(find_minder_program());
  const Report report = TRY(run_in_foreground(order_for(job, run), {.minder_path = minder,
                                                                    .runs_path = scratch.path(),
                                                                    .boot = boot,
                                                                    .callables = callables,
                                                                    .clock = clock,
                                                                    .crew_clock = std::make_unique<SystemClock>(),
                                                                    .stop_fd = interrupt.fd()}));
  const Run closed = std::visit([&](const auto& last) { return Closing(run, *job->policies)(last); }, report);
  tell(context, closed);
  return exit_code_of(closed);
}

}  // namespace

void add_exec(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("exec", "Run a job here, in the foreground, without a daemon.");
  command->footer(
      "  belfry exec nightly-backup -c schedules.yaml\n"
      "The same action, in the same environment, as the same user and within the same limits as the daemon would run\n"
      "it; it writes straight to this terminal, and ends with the job's own exit code as  run --wait  does. Ctrl-C\n"
      "stops it. Nothing of it is recorded, and overlap, retries and queues mean nothing here.");
  command->add_option("JOB", options->job, "Which job")->required()->type_name("");
  add_param_option(*command, options->params);
  command->add_option("--for", options->nominal, "The time it is told it is for (BELFRY_SCHEDULED_TIME)")
      ->type_name("TIME");
  command->add_option("-c,--config", context.config, "The file the job stands in")->type_name("FILE");
  command->callback([&context, options] { context.chosen = [options](Context& c) { return exec_job(c, *options); }; });
}

}  // namespace belfry::cli
