#include <cstring>

#include <base/os.h>
#include <base/words.h>
#include <jobs/end_report.h>

namespace belfry {
namespace {

bool is_good(const ProcessEnd& end) { return end == ProcessEnd{.how = ProcessEnd::How::exited, .code = 0}; }

// What was ordered says more than what the kernel saw.
Reason reason_of(const EndFacts& facts, const ProcessEnd& end) {
  const ExitRecord& record = facts.record;
  if (record.by_request) return facts.stop == Reason::none ? Reason::by_request : facts.stop;
  if (record.limit != Reason::none) return record.limit;
  return record.oom_kills > 0 && !is_good(end) ? Reason::oom : Reason::none;
}

void append(std::string& text, const std::string& sentence) { text += (text.empty() ? "" : "; ") + sentence; }

// What a person should know beside the end itself; mostly nothing.
std::string describe(const ExitRecord& record) {
  std::string text;
  const Usage& usage = record.usage;
  if (record.truncated_errno != 0) {
    append(text, "its last " + counted(usage.output_dropped_bytes, "byte") +
                     " of output could not be kept: " + std::strerror(record.truncated_errno));
  } else if (usage.output_dropped_bytes > 0) {
    append(text, counted(usage.output_dropped_bytes, "byte") + " in the middle of its output are not kept");
  }
  if (usage.leftovers > 0) append(text, "it left " + counted(usage.leftovers, "process", "processes") + " behind");
  if (!record.unlimited.empty()) append(text, "these limits were not in force: " + record.unlimited);
  return text;
}

Report ended(const EndFacts& facts, const ProcessEnd& end, Reason reason) {
  std::string detail = describe(facts.record);
  if (!facts.result.trouble.empty()) append(detail, facts.result.trouble);
  return AttemptEnded{.id = facts.id,
                      .end = end,
                      .usage = facts.record.usage,
                      .started = facts.record.started,
                      .finished = facts.record.finished,
                      .reason = reason,
                      .detail = std::move(detail),
                      .result = facts.result.bytes};
}

// A condition that cannot be asked is a "no" as any other; a person should be able to tell the two apart.
std::string describe_condition(int exit_code) {
  std::string text = "only_if ended with exit code " + std::to_string(exit_code);
  if (exit_code == 127) text += ", as a shell does that does not find a command";
  if (exit_code == 126) text += ", as a shell does that may not execute a command";
  const char* signal = exit_code > 128 ? ::sigabbrev_np(exit_code - 128) : nullptr;
  return signal == nullptr ? text : text + ", as by SIG" + signal;
}

Report not_executed(const EndFacts& facts, const ExitRecord::NotExecuted& why) {
  if (why.by == ExitRecord::NotExecuted::By::condition) {
    AttemptEnded end{.id = facts.id, .end = {.code = why.exit_code}, .reason = Reason::condition};
    end.usage = facts.record.usage;
    end.started = end.finished = facts.record.finished;
    end.detail = describe_condition(why.exit_code);
    return end;
  }
  return AttemptStartFailed{.id = facts.id,
                            .detail = "stopped before it executed",
                            .reason = facts.stop == Reason::none ? Reason::by_request : facts.stop};
}

}  // namespace

Report end_report(const EndFacts& facts) {
  if (const auto* why = std::get_if<std::string>(&facts.record.end)) {
    return AttemptStartFailed{.id = facts.id, .detail = *why};
  }
  if (const auto* why = std::get_if<ExitRecord::NotExecuted>(&facts.record.end)) return not_executed(facts, *why);
  const auto& end = std::get<ProcessEnd>(facts.record.end);
  return ended(facts, end, reason_of(facts, end));
}

}  // namespace belfry
