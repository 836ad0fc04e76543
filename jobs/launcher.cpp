#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include <base/log.h>
#include <base/try.h>
#include <jobs/attempt_group.h>
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
constexpr std::uint64_t rest_token = 1;
constexpr std::uint64_t follower_token = 2;

// How long a minder waits for its next run.
constexpr Millis rest_limit{2000};

// How long a burst of starts waits for a minder that comes free.
constexpr Millis free_one_limit{1};

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

}  // namespace

Result<std::unique_ptr<CommandLauncher>> CommandLauncher::open(Options options) {
  Minders minders = TRY(Minders::open(options.minder_path, options.lines_max));
  Fd hints = TRY(open_hints(options.runs_path));
  Fd rest = TRY(open_idle_timer());
  AttemptFollower::Files follower = TRY(AttemptFollower::open_files());
  Poller poller = TRY(Poller::open());
  TRY(poller.add(hints.get(), hints_token));
  TRY(poller.add(rest.get(), rest_token));
  TRY(poller.add(follower.poller.fd(), follower_token));
  return std::unique_ptr<CommandLauncher>(new CommandLauncher(std::move(options), {.minders = std::move(minders),
                                                                                   .hints = std::move(hints),
                                                                                   .rest = std::move(rest),
                                                                                   .follower = std::move(follower),
                                                                                   .poller = std::move(poller)}));
}

// The minder of a run that goes on for a while is of no use to another one.
CommandLauncher::CommandLauncher(Options options, Files files)
    : options_(std::move(options)),
      poller_(std::move(files.poller)),
      minders_(std::move(files.minders)),
      burst_(processors()),
      hints_(std::move(files.hints)),
      rest_(std::move(files.rest)),
      follower_({.runs_path = options_.runs_path,
                 .clock = options_.clock,
                 .report = options_.report,
                 .goes_on =
                     [this](const AttemptId& id) {
                       const auto at_work = at_work_.find(id);
                       if (at_work != at_work_.end()) minders_.hang_up(at_work->second.minder);
                     }},
                std::move(files.follower)),
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
  if (token == rest_token) return let_minders_go();
  if (token == follower_token) return follower_.dispatch();
  if (token == hints_token) return take_hints(hints_, [this](const AttemptId& id) { follower_.look(id); });
  take_token(token);
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
  if (!follower_.may_be_stopped(order.id)) return;
  follower_.note_stop(order.id, order.reason);
  const auto at_work = at_work_.find(order.id);
  if (at_work != at_work_.end()) Minders::tell_to_stop(at_work->second.minder);
}

