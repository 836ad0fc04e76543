#include <poll.h>

#include <algorithm>
#include <mutex>

#include <base/log.h>
#include <base/placeholders.h>
#include <base/text.h>
#include <base/try.h>
#include <jobs/call_files.h>
#include <jobs/callable_launcher.h>
#include <jobs/input_values.h>
#include <jobs/job_files.h>
#include <jobs/records.h>

namespace belfry {
namespace {

constexpr std::uint64_t letters_token = 0;
constexpr std::uint64_t deadlines_token = 1;

constexpr Millis progress_pause{1000};

// How long the destructor waits for calls that were told to return.
constexpr int farewell_tries = 100;
constexpr int farewell_pause_ms = 10;

std::string first_of(const std::vector<Complaint>& complaints) {
  return "with: " + complaints.front().what + (complaints.size() > 1 ? ", and more" : "");
}

// What a run was told, and secrets, in place of what stands for them (S38).
Result<Arguments> filled_in(InputValues& values, Arguments with) {
  std::optional<Error> trouble;
  for (Member& argument : with) {
    argument.value.for_each_text([&](std::string& text) {
      if (!may_have_placeholders(text)) return;
      auto filled = values.fill_in(text);
      if (!filled && !trouble) trouble = filled.error();
      if (filled) text = std::move(filled->text);
    });
  }
  if (trouble) return std::unexpected(*std::move(trouble));
  return with;
}

}  // namespace

struct CallableLauncher::Shared final : OpenCall::Surroundings {
  Shared(std::unique_ptr<Clock> own_clock, EventCounter counter, std::unique_ptr<CallJournal> own_journal)
      : clock(std::move(own_clock)), letters(std::move(counter)), journal(std::move(own_journal)) {}

  // A Clock belongs to one thread at a time.
  WallTime now() override {
    const std::lock_guard lock(clock_mutex);
    return clock->read().wall;
  }
  void has_progress(const AttemptId& id) override { letters.put(Said{id}); }

