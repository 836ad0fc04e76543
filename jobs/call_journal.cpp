#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include <base/file.h>
#include <base/try.h>
#include <jobs/call_journal.h>
#include <jobs/fields.h>
#include <jobs/records.h>

namespace belfry {
namespace {

constexpr char claim_kind[] = "belfry-call";
constexpr char end_kind[] = "belfry-call-end";
constexpr std::string_view end_mark{"end=\0", 5};
constexpr std::size_t size_max = 256U << 20U;

std::int64_t stored(WallTime t) { return t.time_since_epoch().count(); }
WallTime wall_time(std::int64_t milliseconds) { return WallTime{Millis{milliseconds}}; }

std::string claim_record(const AttemptId& id, WallTime at) {
  FieldWriter fields(claim_kind);
  fields.add("id", run_directory_name(id)).add("started_ms", std::to_string(stored(at)));
  return std::move(fields).whole();
}

// A field ends at the first NUL.
std::string without_nul(std::string text) {
  std::ranges::replace(text, '\0', ' ');
  return text;
}

std::string end_record(const AttemptId& id, const CallEnd& end) {
  FieldWriter fields(end_kind);
  fields.add("id", run_directory_name(id)).add("code", std::to_string(end.exit_code)).add("reason", text(end.reason));
  fields.add("detail", without_nul(end.detail));
  fields.add("started_ms", std::to_string(stored(end.started)));
  fields.add("finished_ms", std::to_string(stored(end.finished)));
  fields.add("cpu_user_us", std::to_string(end.usage.cpu_user.count()));
  fields.add("cpu_system_us", std::to_string(end.usage.cpu_system.count()));
  fields.add("output_bytes", std::to_string(end.usage.output_bytes));
  fields.add("output_dropped", std::to_string(end.usage.output_dropped_bytes));
  return std::move(fields).whole();
}

CallEnd end_of(const FieldReader& fields) {
  CallEnd end;
  end.exit_code = static_cast<int>(fields.number("code"));
  end.reason = reason_from(fields.text("reason")).value_or(Reason::none);
  end.detail = fields.text("detail");
  end.started = wall_time(fields.number("started_ms"));
  end.finished = wall_time(fields.number("finished_ms"));
  end.usage = {.cpu_user = std::chrono::microseconds{fields.number("cpu_user_us")},
               .cpu_system = std::chrono::microseconds{fields.number("cpu_system_us")},
               .output_bytes = fields.number("output_bytes"),
               .output_dropped_bytes = fields.number("output_dropped")};
  return end;
}

}  // namespace

Result<std::unique_ptr<CallJournal>> CallJournal::open(const std::string& runs_path) {
  std::unique_ptr<CallJournal> journal(new CallJournal(runs_path));
  TRY(journal->read(journal->old_path_));
  TRY(journal->read(journal->path_));
  return journal;
}

// Up to the first record that is not whole: behind it there is nothing.
Result<void> CallJournal::read(const std::string& path) {
  const Result<std::string> content = read_file(path, {.size_max = size_max});
  if (!content && content.error().sys_errno == ENOENT) return {};
  if (!content) return std::unexpected(content.error());
  std::string_view rest = *content;
  for (std::size_t end = rest.find(end_mark); end != std::string_view::npos; end = rest.find(end_mark)) {
    // Only a field that is no more than this: a value may end with the same bytes.
    while (end != std::string_view::npos && end > 0 && rest[end - 1] != '\0') end = rest.find(end_mark, end + 1);
    if (end == std::string_view::npos) break;
    const std::string record(rest.substr(0, end + end_mark.size()));
    rest.remove_prefix(record.size());
    if (const auto claim = FieldReader::parse(record, claim_kind)) {
      if (const auto id = attempt_from_directory_name(claim->text("id"))) {
        known_[*id].started = wall_time(claim->number("started_ms"));
      }
    } else if (const auto ended = FieldReader::parse(record, end_kind)) {
      const auto id = attempt_from_directory_name(ended->text("id"));
      if (id) known_[*id] = {.started = wall_time(ended->number("started_ms")), .end = end_of(*ended)};
    }
  }
  return {};
}

const CallTrace* CallJournal::find(const AttemptId& id) const {
  const auto known = known_.find(id);
  return known == known_.end() ? nullptr : &known->second;
}

Result<void> CallJournal::begin(const std::vector<AttemptId>& open) {
  std::string content;
  for (const AttemptId& id : open) {
    const CallTrace* trace = find(id);
    if (trace != nullptr) content += trace->end ? end_record(id, *trace->end) : claim_record(id, trace->started);
  }
  TRY(write_new(content));
  ::unlink(old_path_.c_str());
  known_.clear();
  return {};
}

Result<void> CallJournal::write_new(const std::string& content) {
  const std::string draft = path_ + ".new";
  Fd file{::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (!file) return std::unexpected(system_error("open", draft));
  TRY(write_all(file, draft, content));
  if (::rename(draft.c_str(), path_.c_str()) != 0) return std::unexpected(system_error("rename", path_));
  file_ = std::move(file);
  size_ = content.size();
  records_ = 0;
  return {};
}

Result<void> CallJournal::claim(const AttemptId& id, WallTime at) {
  const std::string record = claim_record(id, at);
  const std::lock_guard lock(mutex_);
  on_.emplace(id, at);
  auto appended = append(record, 1);
  if (!appended) on_.erase(id);
  return appended;
}

Result<void> CallJournal::note_ends(std::span<const EndOfCall> ends) {
  std::string records;
  for (const EndOfCall& one : ends) records += end_record(one.id, one.end);
  const std::lock_guard lock(mutex_);
  for (const EndOfCall& one : ends) on_.erase(one.id);
  return append(records, ends.size());
}

Result<void> CallJournal::append(std::string_view records, std::size_t count) {
  if (records_ >= records_max) TRY(turn_over());
  auto written = write_all(file_, path_, records);
  if (!written) {
    // A full disk may have taken a part. Behind a torn record nothing would count.
    (void)::ftruncate(file_.get(), static_cast<off_t>(size_));
    return written;
  }
  records_ += count;
  size_ += records.size();
  return {};
}

Result<void> CallJournal::turn_over() {
  // It is not there if the disk was full when the last one was to begin.
  if (::rename(path_.c_str(), old_path_.c_str()) != 0 && errno != ENOENT) {
    return std::unexpected(system_error("rename", old_path_));
  }
  std::string content;
  for (const auto& [id, at] : on_) content += claim_record(id, at);
  return write_new(content);
}

}  // namespace belfry
