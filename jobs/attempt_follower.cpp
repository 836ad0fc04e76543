#include <unistd.h>

#include <utility>

#include <base/log.h>
#include <base/try.h>
#include <jobs/attempt_follower.h>
#include <jobs/end_report.h>
#include <jobs/job_files.h>
#include <jobs/recovery.h>
#include <jobs/run_directory.h>
#include <jobs/timer.h>

namespace belfry {
namespace {

constexpr std::uint64_t again_token = 0;
constexpr std::uint64_t progress_token = 1;
constexpr std::uint64_t deadlines_token = 2;

constexpr Millis unreadable_pause{100};
constexpr int unreadable_tries = 600;

// How often one attempt's progress is reported at most.
constexpr Millis progress_pause{1000};

// A minder that cannot put on record what is wrong ends with an errno.
std::string describe_minder_end(const std::optional<ProcessEnd>& end) {
  if (!end) return "belfry-minder has died";
  if (end->how == ProcessEnd::How::signalled) return "belfry-minder was killed by signal " + std::to_string(end->code);
  return system_error("belfry-minder", "", end->code).what;
}

}  // namespace

Result<AttemptFollower::Files> AttemptFollower::open_files() {
  Fd again = TRY(open_idle_timer());
  ProgressWatch progress = TRY(ProgressWatch::open());
  Deadlines deadlines = TRY(Deadlines::open());
  Poller poller = TRY(Poller::open());
  TRY(poller.add(again.get(), again_token));
  TRY(poller.add(progress.fd(), progress_token));
  TRY(poller.add(deadlines.fd(), deadlines_token));
  return Files{.again = std::move(again),
               .progress = std::move(progress),
               .deadlines = std::move(deadlines),
               .poller = std::move(poller)};
}

AttemptFollower::AttemptFollower(Options options, Files files)
    : options_(std::move(options)), files_(std::move(files)) {}

void AttemptFollower::dispatch() {
  const auto ready = files_.poller.wait(Millis{0});
  if (!ready) return log::error("jobs: " + ready.error().what);
  for (const std::uint64_t token : *ready) {
    if (token == again_token) {
      look_again();
    } else if (token == progress_token) {
      for (const AttemptId& id : files_.progress.take()) listen_again(id);
    } else {
      for (const Deadlines::Due& due : files_.deadlines.take(options_.clock.read().boot)) listen_again(due.id);
    }
  }
}

void AttemptFollower::follow(const AttemptId& id, Reason stop) { attempts_.emplace(id, Attempt{.stop = stop}); }

void AttemptFollower::note_stop(const AttemptId& id, Reason reason) { attempts_.at(id).stop = reason; }

bool AttemptFollower::may_be_stopped(const AttemptId& id) const {
  const auto attempt = attempts_.find(id);
  return attempt != attempts_.end() && !attempt->second.is_over;
}

bool AttemptFollower::has_first_report(const AttemptId& id) const {
  const auto attempt = attempts_.find(id);
  return attempt == attempts_.end() || attempt->second.is_started || attempt->second.is_over;
}

void AttemptFollower::look(const AttemptId& id) {
  const auto attempt = attempts_.find(id);
  if (attempt != attempts_.end()) look(id, attempt->second);
}

void AttemptFollower::note_alone(const AttemptId& id, std::optional<ProcessEnd> minder_end) {
  Attempt& attempt = attempts_.at(id);
  attempt.is_alone = true;
  attempt.minder_end = minder_end;
  look(id, attempt);
}

bool AttemptFollower::is_untouched(const AttemptId& id) const {
  const Attempt& attempt = attempts_.at(id);
  if (attempt.stop != Reason::none || attempt.is_over) return false;
  const auto claim = read_claim(directory(id));
  return claim && !*claim;
}

void AttemptFollower::forget(const AttemptId& id) {
  files_.deadlines.forget(id);
  files_.progress.forget(id);
  attempts_.erase(id);
}

// Reads what is new, and forgets the attempt once nobody is at its side and everything is said. What cannot be read now
// is tried again in a while.
void AttemptFollower::look(const AttemptId& id, Attempt& attempt) {
  const Result<void> done = attempt.is_alone ? read_alone(id, attempt) : read(id, attempt);
  if (done) {
    attempt.tries = 0;
    if (attempt.is_alone) forget(id);
    return;
  }
  if (attempt.tries++ == 0) log::warning("run " + id.run.text() + ": " + done.error().what + ", and is tried again");
  if (attempt.is_alone && attempt.tries > unreadable_tries) {
    report_lost(id, done.error().what);
    return forget(id);
  }
  if (unreadable_.empty()) (void)set_timer(files_.again, unreadable_pause);
  unreadable_.push_back(id);
}

void AttemptFollower::look_again() {
  std::uint64_t expirations = 0;
  (void)!::read(files_.again.get(), &expirations, sizeof expirations);
  for (const AttemptId& id : std::exchange(unreadable_, {})) look(id);
}

// Reads what the minder has stated, and reports what is new. An error: it cannot be read now.
Result<void> AttemptFollower::read(const AttemptId& id, Attempt& attempt) {
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

Result<void> AttemptFollower::read_alone(const AttemptId& id, Attempt& attempt) {
  TRY(read(id, attempt));
  return attempt.is_over ? Result<void>{} : settle(id, attempt);
}

// The minder is dead and there is no exit record. Without a claim of its own it has not let the job execute.
Result<void> AttemptFollower::settle(const AttemptId& id, Attempt& attempt) {
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

// What it says too soon is looked for again when its time has come.
void AttemptFollower::look_for_progress(const AttemptId& id, Attempt& attempt) {
  const BootTime now = options_.clock.read().boot;
  if (!attempt.is_over && now < attempt.quiet_until) {
    return files_.deadlines.set({.id = id, .what = Deadlines::What::progress}, attempt.quiet_until);
  }
  auto progress = read_progress(directory(id));
  if (!progress || progress == attempt.told) return;
  attempt.told = progress;
  attempt.quiet_until = now + progress_pause;
  options_.report(AttemptProgressed{.id = id, .progress = *std::move(progress)});
}

// Listens first, so that what is written while it looks is heard. After that it is quiet, also where the word was about
// another file there.
void AttemptFollower::listen_again(const AttemptId& id) {
  const auto known = attempts_.find(id);
  if (known == attempts_.end() || known->second.is_over) return;
  Attempt& attempt = known->second;
  const BootTime now = options_.clock.read().boot;
  if (now < attempt.quiet_until) {
    return files_.deadlines.set({.id = id, .what = Deadlines::What::progress}, attempt.quiet_until);
  }
  files_.progress.listen(id, job_directory_path(directory(id)));
  if (attempt.is_started) look_for_progress(id, attempt);
  attempt.quiet_until = now + progress_pause;
}

void AttemptFollower::note_goes_on(const AttemptId& id, WallTime since) { note_goes_on(id, attempts_.at(id), since); }

// It is not one of those that are over at once, so it may come to say how far it is.
void AttemptFollower::note_goes_on(const AttemptId& id, Attempt& attempt, WallTime since) {
  if (attempt.is_started) return;
  report_started(id, attempt, since);
  files_.progress.listen(id, job_directory_path(directory(id)));
  options_.goes_on(id);
}

void AttemptFollower::report_started(const AttemptId& id, Attempt& attempt, WallTime at) {
  if (attempt.is_started) return;
  attempt.is_started = true;
  options_.report(AttemptStarted{id, at});
}

void AttemptFollower::report_end(const AttemptId& id, Reason stop, const ExitRecord& record) {
  Attempt attempt{.stop = stop};
  report_end(id, attempt, record);
}

void AttemptFollower::report_end(const AttemptId& id, Attempt& attempt, const ExitRecord& record) {
  attempt.is_over = true;
  files_.progress.forget(id);
  const bool has_executed = std::holds_alternative<ProcessEnd>(record.end);
  if (has_executed) report_started(id, attempt, record.started);
  if (has_executed) look_for_progress(id, attempt);
  options_.report(end_report({.id = id,
                              .stop = attempt.stop,
                              .record = record,
                              .result = has_executed ? read_result(directory(id)) : JobResult{}}));
}

void AttemptFollower::report_lost(const AttemptId& id, const std::string& why) {
  log::warning("run " + id.run.text() + " is lost: " + why);
  options_.report(AttemptLost{id, Reason::minder_killed});
}

std::string AttemptFollower::directory(const AttemptId& id) const { return run_directory_path(options_.runs_path, id); }

}  // namespace belfry
