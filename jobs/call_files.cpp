#include <fcntl.h>

#include <algorithm>

#include <base/file.h>
#include <base/try.h>
#include <jobs/call_files.h>
#include <jobs/job_files.h>
#include <jobs/records.h>
#include <jobs/run_directory.h>

namespace belfry {

CallFiles::CallFiles(std::shared_ptr<const std::string> runs_path, const AttemptId& id, std::int64_t output_max)
    : runs_path_(std::move(runs_path)), id_(id), output_max_(std::max(output_max, Spec::output_max_least)) {}

CallFiles::~CallFiles() { output_.close_files(); }

std::string CallFiles::directory() const { return run_directory_path(*runs_path_, id_); }

std::string CallFiles::job_file(const char* name) const { return job_directory_path(directory()) + "/" + name; }

Result<void> CallFiles::make_directory() {
  if (is_made_) return {};
  TRY(create_call_directory(directory()));
  take_over_checkpoint(*runs_path_, id_);
  is_made_ = true;
  return {};
}

void CallFiles::write(OutputStream stream, std::string_view bytes, WallTime now) {
  if (!has_output_ && error_ == 0) {
    const auto made = make_directory();
    const Fd opened{made ? ::open(directory().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC) : -1};
    error_ = !made ? made.error().sys_errno : output_.open_files(opened.get(), static_cast<std::uint64_t>(output_max_));
    has_output_ = error_ == 0;
  }
  if (!has_output_) {
    lost_ += static_cast<std::int64_t>(bytes.size());
    return;
  }
  const auto name = stream == OutputStream::out ? run_directory::index_stdout : run_directory::index_stderr;
  output_.keep(name, bytes.data(), static_cast<std::uint32_t>(bytes.size()), now.time_since_epoch().count());
}

void CallFiles::note(Usage& usage) const {
  usage.output_bytes = static_cast<std::int64_t>(output_.bytes()) + lost_;
  usage.output_dropped_bytes = static_cast<std::int64_t>(has_output_ ? output_.dropped() : 0) + lost_;
}

// For the next daemon, if this one does not come to telling the ledger.
Result<void> CallFiles::write_result(std::string_view bytes) {
  TRY(make_directory());
  return replace_file(job_file(run_directory::result_file), bytes);
}

std::optional<std::string> CallFiles::read_checkpoint() {
  if (!is_made_ && id_.attempt == 1 && id_.launch == 1) return std::nullopt;
  if (!make_directory()) return std::nullopt;
  auto content = read_file(job_file(run_directory::checkpoint_file), {.size_max = checkpoint_bytes_max});
  return content ? std::optional(*std::move(content)) : std::nullopt;
}

Result<void> CallFiles::write_checkpoint(std::string_view bytes) {
  if (bytes.size() > checkpoint_bytes_max) {
    return std::unexpected(
        Error::bad_input("a checkpoint is at most " + std::to_string(checkpoint_bytes_max) + " bytes"));
  }
  TRY(make_directory());
  return replace_file(job_file(run_directory::checkpoint_file), bytes);
}

}  // namespace belfry