  std::mutex clock_mutex;
  const std::unique_ptr<Clock> clock;
  Mailbox<Letter> letters;
  const std::unique_ptr<CallJournal> journal;
};

Result<std::unique_ptr<CallableLauncher>> CallableLauncher::open(Options options) {
  Poller poller = TRY(Poller::open());
  Deadlines deadlines = TRY(Deadlines::open());
  EventCounter counter = TRY(EventCounter::open());
  std::unique_ptr<CallJournal> journal = TRY(CallJournal::open(options.runs_path));
  auto shared = std::make_shared<Shared>(std::move(options.crew_clock), std::move(counter), std::move(journal));
  TRY(poller.add(shared->letters.fd(), letters_token));
  TRY(poller.add(deadlines.fd(), deadlines_token));
  return std::unique_ptr<CallableLauncher>(
      new CallableLauncher(std::move(options), std::move(poller), std::move(deadlines), std::move(shared)));
}

CallableLauncher::CallableLauncher(Options options, Poller poller, Deadlines deadlines, std::shared_ptr<Shared> shared)
    : options_(std::move(options)),
      poller_(std::move(poller)),
      deadlines_(std::move(deadlines)),
      shared_(std::move(shared)),
      runs_path_(std::make_shared<const std::string>(options_.runs_path)),
      crew_(options_.bounds) {}

// What does not return soon is let go: it lives as long as the process.
CallableLauncher::~CallableLauncher() {
  leave();
  for (int i = 0; i < farewell_tries && !is_idle(); ++i) {
    ::poll(nullptr, 0, farewell_pause_ms);
    dispatch();
  }
  for (const auto& [id, attempt] : attempts_) crew_.let_go(id);
}

bool CallableLauncher::has_executed(const AttemptId& id) const { return shared_->journal->find(id) != nullptr; }

void CallableLauncher::dispatch() {
  const auto ready = poller_.wait(Millis{0});
  if (!ready) return log::error("jobs: " + ready.error().what);
  for (const std::uint64_t token : *ready) {
    if (token == letters_token) {
      take_letters();
    } else {
      for (const Deadlines::Due& due : deadlines_.take(now())) take_deadline(due);
    }
  }
}

// ---- Starting -----------------------------------------------------------------------------------------------------

void CallableLauncher::expect(const StartOrder& order) {
  const auto [prepared, is_new] = prepared_.emplace(order.id, make_call(order));
  if (is_new && prepared->second) crew_.expect(prepared_.size());
}

Result<std::shared_ptr<OpenCall>> CallableLauncher::take_prepared(const StartOrder& order) {
  auto prepared = prepared_.extract(order.id);
  return prepared.empty() ? make_call(order) : std::move(prepared.mapped());
}

void CallableLauncher::start(const StartOrder& order) {
  const auto call = take_prepared(order);
  const auto posted = call ? crew_.post(order.id, [call = *call, shared = shared_] { work(call, shared); })
                           : Result<void>{std::unexpected(call.error())};
  if (!posted) return options_.report(AttemptStartFailed{.id = order.id, .detail = posted.error().what});
  attempts_.emplace(order.id, Attempt{.call = *call,
                                      .grace = order.job->process->stop_grace_period,
                                      .time_limit = order.time_limit,
                                      .limit_reason = order.limit_reason});
  // S26: a deadline does not wait for a thread, as a time limit does.
  if (order.time_limit && order.limit_reason == Reason::deadline) {
    deadlines_.set({.id = order.id, .what = Deadlines::What::limit}, now() + *order.time_limit);
  }
}

// One copy of each: it is as long as anybody executes it, and the registry forgets and changes none.
std::shared_ptr<const Callable> CallableLauncher::find_callable(const std::string& name) {
  if (const auto known = callables_.find(name); known != callables_.end()) return known->second;
  const Callable* found = options_.callables.find(name);
  return found == nullptr ? nullptr : callables_.emplace(name, std::make_shared<const Callable>(*found)).first->second;
}

Result<std::shared_ptr<OpenCall>> CallableLauncher::make_call(const StartOrder& order) {
  const auto& action = std::get<Call>(order.job->action);
  const auto callable = find_callable(action.name);
  if (callable == nullptr) {
    return std::unexpected(Error::failed("call: there is no callable '" + action.name + "' in this daemon"));
  }
  if (crew_.is_exhausted()) {
    return std::unexpected(Error::failed("call: all " + std::to_string(options_.bounds.threads) +
                                         " threads are held by callables that do not return; restart the daemon"));
  }
  InputValues values(*order.job->inputs, order.run.params);
  Arguments with = TRY(filled_in(values, action.with));
  SecretWords secrets;
  for (const std::string_view value : values.secrets()) secrets.add(value);
  const auto complaints = check_arguments(*callable, with);
  if (!complaints.empty()) return std::unexpected(Error::bad_input(secrets.hidden_in(first_of(complaints))));
  auto output = options_.make_output
                    ? options_.make_output(order)
                    : std::make_unique<CallFiles>(runs_path_, order.id, order.job->process->output_max);
  return std::make_shared<OpenCall>(OpenCall::Facts{.id = order.id,
                                                    .run = order.run,
                                                    .with = std::move(with),
                                                    .secrets = std::move(secrets),
                                                    .callable = callable},
                                    std::move(output), shared_);
}

// On a thread of the crew. The claim is there before it executes.
void CallableLauncher::work(const std::shared_ptr<OpenCall>& call, const std::shared_ptr<Shared>& shared) {
  const WallTime started = shared->now();
  if (const auto claimed = shared->journal->claim(call->id(), started); !claimed) {
    return shared->letters.put(Refused{.id = call->id(), .why = claimed.error().what});
  }
  shared->letters.put(Began{.id = call->id(), .at = started});
  shared->letters.put(Returned{.id = call->id(), .end = call->execute(started)});
}

// ---- What the crew says -------------------------------------------------------------------------------------------

void CallableLauncher::take_letters() {
  std::vector<Letter> letters = shared_->letters.take_all();
  note_ends(letters);
  for (Letter& letter : letters) std::visit([this](auto& one) { take(one); }, letter);
}

// The ends are on record before anybody hears of them: all that have come since the last time with one write, and not
// by the threads, which have calls to begin.
void CallableLauncher::note_ends(const std::vector<Letter>& letters) {
  std::vector<EndOfCall> ends;
  for (const Letter& letter : letters) {
    const auto* returned = std::get_if<Returned>(&letter);
    if (returned == nullptr) continue;
    const auto found = attempts_.find(returned->id);
    if (found != attempts_.end() && !found->second.is_over) ends.push_back(*returned);
  }
  if (ends.empty()) return;
  if (const auto noted = shared_->journal->note_ends(ends); !noted) log::error("jobs: " + noted.error().what);
}

void CallableLauncher::take(const Began& began) {
  const auto found = attempts_.find(began.id);
  if (found == attempts_.end()) return;
  Attempt& attempt = found->second;
  attempt.started = began.at;
  options_.report(AttemptStarted{.id = began.id, .at = began.at});
  if (attempt.time_limit && attempt.limit_reason != Reason::deadline) {
    deadlines_.set({.id = began.id, .what = Deadlines::What::limit}, now() + *attempt.time_limit);
  }
}

void CallableLauncher::take(const Refused& refused) {
  if (attempts_.erase(refused.id) == 0) return;
  deadlines_.forget(refused.id);
  options_.report(AttemptStartFailed{.id = refused.id, .detail = refused.why});
}

void CallableLauncher::take(const Said& said) {
  const auto found = attempts_.find(said.id);
  if (found == attempts_.end() || found->second.is_over) return;
  const BootTime due = found->second.told_at ? *found->second.told_at + progress_pause : BootTime{};
  if (now() >= due) return tell_progress(said.id, found->second);
  deadlines_.set({.id = said.id, .what = Deadlines::What::progress}, due);
}

void CallableLauncher::take(Returned& returned) {
  const auto found = attempts_.find(returned.id);
  if (found == attempts_.end()) return;
  Attempt& attempt = found->second;
  if (attempt.is_over) {
    log::info("run " + returned.id.run.text() + ": '" + attempt.call->callable().name +
              "' has returned at last, long after it was told to");
  } else {
    tell_progress(returned.id, attempt);
    report_end(returned.id, returned.end, attempt.call->result());
  }
  deadlines_.forget(returned.id);
  attempts_.erase(found);
}

void CallableLauncher::tell_progress(const AttemptId& id, Attempt& attempt) {
  auto progress = attempt.call->take_progress();
  if (!progress) return;
  attempt.told_at = now();
  options_.report(AttemptProgressed{.id = id, .progress = *std::move(progress)});
}

void CallableLauncher::report_end(const AttemptId& id, const CallEnd& end, std::string result) {
  options_.report(AttemptEnded{.id = id,
                               .end = {.how = ProcessEnd::How::exited, .code = end.exit_code},
                               .usage = end.usage,
                               .started = end.started,
                               .finished = end.finished,
                               .reason = end.reason,
                               .detail = end.detail,
                               .result = std::move(result)});
}

// ---- Ending -------------------------------------------------------------------------------------------------------

void CallableLauncher::stop(const StopOrder& order) {
  prepared_.erase(order.id);  // it was expected, and does not come
  const auto found = attempts_.find(order.id);
  if (found == attempts_.end() || found->second.is_over) return;
  if (withdraw({.id = order.id, .detail = "stopped before it executed", .reason = order.reason})) return;
  ask_to_return(found->second, order.reason);
}

// False: it executes, or is about to.
bool CallableLauncher::withdraw(AttemptStartFailed report) {
  if (!crew_.withdraw(report.id)) return false;
  attempts_.erase(report.id);
  deadlines_.forget(report.id);
  options_.report(std::move(report));
  return true;
}

// Who asks first gives the reason, and his grace counts.
void CallableLauncher::ask_to_return(Attempt& attempt, Reason reason) {
  if (attempt.call->why_stopped() != Reason::none) return;
  attempt.call->ask_to_return(reason);
  deadlines_.set({.id = attempt.call->id(), .what = Deadlines::What::grace}, now() + attempt.grace);
}

void CallableLauncher::take_deadline(const Deadlines::Due& due) {
  const auto found = attempts_.find(due.id);
  if (found == attempts_.end() || found->second.is_over) return;
  switch (due.what) {
    case Deadlines::What::limit:
      if (withdraw({.id = due.id,
                    .detail = "all threads were at other callables until its deadline",
                    .reason = found->second.limit_reason})) {
        return;
      }
      return ask_to_return(found->second, found->second.limit_reason);
    case Deadlines::What::progress:
      return tell_progress(due.id, found->second);
    case Deadlines::What::grace:
      return give_up(due.id, found->second);
  }
}

// Nobody waits for it any more. Its output and its record may still grow; nobody looks at them.
void CallableLauncher::give_up(const AttemptId& id, Attempt& attempt) {
  if (!attempt.started) {  // its letter is on the way
    deadlines_.set({.id = id, .what = Deadlines::What::grace}, now() + std::chrono::seconds{1});
    return;
  }
  crew_.set_apart(id);
  tell_progress(id, attempt);
  attempt.is_over = true;
  const std::string name = "'" + attempt.call->callable().name + "'";
  CallEnd end{.exit_code = 1, .reason = attempt.call->why_stopped(), .started = *attempt.started};
  end.finished = std::max(end.started, options_.clock.read().wall);
  end.detail = name + " was told to return, did not in " + format_duration(attempt.grace) +
               ", and still executes on a thread that is set apart; only a restart of the daemon ends it";
  log::error("run " + id.run.text() + ": " + end.detail);
  const EndOfCall noted{.id = id, .end = end};
  if (const auto done = shared_->journal->note_ends({&noted, 1}); !done) log::error("jobs: " + done.error().what);
  report_end(id, end, attempt.call->result());
}

void CallableLauncher::leave() {
  std::erase_if(attempts_, [this](const auto& entry) { return !entry.second.is_over && crew_.withdraw(entry.first); });
  for (auto& [id, attempt] : attempts_) {
    if (!attempt.is_over) ask_to_return(attempt, Reason::shutdown);
  }
}

bool CallableLauncher::is_idle() const {
  return std::ranges::all_of(attempts_, [](const auto& entry) { return entry.second.is_over; });
}

// ---- After a restart ----------------------------------------------------------------------------------------------

void CallableLauncher::recover(const std::vector<Run>& open_runs) {
  std::vector<AttemptId> open;
  for (const Run& run : open_runs) {
    open.push_back(run.attempt_id());
    recover_one(run);
  }
  if (const auto begun = shared_->journal->begin(open); !begun) log::error("jobs: " + begun.error().what);
}

// jobs/call_journal.h says why.
void CallableLauncher::recover_one(const Run& run) {
  const AttemptId id = run.attempt_id();
  const CallTrace* trace = shared_->journal->find(id);
  if (trace == nullptr && run.boot != options_.boot) return options_.report(AttemptLost{id, Reason::reboot});
  if (trace == nullptr) return options_.report(AttemptNeverExecuted{id});
  if (!trace->end) return options_.report(AttemptLost{id, Reason::daemon_died});
  options_.report(AttemptStarted{.id = id, .at = trace->end->started});
  JobResult result = read_result(run_directory_path(options_.runs_path, id));
  report_end(id, *trace->end, std::move(result.bytes));
}

}  // namespace belfry
