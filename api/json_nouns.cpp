#include <algorithm>

#include <api/json_nouns.h>
#include <base/event_words.h>
#include <base/param_values.h>
#include <base/text.h>
#include <triggers/job_words.h>

namespace belfry::api {

namespace {

Json millis_of(std::optional<Millis> span) { return span ? Json(span->count()) : Json(); }

Json exit_code_of(const Run& run) {
  return run.end && run.end->how == ProcessEnd::How::exited ? Json(run.end->code) : Json();
}

Json signal_of(const Run& run) {
  return run.end && run.end->how == ProcessEnd::How::signalled ? Json(run.end->code) : Json();
}

// What held its processes together, while it ran.
Json containment_of(const Usage& usage) {
  switch (usage.containment) {
    case Containment::cgroup:
      return "cgroup";
    case Containment::session:
      return "session";
    case Containment::unknown:
      break;
  }
  return {};
}

std::optional<Millis> duration_of(const Run& run) {
  if (!run.started || !run.finished) return std::nullopt;
  return std::max(Millis{0}, *run.finished - *run.started);
}

Json progress_of(const Run& run) {
  if (!run.progress) return {};
  return {{"percent", run.progress->percent},
          {"message", or_null(run.progress->message)},
          {"at", time_of(run.progress->at)}};
}

Json value_or_null(const std::optional<std::string>& text) { return text ? Json(*text) : Json(); }

std::string_view word_of(OverlapPolicy::Action action) {
  using Action = OverlapPolicy::Action;
  return action == Action::skip      ? "skip"
         : action == Action::queue   ? "queue"
         : action == Action::replace ? "replace"
                                     : "allow";
}

std::string_view word_of(MissedPolicy::Action action) {
  using Action = MissedPolicy::Action;
  return action == Action::skip ? "skip" : action == Action::latest ? "latest" : "all";
}

Json slot_of(const Run& run) {
  const WallTime at = run.slot ? run.slot->at : run.due;
  return {{"slot", time_of(at)}, {"last", time_of(at)}, {"count", 1},         {"outcome", text(SlotOutcome::ran)},
          {"reason", nullptr},   {"detail", nullptr},   {"run", to_json(run)}};
}

}  // namespace

std::string write(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"; }

Json or_null(std::string_view word) { return word.empty() ? Json() : Json(word); }
Json time_of(WallTime t) { return format_utc(t); }
Json time_of(const std::optional<WallTime>& t) { return t ? Json(format_utc(*t)) : Json(); }

Json to_json(const Params& params) {
  Json object = Json::object();
  for (const Param& param : params.list()) object[param.name] = param.value;
  return object;
}

Json to_json(const Run& run) {
  return {
      {"id", run.id.text()},
      {"job", run.job.text()},
      {"slot", run.slot ? time_of(run.slot->at) : Json()},
      {"scheduled_time", time_of(run.nominal)},
      {"trigger", text(run.trigger)},
      {"params", to_json(run.params)},
      {"cause", run.cause ? Json(run.cause->text()) : Json()},
      {"attempt", run.attempt},
      {"state", run.is_open() ? Json(text(run.state)) : Json()},
      {"outcome", run.outcome ? Json(text(*run.outcome)) : Json()},
      {"reason", or_null(text(run.reason))},
      {"detail", or_null(run.detail)},
      {"stop", or_null(text(run.stop))},
      {"stop_by", or_null(run.stop_by)},
      {"exit_code", exit_code_of(run)},
      {"signal", signal_of(run)},
      {"due", time_of(run.due)},
      {"not_before", time_of(run.not_before)},
      {"started", time_of(run.started)},
      {"finished", time_of(run.finished)},
      {"late_ms", millis_of(run.lateness())},
      {"duration_ms", millis_of(duration_of(run))},
      {"cpu_ms", std::chrono::floor<Millis>(run.usage.cpu_user + run.usage.cpu_system).count()},
      {"memory_peak_bytes", run.usage.memory_peak_bytes},
      {"output_bytes", run.usage.output_bytes},
      {"containment", containment_of(run.usage)},
      {"progress", progress_of(run)},
      {"result", or_null(run.result)},
      {"stands_for", run.stands_for},
      {"queue", or_null(run.queue.str())},
      {"priority", run.priority},
      {"requested_by", or_null(run.requested_by)},
      {"revision", run.revision},
  };
}

Json to_json(const std::optional<Pause>& pause) {
  if (!pause) return {};
  return {{"since", time_of(pause->since)},
          {"until", time_of(pause->until)},
          {"by", or_null(pause->by)},
          {"reason", or_null(pause->reason)}};
}

Json to_json(const std::optional<Backfill>& backfill) {
  if (!backfill) return {};
  return {{"reached", time_of(backfill->reached)},
          {"upto", time_of(backfill->upto)},
          {"requested_by", or_null(backfill->requested_by)}};
}

Json to_json(const JobView& view) {
  const Job& job = *view.job;
  return {
      {"name", job.name.text()},
      {"description", or_null(job.description)},
      {"tags", job.tags},
      {"schedule", job.schedule_text},
      {"schedule_in_words", describe_triggers(job)},
      {"timezone", job.zone_name},
      {"enabled", job.enabled},
      {"pause", to_json(view.pause)},
      {"skip_next", view.skip_next},
      {"backfill", to_json(view.backfill)},
      {"next", time_of(view.next)},
      {"last", view.last ? to_json(*view.last) : Json()},
      {"open", list_of(view.open)},
  };
}

Json to_json(const QueueView& queue) {
  return {{"name", queue.definition.name.str()},
          {"concurrency", queue.definition.concurrency ? Json(*queue.definition.concurrency) : Json()},
          {"running", queue.running},
          {"waiting", queue.waiting}};
}

Json to_json(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value.held)) return *text;
  if (const auto* list = std::get_if<Value::List>(&value.held)) return list_of(*list);
  return to_json(std::get<Value::Map>(value.held));
}

