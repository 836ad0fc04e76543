#include <array>
#include <utility>

#include <belfry/event.h>
#include <belfry/outcome.h>

#include <base/verify.h>

namespace belfry {

namespace {

template <class Value>
struct Word {
  Value value;
  std::string_view text;
};

constexpr std::array slot_outcomes{
    Word{SlotOutcome::ran, "ran"},
    Word{SlotOutcome::skipped, "skipped"},
    Word{SlotOutcome::coalesced, "coalesced"},
    Word{SlotOutcome::missed, "missed"},
};

constexpr std::array run_outcomes{
    Word{RunOutcome::succeeded, "succeeded"}, Word{RunOutcome::failed, "failed"},
    Word{RunOutcome::timed_out, "timed_out"}, Word{RunOutcome::start_failed, "start_failed"},
    Word{RunOutcome::lost, "lost"},           Word{RunOutcome::cancelled, "cancelled"},
    Word{RunOutcome::skipped, "skipped"},
};

constexpr std::array run_states{
    Word{RunState::queued, "queued"},
    Word{RunState::starting, "starting"},
    Word{RunState::running, "running"},
    Word{RunState::waiting, "waiting"},
};

constexpr std::array reasons{
    Word{Reason::none, ""},
    Word{Reason::overlap, "overlap"},
    Word{Reason::paused, "paused"},
    Word{Reason::disabled, "disabled"},
    Word{Reason::excluded, "excluded"},
    Word{Reason::condition, "condition"},
    Word{Reason::queue_full, "queue full"},
    Word{Reason::max_runs, "max runs"},
    Word{Reason::on_request, "on request"},
    Word{Reason::superseded, "superseded"},
    Word{Reason::circuit_breaker, "circuit breaker"},
    Word{Reason::down, "down"},
    Word{Reason::suspended, "suspended"},
    Word{Reason::clock, "clock"},
    Word{Reason::late_limit, "late limit"},
    Word{Reason::cap, "cap"},
    Word{Reason::schedule_changed, "schedule changed"},
    Word{Reason::oom, "oom"},
    Word{Reason::timeout, "timeout"},
    Word{Reason::deadline, "deadline"},
    Word{Reason::reboot, "reboot"},
    Word{Reason::minder_killed, "minder killed"},
    Word{Reason::daemon_died, "daemon died"},
    Word{Reason::by_request, "by request"},
    Word{Reason::shutdown, "shutdown"},
    Word{Reason::ledger_unavailable, "ledger unavailable"},
    Word{Reason::job_removed, "job removed"},
};

constexpr std::array run_triggers{
    Word{RunTrigger::schedule, "schedule"}, Word{RunTrigger::catch_up, "catch-up"},
    Word{RunTrigger::manual, "manual"},     Word{RunTrigger::api, "api"},
    Word{RunTrigger::after, "after"},       Word{RunTrigger::startup, "startup"},
    Word{RunTrigger::backfill, "backfill"}, Word{RunTrigger::retry, "retry"},
};

constexpr std::array event_kinds{
    Word{EventKind::daemon_started, "daemon_started"},
    Word{EventKind::daemon_stopped, "daemon_stopped"},
    Word{EventKind::daemon_killed, "daemon_killed"},
    Word{EventKind::config_loaded, "config_loaded"},
    Word{EventKind::config_refused, "config_refused"},
    Word{EventKind::job_changed, "job_changed"},
    Word{EventKind::job_paused, "job_paused"},
    Word{EventKind::job_resumed, "job_resumed"},
    Word{EventKind::skip_requested, "skip_requested"},
    Word{EventKind::run_lost, "run_lost"},
    Word{EventKind::clock_set, "clock_set"},
    Word{EventKind::machine_slept, "machine_slept"},
    Word{EventKind::ledger_unavailable, "ledger_unavailable"},
    Word{EventKind::ledger_recovered, "ledger_recovered"},
};

template <class Table, class Value>
std::string_view word_of(const Table& table, Value value) {
  for (const auto& word : table) {
    if (word.value == value) return word.text;
  }
  VERIFY(!"every value has a word");
  std::unreachable();
}

template <class Value, std::size_t size>
std::optional<Value> value_of(const std::array<Word<Value>, size>& table, std::string_view text) {
  for (const auto& word : table) {
    if (word.text == text) return word.value;
  }
  return std::nullopt;
}

}  // namespace

std::string_view text(SlotOutcome value) { return word_of(slot_outcomes, value); }
std::string_view text(RunOutcome value) { return word_of(run_outcomes, value); }
std::string_view text(RunState value) { return word_of(run_states, value); }
std::string_view text(Reason value) { return word_of(reasons, value); }
std::string_view text(RunTrigger value) { return word_of(run_triggers, value); }
std::string_view text(EventKind value) { return word_of(event_kinds, value); }

std::optional<SlotOutcome> slot_outcome_from(std::string_view word) { return value_of(slot_outcomes, word); }
std::optional<RunOutcome> run_outcome_from(std::string_view word) { return value_of(run_outcomes, word); }
std::optional<RunState> run_state_from(std::string_view word) { return value_of(run_states, word); }
std::optional<Reason> reason_from(std::string_view word) { return value_of(reasons, word); }
std::optional<RunTrigger> run_trigger_from(std::string_view word) { return value_of(run_triggers, word); }
std::optional<EventKind> event_kind_from(std::string_view word) { return value_of(event_kinds, word); }

}  // namespace belfry