// Makes the run directory; gives what must not stand in it.
Result<Fd> CommandLauncher::prepare(const StartOrder& order) {
  const std::shared_ptr<const Zone> zone = zone_of(*order.job);
  Spec spec = TRY(spec_for(order, {.boot = options_.boot,
                                   .now = options_.clock.read().wall,
                                   .own_account = account_,
                                   .zone = *zone,
                                   .job_directory = job_directory_path(directory(order.id)),
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
    follower_.follow(id);
    return watch(id, {.minder = *std::move(minder), .left = again.left});
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
    return id && !follower_.is_followed(*id);
  });
}

void CommandLauncher::recover_one(const Run& run) {
  const AttemptId id = run.attempt_id();
  Fate fate = find_fate({.directory = directory(id), .recorded_in = run.boot, .boot = options_.boot});
  if (const auto* ended = std::get_if<Ended>(&fate)) return follower_.report_end(id, run.stop, ended->record);
  if (const auto* lost = std::get_if<Lost>(&fate)) return options_.report(AttemptLost{id, lost->reason});
  if (std::holds_alternative<NeverExecuted>(fate)) return options_.report(AttemptNeverExecuted{id});
  follower_.follow(id);
  watch(id, {.minder = {.process = std::move(std::get<Alive>(fate).minder)}});
  // The limits of a group are gone when its controllers were taken away in the meantime.
  if (const auto group = AttemptGroup::of(directory(id)); group && !group->uses().is_empty()) {
    bound(id, group->uses());
    group->bound_again();
  }
  // The earlier daemon may have died before it could say so; asking twice changes nothing.
  if (run.stop != Reason::none) stop({.id = id, .reason = run.stop});
  wait_for_first_report(id);
}

// The earlier daemon may have died while this minder was about to exec. The core must know now what to make of the run.
void CommandLauncher::wait_for_first_report(const AttemptId& id) {
  follower_.look(id);
  for (Millis waited{0}; !follower_.has_first_report(id); waited += exec_pause) {
    const auto at_work = at_work_.find(id);
    const bool cannot_be_known = at_work == at_work_.end() || waited >= exec_limit;
    if (cannot_be_known) return follower_.note_goes_on(id, options_.clock.read().wall);
    const bool is_dead = wait_for_end(at_work->second.minder.process, exec_pause);
    is_dead ? note_dead(id) : follower_.look(id);
  }
}

// From here on its end will be seen, also if it came before. One that has rested is being watched.
void CommandLauncher::watch(const AttemptId& id, AtWork at_work) {
  Minder& minder = at_work.minder;
  if (minder.token == 0) {
    minder.token = ++last_token_;
    for (const Fd* fd : {&minder.process, &minder.line}) {
      if (!*fd) continue;
      if (const auto added = poller_.add(fd->get(), minder.token); !added) log::error("jobs: " + added.error().what);
    }
  }
  by_token_.emplace(minder.token, id);
  at_work_.emplace(id, std::move(at_work));
}

void CommandLauncher::take_token(std::uint64_t token) {
  const auto named = by_token_.find(token);
  if (named == by_token_.end()) return minders_.look_at(token);
  const AttemptId id = named->second;
  postponed_.contains(id) ? take_postponed(id) : take_from_minder(id);
}

// A minder that is dying closes its line first.
void CommandLauncher::take_from_minder(const AttemptId& id) {
  Minder& minder = at_work_.at(id).minder;
  const MinderWord word = minder.line ? listen_to(minder) : MinderWord::gone;
  if (word == MinderWord::free) return note_free(id);
  if (word == MinderWord::gone) minders_.hang_up(minder);
  if (wait_for_end(minder.process, Millis{0})) note_dead(id);
}

void CommandLauncher::note_free(const AttemptId& id) {
  minders_.rest(leave(id).minder, options_.clock.read().boot);
  if (!std::exchange(rest_is_timed_, true)) (void)set_timer(rest_, rest_limit);
  unbound(id);
  follower_.note_alone(id, std::nullopt);
}

// One that rested may have been killed just when it was sent for, which is no fault of the start: without a claim
// nothing has executed, and nobody is left who could take it.
void CommandLauncher::note_dead(const AttemptId& id) {
  AtWork dead = leave(id);
  const auto end = reap_child(dead.minder.process);
  minders_.hang_up(dead.minder);
  if (dead.minder.has_rested && follower_.is_untouched(id)) {
    follower_.forget(id);
    return launch(id, {.pause = launch_pause_first, .left = dead.left});
  }
  unbound(id);
  follower_.note_alone(id, end);
}

// The minder is no longer at its side.
CommandLauncher::AtWork CommandLauncher::leave(const AttemptId& id) {
  AtWork left = std::move(at_work_.extract(id).mapped());
  by_token_.erase(left.minder.token);
  return left;
}

void CommandLauncher::let_minders_go() {
  std::uint64_t expirations = 0;
  (void)!::read(rest_.get(), &expirations, sizeof expirations);
  minders_.let_go(options_.clock.read().boot - rest_limit);
  rest_is_timed_ = minders_.has_resting();
  if (rest_is_timed_) (void)set_timer(rest_, rest_limit);
}

std::string CommandLauncher::directory(const AttemptId& id) const { return run_directory_path(options_.runs_path, id); }

}  // namespace belfry
