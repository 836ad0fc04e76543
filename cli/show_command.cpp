#include <algorithm>
#include <memory>

#include <CLI/CLI.hpp>
#include <api/target.h>
#include <base/text.h>
#include <base/try.h>
#include <base/words.h>
#include <cli/daemon_link.h>
#include <cli/document.h>
#include <cli/exit_code.h>
#include <cli/fields.h>
#include <cli/find_run.h>
#include <cli/output.h>
#include <cli/phrases.h>
#include <cli/read_view.h>
#include <cli/show_command.h>
#include <cli/text_width.h>
#include <cli/typed_time.h>
#include <cli/who.h>

namespace belfry::cli {

namespace {

struct Options {
  std::string job_or_run;
};

std::string bytes_phrase(std::int64_t bytes) {
  constexpr std::array units{"B", "KiB", "MiB", "GiB"};
  std::size_t unit = 0;
  while (bytes >= 10'000 && unit + 1 < units.size()) {
    bytes /= 1024;
    ++unit;
  }
  return std::to_string(bytes) + " " + units[unit];
}

// ---- A job ----

std::string next_phrase(const JobRow& job, const DaemonTime& time) {
  if (!job.is_enabled) return "never: it is disabled";
  if (!job.next && has_had_its_runs(job)) return "not any more: it has had its runs (`max_runs`)";
  if (!job.next) return "not by itself";
  return local_phrase(*job.next, *time.zone) + ", " + until_phrase(*job.next, time.now);
}

std::string last_phrase(const JobRow& job, const DaemonTime& time) {
  if (!job.last) return "it has not run yet";
  const Run& run = *job.last;
  const std::string why = run.outcome == RunOutcome::start_failed && !run.detail.empty() ? " (" + run.detail + ")" : "";
  std::string phrase = sign_of(run).mark + " " + standing_phrase(run) + why + " " +
                       since_phrase(run.finished.value_or(run.due), time.now);
  if (run.started && run.finished) phrase += ", took " + took_phrase(std::max(Millis{0}, *run.finished - *run.started));
  return phrase + ", run " + run.id.text();
}

// The newest on the right.
std::string outcomes_phrase(const std::vector<RunOutcome>& outcomes) {
  std::string signs;
  for (auto outcome = outcomes.rbegin(); outcome != outcomes.rend(); ++outcome) signs += sign_of(*outcome).mark;
  return signs;
}

std::string open_phrase(const JobRow& job, const DaemonTime& time) {
  std::string lines;
  for (const Run& run : job.open) {
    lines += std::string(lines.empty() ? "" : "\n") + "run " + run.id.text() + " is " + standing_phrase(run);
    if (run.progress) lines += ", " + std::to_string(run.progress->percent) + "%";
    if (run.started)
      lines += " since " + local_phrase(std::chrono::floor<std::chrono::seconds>(*run.started), *time.zone);
  }
  return lines;
}

std::string policies_phrase(const PolicyWords& policies) {
  std::string phrase = "overlap " + policies.overlap + ", missed " + policies.missed + ", queue " + policies.queue;
  if (policies.priority != 0) phrase += ", priority " + std::to_string(policies.priority);
  if (policies.timeout) phrase += ", timeout " + format_duration(*policies.timeout);
  if (policies.deadline) phrase += ", deadline " + format_duration(*policies.deadline);
  if (policies.max_runs) phrase += ", max_runs " + std::to_string(*policies.max_runs);
  if (policies.retries > 0) phrase += ", " + counted(policies.retries, "retry", "retries");
  return phrase;
}

std::string backfill_phrase(const JobRow& job, const DaemonTime& time) {
  if (!job.backfill) return "";
  return "up to " + local_phrase(job.backfill->upto, *time.zone) + "; it has reached " +
         local_phrase(job.backfill->reached, *time.zone);
}

std::string params_phrase(const std::vector<JobRow::ParamRow>& params) {
  std::string lines;
  for (const auto& param : params) {
    lines += (lines.empty() ? "" : "\n") + param.name + ": " + param.values;
    if (param.is_required) lines += ", required";
    if (param.fallback) lines += ", else " + *param.fallback;
    if (!param.description.empty()) lines += " (" + param.description + ")";
  }
  return lines;
}

void print_job(const Context& context, const JobRow& job, const DaemonTime& time) {
  const Terminal terminal = Terminal::of_stdout(context, Surroundings::of_this_process());
  Fields fields;
  fields.add("schedule", job.schedule + "\n" + job.schedule_in_words + ", " + job.zone);
  fields.add("next", next_phrase(job, time));
  fields.add("last", last_phrase(job, time), job.last ? sign_of(*job.last).emphasis : Emphasis::plain);
  fields.add("now", open_phrase(job, time), Emphasis::busy);
  fields.add("newest runs", outcomes_phrase(job.outcomes));
  fields.add("paused", job.pause ? pause_phrase(*job.pause, *time.zone) : "", Emphasis::bad);
  fields.add("left out", job.skip_next > 0 ? "the next " + std::to_string(job.skip_next) : "");
  fields.add("backfill", backfill_phrase(job, time));
  fields.add("does", job.action);
  fields.add("params", params_phrase(job.params));
  fields.add("policies", policies_phrase(job.policies));
  fields.add("tags", joined(job.tags));
  const std::string title = job.name + (job.description.empty() ? "" : "  " + printable(job.description));
  print(wrapped(title, {.width = terminal.width, .indent = 2}) + "\n" + fields.render(terminal));
  print_footer(context, "Times in " + time.zone->name() + ".  What became of each time: belfry why " + job.name);
}

// ---- A run ----

std::string at_phrase(const std::optional<WallTime>& t, const DaemonTime& time) {
  return t ? local_phrase(*t, *time.zone) : "";
}

std::string trigger_phrase(const Run& run) {
  std::string phrase(text(run.trigger));
  if (!run.requested_by.empty()) phrase += ", asked for by " + who_phrase(run.requested_by);
  if (run.cause) phrase += ", after run " + run.cause->text();
  return phrase;
}

std::string started_phrase(const Run& run, const DaemonTime& time) {
  if (!run.started) return run.not_before ? "not before " + at_phrase(run.not_before, time) : "";
  const auto late = run.lateness();
  return at_phrase(run.started, time) + (late && *late > Millis{0} ? ", " + took_phrase(*late) + " late" : "");
}

std::string used_phrase(const Run& run) {
  if (!run.end) return "";
  return took_phrase(std::chrono::floor<Millis>(run.usage.cpu_user)) + " processor time, " +
         bytes_phrase(run.usage.memory_peak_bytes) + " memory at most, " + bytes_phrase(run.usage.output_bytes) +
         " output";
}

std::string told_phrase(const Run& run) {
  std::string lines;
  for (const Param& param : run.params.list())
    lines += (lines.empty() ? "" : "\n") + param.name + "=" + printable(param.value);
  return lines;
}

std::string containment_phrase(const Run& run) {
  if (run.usage.containment == Containment::cgroup) return "by a control group of its own";
  return run.usage.containment == Containment::session ? "by its session" : "";
}

std::string progress_phrase(const Run& run, const DaemonTime& time) {
  if (!run.progress || run.outcome == RunOutcome::succeeded) return "";
  std::string phrase = std::to_string(run.progress->percent) + "%";
  if (!run.progress->message.empty()) phrase += " " + printable(run.progress->message);
  return phrase + ", said " + since_phrase(run.progress->at, time.now);
}

std::string stop_phrase(const Run& run) {
  if (run.stop == Reason::none) return "";
  return std::string(text(run.stop)) + (run.stop_by.empty() ? "" : " of " + who_phrase(run.stop_by));
}

void print_run(const Context& context, const Run& run, const DaemonTime& time) {
  const Terminal terminal = Terminal::of_stdout(context, Surroundings::of_this_process());
  const Sign sign = sign_of(run);
  Fields fields;
  fields.add("outcome", sign.mark + " " + standing_phrase(run) + (run.detail.empty() ? "" : ": " + run.detail),
             sign.emphasis);
  fields.add("trigger", trigger_phrase(run));
  fields.add("params", told_phrase(run));
  fields.add("slot", run.slot ? at_phrase(run.slot->at, time) : at_phrase(run.nominal, time));
  fields.add("stands for", run.stands_for > 1 ? std::to_string(run.stands_for) + " slots" : "");
  fields.add("due", at_phrase(run.due, time));
  fields.add("started", started_phrase(run, time));
  fields.add("finished", at_phrase(run.finished, time));
  fields.add("took", run.started && run.finished ? took_phrase(std::max(Millis{0}, *run.finished - *run.started)) : "");
  fields.add("progress", progress_phrase(run, time));
  fields.add("result", printable(std::string(trim(run.result))));
  fields.add("attempt", run.attempt > 1 ? std::to_string(run.attempt) : "");
  fields.add("stopped", stop_phrase(run));
  fields.add("used", used_phrase(run));
  fields.add("held together", containment_phrase(run));
  fields.add("queue", run.queue);
  fields.add("revision", run.revision);
  print("run " + run.id.text() + " of " + run.job.text() + "\n" + fields.render(terminal));
  const std::string id = run.id.text();
  print_footer(context, "Times in " + time.zone->name() + ".  Its output: belfry logs " + id +
                            (run.is_open() ? "  Stop it: belfry cancel " : "  Again: belfry retry ") + id);
}

// What it is: a job, also without a daemon, or else a run.
Result<int> show(const Context& context, const Options& options) {
  auto job = read_view(context, "/v1/jobs/" + api::percent_encode(options.job_or_run));
  if (!job && job.error().kind != ErrorKind::not_found) return std::unexpected(job.error());
  const std::string document =
      job ? *job : TRY(find_run_document(find_daemon(context, Surroundings::of_this_process()), options.job_or_run));
  if (context.form == OutputForm::json) {
    print(document);
    return exit_ok;
  }
  const std::string frame = TRY(read_view(context, "/v1/upcoming?limit=1"));
  const auto upcoming = TRY(decode_upcoming(frame));
  const DaemonTime time{.now = upcoming.now, .zone = zone_named(upcoming.timezone)};
  if (job) {
    print_job(context, TRY(decode_job(document)), time);
  } else {
    print_run(context, TRY(decode_run(document)), time);
  }
  return exit_ok;
}

}  // namespace

void add_show(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("show", "Show everything about a job, or about a run.");
  command->footer(
      "  belfry show nightly-backup\n"
      "  belfry show 01JD4QZ3V0XKQ8");
  command->add_option("JOB-OR-RUN", options->job_or_run, "A job, or a run's id or its beginning")
      ->required()
      ->type_name("");
  command->add_option("-c,--config", context.config, "Ask this file, not the daemon")->type_name("FILE");
  command->callback([&context, options] { context.chosen = [options](Context& c) { return show(c, *options); }; });
}

}  // namespace belfry::cli
