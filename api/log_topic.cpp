#include <algorithm>
#include <utility>

#include <api/json.h>
#include <api/log_topic.h>

namespace belfry::api {

namespace {

// How many bytes at the end may be the beginning of a character.
std::size_t incomplete_end(std::string_view bytes) {
  for (std::size_t n = 1; n <= std::min<std::size_t>(3, bytes.size()); ++n) {
    const auto byte = static_cast<unsigned char>(bytes[bytes.size() - n]);
    if ((byte & 0xC0U) == 0x80U) continue;
    const std::size_t length = byte >= 0xF0U ? 4 : byte >= 0xE0U ? 3 : byte >= 0xC0U ? 2 : 1;
    return length > n ? n : 0;
  }
  return 0;
}

}  // namespace

LogTopic::LogTopic(Backend& backend, Run run) : backend_(backend), run_(std::move(run)), look_at_(backend.now().boot) {
  log_.emplace(backend_, LogStream::Options{.run = run_});
}

Millis LogTopic::ready_in() {
  if (is_over_) return Millis::max();
  return log_ ? log_->ready_in() : std::max(Millis{0}, look_at_ - backend_.now().boot);
}

std::string LogTopic::take(std::size_t max) {
  if (ready_in() > Millis{0}) return {};
  if (!log_) go_on();
  if (!log_) return {};
  std::string bytes = log_->read(std::max<std::size_t>(max, 16));
  if (!bytes.empty()) return written(std::move(bytes));
  if (!log_->is_over()) return {};
  log_.reset();
  std::string rest = std::exchange(held_, {});
  go_on();
  return rest.empty() ? std::string() : written(std::move(rest));
}

// To the next attempt, if there is one or may be.
void LogTopic::go_on() {
  look_at_ = backend_.now().boot + between_attempts;
  const auto job = backend_.view().job(run_.job);
  const auto open = job ? job->open : std::vector<Run>{};
  const auto run = std::ranges::find(open, run_.id, &Run::id);
  is_over_ = run == open.end();
  if (is_over_ || run->attempt_id() == run_.attempt_id()) return;
  run_ = *run;
  from_ = 0;
  log_.emplace(backend_, LogStream::Options{.run = run_});
}

std::string LogTopic::written(std::string bytes) {
  bytes.insert(0, std::exchange(held_, {}));
  const std::uint64_t from = log_ ? log_->offset() - bytes.size() : from_;
  const std::size_t held = log_ ? incomplete_end(bytes) : 0;
  held_ = bytes.substr(bytes.size() - held);
  bytes.resize(bytes.size() - held);
  from_ = from + bytes.size();
  if (bytes.empty()) return {};
  return "event: run.output\ndata: " + output_json({.run = run_, .from = from, .bytes = bytes}) + "\n";
}

}  // namespace belfry::api
