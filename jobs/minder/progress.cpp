#include <string.h>

#include <jobs/minder/progress.h>
#include <jobs/minder/records.h>
#include <jobs/minder/time.h>

namespace belfry::minder {
namespace {

constexpr char marker[] = "::progress ";
constexpr uint32_t marker_length = sizeof marker - 1;
constexpr uint64_t pause_ms = 1000;

}  // namespace

void ProgressLines::read(const char* bytes, uint32_t length) {
  const char* const end = bytes + length;
  while (bytes < end) {
    const auto* line_end = static_cast<const char*>(memchr(bytes, '\n', static_cast<size_t>(end - bytes)));
    const char* const stop = line_end != nullptr ? line_end : end;
    for (const char* at = bytes; !is_other_line_ && at < stop && line_length_ < line_max; ++at) {
      if (line_length_ < marker_length && *at != marker[line_length_]) is_other_line_ = true;
      line_[line_length_++] = *at;
    }
    if (line_end == nullptr) return;
    if (!is_other_line_ && line_length_ > marker_length) end_line();
    line_length_ = 0;
    is_other_line_ = false;
    bytes = line_end + 1;
  }
}

void ProgressLines::end_line() {
  const uint32_t length = line_length_ - marker_length;
  memcpy(last_, line_ + marker_length, length);
  last_[length] = '\0';
  last_wall_ms_ = wall_ms();
  if (due_at_ == 0) due_at_ = written_at_ == 0 ? boot_ms() : written_at_ + pause_ms;
}

bool ProgressLines::write_out() {
  if (due_at_ == 0) return false;
  due_at_ = 0;
  written_at_ = boot_ms();
  return write_progress(last_, last_wall_ms_);
}

}  // namespace belfry::minder