Json to_json(const Arguments& arguments) {
  Json object = Json::object();
  for (const Member& argument : arguments) object[argument.name] = to_json(argument.value);
  return object;
}

Json action_of(const Job& job) {
  if (const auto* script = std::get_if<Script>(&job.action)) return {{"run", script->text}};
  if (const auto* command = std::get_if<Command>(&job.action)) return {{"command", command->argv}};
  if (const auto* call = std::get_if<belfry::Call>(&job.action)) {
    return {{"call", call->name}, {"with", to_json(call->with)}};
  }
  return {};
}

Json to_json(const ParamDefinition& param) {
  return {{"name", param.name},
          {"type", belfry::word_of(param.type)},
          {"required", param.is_required},
          {"default", value_or_null(param.fallback)},
          {"options", param.options},
          {"min", value_or_null(param.min)},
          {"max", value_or_null(param.max)},
          {"pattern", or_null(param.pattern)},
          {"values", describe_values(param)},
          {"description", or_null(param.description)}};
}

Json to_json(const Policies& policies) {
  return {{"overlap", word_of(policies.overlap.action)},
          {"missed", word_of(policies.missed.action)},
          {"queue", policies.queue.str()},
          {"priority", policies.priority},
          {"timeout_ms", millis_of(policies.timeout)},
          {"deadline_ms", millis_of(policies.deadline)},
          {"retries", policies.retry ? Json(policies.retry->max) : Json(0)},
          {"max_runs", policies.max_runs ? Json(*policies.max_runs) : Json(nullptr)}};
}

Json to_json(const SlotsDecided& decided) {
  return {{"slot", time_of(decided.slots.first)},
          {"last", time_of(decided.slots.last)},
          {"count", decided.slots.count},
          {"outcome", text(decided.outcome)},
          {"reason", or_null(text(decided.reason))},
          {"detail", or_null(decided.detail)},
          {"run", nullptr}};
}

Json to_json(const SlotRow& row) {
  const auto* run = std::get_if<Run>(&row.what);
  Json object = run != nullptr ? slot_of(*run) : to_json(std::get<SlotsDecided>(row.what));
  object["cause"] = row.cause ? to_json(*row.cause) : Json();
  return object;
}

Json to_json(const FileProblem& problem) {
  return {{"file", problem.file},          {"line", problem.line},
          {"column", problem.column},      {"severity", problem.is_error ? "error" : "warning"},
          {"name", or_null(problem.name)}, {"detail", problem.what},
          {"hint", problem.hint}};
}

Json to_json(const Problem::Flaw& flaw) {
  Json place = {{"pointer", flaw.pointer}};
  if (flaw.pointer.empty()) place = {{"file", flaw.file}, {"line", flaw.line}, {"column", flaw.column}};
  place["detail"] = flaw.detail;
  place["hint"] = or_null(flaw.hint);
  return place;
}

Json to_json(const Event& event) {
  return {{"number", event.number},
          {"at", time_of(event.at)},
          {"kind", text(event.kind)},
          {"job", event.job ? Json(event.job->text()) : Json()},
          {"run", event.run ? Json(event.run->text()) : Json()},
          {"who", or_null(event.who)},
          {"since", time_of(event.since)},
          {"until", time_of(event.until)},
          {"detail", or_null(event.detail)},
          {"text", sentence_of(event, format_utc)}};
}

Json to_json(const UpcomingSlot& slot) {
  return {{"job", slot.job->name.text()},
          {"slot", time_of(slot.at)},
          {"due", time_of(slot.due)},
          {"timezone", slot.job->zone_name}};
}

Json to_json(const Warning& warning) { return {{"what", warning.what}, {"cure", warning.cure}}; }

}  // namespace belfry::api
