#include <base/text.h>
#include <base/words.h>
#include <daemon/status_line.h>
#include <daemon/story.h>

namespace belfry {

namespace {

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

void StatusLine::tell(const Notice& notice) {
  is_stale_ = true;
  const auto* const closed = std::get_if<RunClosedNotice>(&notice);
  if (closed == nullptr || !is_failure(*closed->run.outcome)) return;
  const Run& run = closed->run;
  last_failure_ = run.job.text() + " " + std::string(belfry::text(*run.outcome));
  if (const std::string end = end_in_words(run); !end.empty()) last_failure_ += " (" + end + ")";
  if (run.finished) last_failure_ += " at " + format_utc(*run.finished);
}

std::string StatusLine::text(const View& view, const std::string& config_trouble) const {
  std::string line;
  if (!view.ledger_trouble().empty()) line += "nothing is started, the ledger cannot be written; ";
  if (!config_trouble.empty()) line += "degraded: " + first_line(config_trouble) + "; ";
  std::uint64_t running = 0;
  std::uint64_t waiting = 0;
  for (const QueueView& queue : view.queues()) {
    running += queue.running;
    waiting += queue.waiting;
  }
  line += counted(view.job_count(), "job") + ", " + std::to_string(running) + " running";
  if (waiting > 0) line += ", " + std::to_string(waiting) + " waiting";
  if (!last_failure_.empty()) line += "; last failure: " + last_failure_;
  return line;
}

}  // namespace belfry
