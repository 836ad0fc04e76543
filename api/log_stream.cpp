#include <algorithm>

#include <api/log_stream.h>

namespace belfry::api {

LogStream::LogStream(Backend& backend, Options options)
    : backend_(backend),
      run_(std::move(options.run)),
      stream_(options.stream),
      offset_(options.offset),
      look_at_(backend.now().boot) {}

Millis LogStream::ready_in() { return std::max(Millis{0}, look_at_ - backend_.now().boot); }

// Whether the attempt is over is asked before the last look, so nothing is written in between that nobody reads.
std::string LogStream::read(std::size_t max) {
  const bool is_open = is_attempt_open();
  std::string bytes = take(max);
  if (!bytes.empty()) return bytes;
  is_over_ = !is_open;
  look_at_ = backend_.now().boot + look_every;
  return {};
}

bool LogStream::is_attempt_open() const {
  const auto job = backend_.view().job(run_.job);
  if (!job) return false;
  const auto run =
      std::find_if(job->open.begin(), job->open.end(), [&](const Run& open) { return open.id == run_.id; });
  return run != job->open.end() && run->attempt_id() == run_.attempt_id() && run->state != RunState::waiting;
}

// Nothing there yet, or not any more, is nothing to read.
std::string LogStream::take(std::size_t max) {
  auto part = backend_.read_log(run_, {.stream = stream_, .offset = offset_, .limit = max});
  if (!part) return {};
  offset_ = part->offset + part->bytes.size();  // behind a gap, if there was one
  return std::move(part->bytes);
}

}  // namespace belfry::api
