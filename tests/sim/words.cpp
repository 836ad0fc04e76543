#include <base/text.h>
#include <tests/sim/witness.h>
#include <tests/sim/words.h>

namespace belfry::sim {

std::string in_words(const Run& run) {
  return who(run) + " " + std::string(text(run.state)) + ", attempt " + std::to_string(run.attempt) + ", launch " +
         std::to_string(run.launch) + ", uncounted " + std::to_string(run.uncounted) + ", not before " +
         (run.not_before ? format_utc(*run.not_before) : "-") + ", stop " + std::string(text(run.stop)) + ", cause " +
         (run.cause ? run.cause->text() : "-");
}

std::string in_words(const Record& record) {
  const auto named = [](const Run& run) {
    const std::string slot = run.slot ? ", slot " + format_utc(run.slot->at) : "";
    return who(run) + " (" + std::string(text(run.trigger)) + slot + ", by " + run.revision.str() + ")";
  };
  if (const auto* opened = std::get_if<RunOpened>(&record)) return "open " + named(opened->run);
  if (const auto* changed = std::get_if<RunChanged>(&record))
    return "let " + named(changed->run) + " be " + std::string(text(changed->run.state));
  if (const auto* closed = std::get_if<RunClosed>(&record))
    return "close " + named(closed->run) + " as " + std::string(text(*closed->run.outcome));
  if (const auto* decided = std::get_if<SlotsDecided>(&record))
    return "decide " + std::to_string(decided->slots.count) + " slots of " + decided->job.text() + " upto " +
           format_utc(decided->slots.last) + " as " + std::string(text(decided->outcome)) + ", " +
           std::string(text(decided->reason));
  if (const auto* standing = std::get_if<JobStanding>(&record)) return "change the standing of " + standing->job.text();
  return "write a record of kind " + std::to_string(record.index());
}

}  // namespace belfry::sim
