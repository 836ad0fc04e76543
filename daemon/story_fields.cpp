#include <base/text.h>
#include <daemon/story.h>

namespace belfry {

namespace {

using log::Fields;

Fields of_event(std::string_view event) { return {{"event", std::string(event)}}; }

Fields of_job(std::string_view event, const JobName& job) {
  Fields fields = of_event(event);
  fields.push_back({"job", job.text()});
  return fields;
}

void add_word(Fields& fields, std::string_view name, std::string_view word) {
  if (!word.empty()) fields.push_back({name, std::string(word)});
}

void add_number(Fields& fields, std::string_view name, std::int64_t number) {
  fields.push_back({name, std::to_string(number), log::Field::Kind::number});
}

void add_end(Fields& fields, const ProcessEnd& end) {
  const bool exited = end.how == ProcessEnd::How::exited;
  add_number(fields, exited ? "exit_code" : "signal", end.code);
}

Fields of_run(std::string_view event, const Run& run) {
  Fields fields = of_job(event, run.job);
  fields.push_back({"run_id", run.id.text()});
  add_number(fields, "attempt", run.attempt);
  add_word(fields, "trigger", text(run.trigger));
  if (run.slot) fields.push_back({"slot", format_utc(run.slot->at)});
  if (run.outcome) add_word(fields, "outcome", text(*run.outcome));
  add_word(fields, "reason", text(run.reason));
  if (run.end) add_end(fields, *run.end);
  add_word(fields, "requested_by", run.requested_by);
  return fields;
}

Fields fields_of_one(const RunQueuedNotice& notice) { return of_run("run.queued", notice.run); }
Fields fields_of_one(const RunStartedNotice& notice) {
  return of_run(notice.is_found_again ? "run.taken_over" : "run.started", notice.run);
}
Fields fields_of_one(const RunProgressNotice& notice) { return of_run("run.progress", notice.run); }
Fields fields_of_one(const RunWaitingNotice& notice) { return of_run("run.waiting", notice.run); }
Fields fields_of_one(const RunClosedNotice& notice) { return of_run("run.finished", notice.run); }
Fields fields_of_one(const JobPausedNotice& notice) { return of_job("job.paused", notice.job); }
Fields fields_of_one(const JobResumedNotice& notice) { return of_job("job.resumed", notice.job); }
Fields fields_of_one(const JobTroubleNotice& notice) { return of_job("job.trouble", notice.job); }
Fields fields_of_one(const ClockNotice&) { return of_event("clock"); }
Fields fields_of_one(const LedgerNotice&) { return of_event("ledger"); }

Fields fields_of_one(const SlotsDecidedNotice& notice) {
  const SlotsDecided& decided = notice.decided;
  Fields fields = of_job("slot.decided", decided.job);
  fields.push_back({"slot", format_utc(decided.slots.last)});
  add_number(fields, "count", decided.slots.count);
  add_word(fields, "outcome", text(decided.outcome));
  add_word(fields, "reason", text(decided.reason));
  if (decided.cause) fields.push_back({"cause", decided.cause->text()});
  return fields;
}

}  // namespace

log::Fields fields_of(const Notice& notice) {
  return std::visit([](const auto& one) { return fields_of_one(one); }, notice);
}

}  // namespace belfry
