#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include <base/log.h>
#include <base/try.h>
#include <jobs/attempt_group.h>
#include <jobs/end_report.h>
#include <jobs/hints.h>
#include <jobs/job_files.h>
#include <jobs/launcher.h>
#include <jobs/order_spec.h>
#include <jobs/recovery.h>
#include <jobs/run_directory.h>
#include <jobs/secrets.h>
#include <jobs/timer.h>

namespace belfry {
namespace {

constexpr std::uint64_t hints_token = 0;
constexpr std::uint64_t again_token = 1;
constexpr std::uint64_t progress_token = 2;
constexpr std::uint64_t deadlines_token = 3;
constexpr std::uint64_t rest_token = 4;

// How long a minder waits for its next run.
constexpr Millis rest_limit{2000};

// How long a burst of starts waits for a minder that comes free.
constexpr Millis free_one_limit{1};

// What became of an attempt stands in files, and they may be unreadable for a while: no descriptor is left. It is not
// lost for that.
constexpr Millis unreadable_pause{100};
constexpr int unreadable_tries = 600;

// How often one attempt's progress is reported at most.
constexpr Millis progress_pause{1000};

// How long an exec may take, until the job is taken for one that runs.
constexpr Millis exec_limit{1000};
constexpr Millis exec_pause{5};

constexpr int passes_max = 100;

constexpr Millis launch_pause_first{50};
constexpr Millis launch_pause_max{5000};

std::uint32_t processors() {
  cpu_set_t set;
  return ::sched_getaffinity(0, sizeof set, &set) == 0 ? static_cast<std::uint32_t>(CPU_COUNT(&set)) : 1;
}

// A minder that cannot put on record what is wrong ends with an errno.
std::string describe_minder_end(const std::optional<ProcessEnd>& end) {
  if (!end) return "belfry-minder has died";
  if (end->how == ProcessEnd::How::signalled) return "belfry-minder was killed by signal " + std::to_string(end->code);
  return system_error("belfry-minder", "", end->code).what;
}

}  // namespace

Result<std::unique_ptr<CommandLauncher>> CommandLauncher::open(Options options) {
  Minders minders = TRY(Minders::open(options.minder_path, options.lines_max));
  Fd hints = TRY(open_hints(options.runs_path));
  Fd again = TRY(open_idle_timer());
  Fd rest = TRY(open_idle_timer());
  Poller poller = TRY(Poller::open());
  ProgressWatch progress = TRY(ProgressWatch::open());
  Deadlines deadlines = TRY(Deadlines::open());
  TRY(poller.add(hints.get(), hints_token));
  TRY(poller.add(again.get(), again_token));
  TRY(poller.add(rest.get(), rest_token));
  TRY(poller.add(progress.fd(), progress_token));
  TRY(poller.add(deadlines.fd(), deadlines_token));
  return std::unique_ptr<CommandLauncher>(new CommandLauncher(std::move(options), std::move(poller),
                                                              {.minders = std::move(minders),
                                                               .hints = std::move(hints),
                                                               .again = std::move(again),
                                                               .rest = std::move(rest),
                                                               .progress = std::move(progress),
                                                               .deadlines = std::move(deadlines)}));
}

CommandLauncher::CommandLauncher(Options options, Poller poller, Files files)
    : options_(std::move(options)),
      poller_(std::move(poller)),
      minders_(std::move(files.minders)),
      burst_(processors()),
      hints_(std::move(files.hints)),
      rest_(std::move(files.rest)),
      again_(std::move(files.again)),
      progress_(std::move(files.progress)),
      deadlines_(std::move(files.deadlines)),
      account_(own_account()) {}

CommandLauncher::~CommandLauncher() = default;

// All that is there, also after a long pause: a run whose end was not heard of counts as open.
void CommandLauncher::dispatch() {
  burst_.begin();
  for (int pass = 0; pass < passes_max; ++pass) {
    if (!handle_ready(Millis{0})) return;
  }
}

bool CommandLauncher::handle_ready(Millis patience) {
  const auto ready = poller_.wait(patience);
  if (!ready) log::error("jobs: " + ready.error().what);
  if (!ready || ready->empty()) return false;
  for (const std::uint64_t token : *ready) handle(token);
  return true;
}

void CommandLauncher::handle(std::uint64_t token) {
  if (token == hints_token) return take_hints();
  if (token == again_token) return look_again();
  if (token == rest_token) return let_minders_go();
  if (token == progress_token) {
    for (const AttemptId& id : progress_.take()) listen_again(id);
  } else if (token == deadlines_token) {
    for (const Deadlines::Due& due : deadlines_.take(options_.clock.read().boot)) listen_again(due.id);
  } else {
    take_token(token);
  }
}

void CommandLauncher::start(const StartOrder& order) {
  Result<Fd> secrets = prepare(order);
  if (!secrets) return options_.report(AttemptStartFailed{.id = order.id, .detail = secrets.error().what});
  bound(order.id, Controllers::used_by(order.job->process->limits));
  if (!*secrets) wait_for_a_free_one();
  launch(order.id,
         {.secrets = *std::move(secrets), .pause = launch_pause_first, .left = order.job->process->start_deadline});
}

// The word to a minder means: stop the job, with its whole ladder. Why is in the ledger. A minder that has not let the
// job execute yet finds it before it does.
void CommandLauncher::stop(const StopOrder& order) {
  if (forget_postponed(order.id)) {
    return options_.report(
        AttemptStartFailed{.id = order.id, .detail = "stopped before it executed", .reason = order.reason});
  }
  const auto attempt = attempts_.find(order.id);
  if (attempt == attempts_.end() || attempt->second.is_over) return;
  attempt->second.stop = order.reason;
  Minders::tell_to_stop(attempt->second.minder);
}

// Makes the run directory; gives what must not stand in it.
Result<Fd> CommandLauncher::prepare(const StartOrder& order) {
  const std::shared_ptr<const Zone> zone = zone_of(*order.job);
  Spec spec = TRY(spec_for(order, {.boot = options_.boot,
                                   .now = options_.clock.read().wall,
                                   .own_account = account_,
                                   .zone = *zone,
                                   .job_directory = job_directory(order.id),
                                   .cgroup = options_.cgroups.path(),
                                   .journal = options_.journal_socket}));
  Result<Fd> secrets = hold_secrets(spec);
  for (std::string& text : spec.secret_env) wipe(text);
  for (std::string& text : spec.hidden) wipe(text);
  if (!secrets) return secrets;
  TRY(create_run_directory(directory(order.id), spec));
  take_over_checkpoint(options_.runs_path, order.id);
  return secrets;
}

void CommandLauncher::launch(const AttemptId& id, Postponed again) {
  Result<Minder> minder = minder_for(id, again.secrets);
  if (minder) {
    watch(id, *std::move(minder));
    attempts_.at(id).left = again.left;
    return;
  }
  const bool has_no_room = minder.error().sys_errno == EAGAIN || minder.error().sys_errno == ENOMEM;
  if (has_no_room && again.left > Millis{0}) return postpone(id, std::move(again), minder.error());
  unbound(id);
  options_.report(AttemptStartFailed{.id = id, .detail = minder.error().what});
}

Result<Minder> CommandLauncher::minder_for(const AttemptId& id, const Fd& secrets) {
  if (!secrets) {
    if (std::optional<Minder> rested = minders_.send(run_directory_name(id))) return *std::move(rested);
  }
  return minders_.start(directory(id), secrets);
}

// Reports on the way what it hears.
void CommandLauncher::wait_for_a_free_one() {
  if (minders_.has_resting() || !burst_.is_worth_a_wait()) return;
  handle_ready(free_one_limit);
  burst_.note(minders_.has_resting());
}

void CommandLauncher::postpone(const AttemptId& id, Postponed again, const Error& why) {
  const Millis delay = std::min(again.pause, again.left);
  Result<Fd> timer = open_timer(delay);
  const std::uint64_t token = ++last_token_;
  const auto added = timer ? poller_.add(timer->get(), token) : Result<void>{std::unexpected(timer.error())};
  if (!added) {
    unbound(id);
    return options_.report(AttemptStartFailed{.id = id, .detail = why.what});
  }
  log::warning("run " + id.run.text() + " has to wait: " + why.what);
  again = {.secrets = std::move(again.secrets),
           .timer = *std::move(timer),
           .token = token,
           .pause = std::min(again.pause * 2, launch_pause_max),
           .left = again.left - delay};
  by_token_.emplace(token, id);
  postponed_.insert_or_assign(id, std::move(again));
}

void CommandLauncher::take_postponed(const AttemptId& id) {
  auto waiting = postponed_.extract(id);
  poller_.remove(waiting.mapped().timer.get());
  by_token_.erase(waiting.mapped().token);
  launch(id, std::move(waiting.mapped()));
}

bool CommandLauncher::forget_postponed(const AttemptId& id) {
  const auto waiting = postponed_.extract(id);
  if (waiting.empty()) return false;
  poller_.remove(waiting.mapped().timer.get());
  by_token_.erase(waiting.mapped().token);
  unbound(id);
  return true;
}

// Controllers are handed on before the minder makes the group, and for as long as it lives: it reads there whether the
// job was killed for its memory.
void CommandLauncher::bound(const AttemptId& id, Controllers used) {
  if (used.is_empty()) return;
  bounded_.insert_or_assign(id, used);
  hand_on_controllers();
}

void CommandLauncher::unbound(const AttemptId& id) {
  if (bounded_.erase(id) > 0) hand_on_controllers();
}

void CommandLauncher::hand_on_controllers() {
  Controllers all;
  for (const auto& [id, used] : bounded_) all.add(used);
  options_.cgroups.hand_on(all);
}

// A name that the database has lost since the configuration was read is no reason not to start.
std::shared_ptr<const Zone> CommandLauncher::zone_of(const Job& job) {
  if (job.zone_name.empty()) return Zone::utc();
  return zones_.find(job.zone_name).value_or(Zone::utc());
}

void CommandLauncher::recover(const std::vector<Run>& open_runs) {
  for (const Run& run : open_runs) recover_one(run);
  options_.cgroups.sweep([this](const std::string& name) {
    const auto id = attempt_from_directory_name(name);
    return id && !attempts_.contains(*id);
  });
}

void CommandLauncher::recover_one(const Run& run) {
  const AttemptId id = run.attempt_id();
  Fate fate = find_fate({.directory = directory(id), .recorded_in = run.boot, .boot = options_.boot});
  Attempt unwatched{.stop = run.stop};
  if (const auto* ended = std::get_if<Ended>(&fate)) return report_end(id, unwatched, ended->record);
  if (const auto* lost = std::get_if<Lost>(&fate)) return options_.report(AttemptLost{id, lost->reason});
  if (std::holds_alternative<NeverExecuted>(fate)) return options_.report(AttemptNeverExecuted{id});
  watch(id, {.process = std::move(std::get<Alive>(fate).minder)});
  // The limits of a group are gone when its controllers were taken away in the meantime.
  if (const auto group = AttemptGroup::of(directory(id)); group && !group->uses().is_empty()) {
    bound(id, group->uses());
    group->bound_again();
  }
  Attempt& attempt = attempts_.at(id);
  // The earlier daemon may have died before it could say so; asking twice changes nothing.
  if (run.stop != Reason::none) stop({.id = id, .reason = run.stop});
  follow_to_first_report(id, attempt);
}

// The earlier daemon may have died while this minder was about to exec. The core must know now what to make of the run.
void CommandLauncher::follow_to_first_report(const AttemptId& id, Attempt& attempt) {
  look_or_try_again(id, attempt);
  for (Millis waited{0}; !attempt.is_started && !attempt.is_over; waited += exec_pause) {
    if (waited >= exec_limit) return note_goes_on(id, attempt, options_.clock.read().wall);
    const bool minder_is_dead = wait_for_end(attempt.minder.process, exec_pause);
    (void)(minder_is_dead ? look_without_minder(id, attempt) : look(id, attempt));  // its end is seen once more
  }
}

// From here on its end will be seen, also if it came before. One that has rested is being watched.
void CommandLauncher::watch(const AttemptId& id, Minder minder) {
  if (minder.token == 0) {
    minder.token = ++last_token_;
    for (const Fd* fd : {&minder.process, &minder.line}) {
      if (!*fd) continue;
      if (const auto added = poller_.add(fd->get(), minder.token); !added) log::error("jobs: " + added.error().what);
    }
  }
  by_token_.emplace(minder.token, id);
  attempts_.emplace(id, Attempt{.minder = std::move(minder)});
}

void CommandLauncher::take_hints() {
  belfry::take_hints(hints_, [this](const AttemptId& id) {
    const auto attempt = attempts_.find(id);
    if (attempt != attempts_.end()) look_or_try_again(id, attempt->second);
  });
}

void CommandLauncher::take_token(std::uint64_t token) {
  const auto named = by_token_.find(token);
  if (named == by_token_.end()) return minders_.look_at(token);
  const AttemptId id = named->second;
  if (postponed_.contains(id)) return take_postponed(id);
  take_from_minder(id, token);
}

void CommandLauncher::take_from_minder(const AttemptId& id, std::uint64_t token) {
  Attempt& attempt = attempts_.at(id);
  const bool was_at_its_first_run = !attempt.minder.has_rested;
  if (!is_free_or_dead(attempt)) return;
  attempt.minder_is_gone = true;
  by_token_.erase(token);
  if (!was_at_its_first_run && has_missed_its_minder(id, attempt)) {
    const Millis left = attempt.left;
    attempts_.erase(id);
    return launch(id, {.pause = launch_pause_first, .left = left});
  }
  unbound(id);
  look_or_try_again(id, attempt);
}

// One that rested may have been killed just when it was sent for, which is no fault of the start: without a claim
// nothing has executed, and nobody is left who could take it.
bool CommandLauncher::has_missed_its_minder(const AttemptId& id, const Attempt& attempt) const {
  if (attempt.stop != Reason::none || attempt.is_over) return false;
  const auto claim = read_claim(directory(id));
  return claim && !*claim;
}

// A minder that is dying closes its line first.
bool CommandLauncher::is_free_or_dead(Attempt& attempt) {
  Minder& minder = attempt.minder;
  const MinderWord word = minder.line ? listen_to(minder) : MinderWord::gone;
  if (word == MinderWord::free) {
    minders_.rest(std::exchange(minder, {}), options_.clock.read().boot);
    if (!std::exchange(rest_is_timed_, true)) (void)set_timer(rest_, rest_limit);
    return true;
  }
  if (word == MinderWord::gone) minders_.hang_up(minder);
  if (!wait_for_end(minder.process, Millis{0})) return false;
  attempt.minder_end = reap_child(minder.process);
  minders_.hang_up(minder);
  minder = {};
  return true;
}

void CommandLauncher::let_minders_go() {
  std::uint64_t expirations = 0;
  (void)!::read(rest_.get(), &expirations, sizeof expirations);
  minders_.let_go(options_.clock.read().boot - rest_limit);
  rest_is_timed_ = minders_.has_resting();
  if (rest_is_timed_) (void)set_timer(rest_, rest_limit);
}

// Reads what is new of an attempt, and forgets it once its minder is dead and everything is said. What cannot be read
// now is tried again in a while.
void CommandLauncher::look_or_try_again(const AttemptId& id, Attempt& attempt) {
  const Result<void> looked = attempt.minder_is_gone ? look_without_minder(id, attempt) : look(id, attempt);
  if (looked) {
    attempt.tries = 0;
    if (attempt.minder_is_gone) forget(id);
    return;
  }
  if (attempt.tries++ == 0) log::warning("run " + id.run.text() + ": " + looked.error().what + ", and is tried again");
  if (attempt.minder_is_gone && attempt.tries > unreadable_tries) {
    report_lost(id, looked.error().what);
    forget(id);
    return;
  }
  if (unreadable_.empty()) (void)set_timer(again_, unreadable_pause);
  unreadable_.push_back(id);
}

void CommandLauncher::look_again() {
  std::uint64_t expirations = 0;
  (void)!::read(again_.get(), &expirations, sizeof expirations);
  for (const AttemptId& id : std::exchange(unreadable_, {})) {
    const auto attempt = attempts_.find(id);
    if (attempt != attempts_.end()) look_or_try_again(id, attempt->second);
  }
}

// Reads what the minder has stated, and reports what is new. An error: it cannot be read now.
Result<void> CommandLauncher::look(const AttemptId& id, Attempt& attempt) {
  if (attempt.is_over) return {};
  if (const auto record = TRY(look_for_exit_record(directory(id)))) {
    report_end(id, attempt, *record);
    return {};
  }
  const auto claim = read_claim(directory(id));
  if (claim && *claim && (*claim)->executing) note_goes_on(id, attempt, *(*claim)->executing);
  if (attempt.is_started) look_for_progress(id, attempt);
  return {};
}

// What it says too soon is looked for again when its time has come.
void CommandLauncher::look_for_progress(const AttemptId& id, Attempt& attempt) {
  const BootTime now = options_.clock.read().boot;
  if (!attempt.is_over && now < attempt.quiet_until) {
    return deadlines_.set({.id = id, .what = Deadlines::What::progress}, attempt.quiet_until);
  }
  auto progress = read_progress(directory(id));
  if (!progress || progress == attempt.told) return;
  attempt.told = progress;
  attempt.quiet_until = now + progress_pause;
  options_.report(AttemptProgressed{.id = id, .progress = *std::move(progress)});
}

// Listens first, so that what is written while it looks is heard. After that it is quiet, also where the word was about
// another file there.
void CommandLauncher::listen_again(const AttemptId& id) {
  const auto known = attempts_.find(id);
  if (known == attempts_.end() || known->second.is_over) return;
  Attempt& attempt = known->second;
  const BootTime now = options_.clock.read().boot;
  if (now < attempt.quiet_until) {
    return deadlines_.set({.id = id, .what = Deadlines::What::progress}, attempt.quiet_until);
  }
  progress_.listen(id, job_directory(id));
  if (attempt.is_started) look_for_progress(id, attempt);
  attempt.quiet_until = now + progress_pause;
}

void CommandLauncher::forget(const AttemptId& id) {
  deadlines_.forget(id);
  progress_.forget(id);
  attempts_.erase(id);
}

Result<void> CommandLauncher::look_without_minder(const AttemptId& id, Attempt& attempt) {
  TRY(look(id, attempt));
  return attempt.is_over ? Result<void>{} : settle_without_minder(id, attempt);
}

// The minder is dead and there is no exit record. Without a claim of its own it has not let the job execute.
Result<void> CommandLauncher::settle_without_minder(const AttemptId& id, Attempt& attempt) {
  const auto claim = read_claim(directory(id));
  if (!claim && claim.error().sys_errno != 0) return std::unexpected(claim.error());
  attempt.is_over = true;
  const std::string why = describe_minder_end(attempt.minder_end);
  const Fate fate = !claim    ? Fate{Lost{Reason::minder_killed}}  // it is there and makes no sense
                    : !*claim ? Fate{NeverExecuted{}}
                              : fate_without_minder(directory(id), **claim);
  if (const auto* ended = std::get_if<Ended>(&fate)) {
    report_end(id, attempt, ended->record);
  } else if (std::holds_alternative<NeverExecuted>(fate)) {
    options_.report(AttemptStartFailed{.id = id, .detail = why});
  } else {
    report_lost(id, why);
  }
  return {};
}

void CommandLauncher::report_lost(const AttemptId& id, const std::string& why) {
  log::warning("run " + id.run.text() + " is lost: " + why);
  options_.report(AttemptLost{id, Reason::minder_killed});
}

// It is not one of those that are over at once: it may say how far it is, and its minder is of no use to another run.
void CommandLauncher::note_goes_on(const AttemptId& id, Attempt& attempt, WallTime since) {
  if (attempt.is_started) return;
  report_started(id, attempt, since);
  progress_.listen(id, job_directory(id));
  minders_.hang_up(attempt.minder);
}

void CommandLauncher::report_started(const AttemptId& id, Attempt& attempt, WallTime at) {
  if (attempt.is_started) return;
  attempt.is_started = true;
  options_.report(AttemptStarted{id, at});
}

void CommandLauncher::report_end(const AttemptId& id, Attempt& attempt, const ExitRecord& record) {
  attempt.is_over = true;
  progress_.forget(id);
  const bool has_executed = std::holds_alternative<ProcessEnd>(record.end);
  if (has_executed) report_started(id, attempt, record.started);
  if (has_executed) look_for_progress(id, attempt);
  options_.report(end_report({.id = id,
                              .stop = attempt.stop,
                              .record = record,
                              .result = has_executed ? read_result(directory(id)) : JobResult{}}));
}

std::string CommandLauncher::directory(const AttemptId& id) const {
  return options_.runs_path + "/" + run_directory_name(id);
}

std::string CommandLauncher::job_directory(const AttemptId& id) const {
  return directory(id) + "/" + run_directory::job_directory;
}

}  // namespace belfry
