#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include <base/file.h>
#include <base/log.h>
#include <base/os.h>
#include <base/text.h>
#include <jobs/fields.h>
#include <jobs/job_files.h>
#include <jobs/records.h>
#include <jobs/run_directory.h>

namespace belfry {
namespace {

constexpr std::size_t progress_file_max = 1024;

struct JobFile {
  std::string bytes;
  WallTime written;
  bool is_too_long = false;
};

bool is_sound(const struct stat& file, const struct stat& directory) {
  return S_ISREG(file.st_mode) && file.st_nlink == 1 && file.st_uid == directory.st_uid;
}

std::string read_up_to(const Fd& fd, std::size_t limit) {
  std::string bytes(limit, '\0');
  std::size_t size = 0;
  while (size < limit) {
    const ssize_t n = ::read(fd.get(), bytes.data() + size, limit - size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    size += static_cast<std::size_t>(n);
  }
  bytes.resize(size);
  return bytes;
}

// One of the job's files, if it is there and sound. A FIFO does not hold anybody up.
std::optional<JobFile> read_job_file(const std::string& run_directory, const char* name, std::size_t limit) {
  const std::string path = job_directory_path(run_directory);
  const Fd directory{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)};
  struct stat of_directory{};
  if (!directory || ::fstat(directory.get(), &of_directory) != 0) return std::nullopt;
  const Fd fd{::openat(directory.get(), name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)};
  struct stat of_file{};
  if (!fd || ::fstat(fd.get(), &of_file) != 0 || !is_sound(of_file, of_directory)) return std::nullopt;
  JobFile file{.bytes = read_up_to(fd, limit + 1)};
  file.is_too_long = file.bytes.size() > limit;
  if (file.is_too_long) file.bytes.resize(limit);
  const auto since_epoch =
      std::chrono::seconds{of_file.st_mtim.tv_sec} + std::chrono::nanoseconds{of_file.st_mtim.tv_nsec};
  file.written = WallTime{std::chrono::floor<Millis>(since_epoch)};
  return file;
}

// Of its stdout, as the minder has found it there.
std::optional<Progress> read_spoken(const std::string& run_directory) {
  auto content = read_file(run_directory + "/" + run_directory::progress_file, {.size_max = 4096});
  if (!content) return std::nullopt;
  const auto fields = FieldReader::parse(*std::move(content), run_directory::progress_kind);
  if (!fields) return std::nullopt;
  return parse_progress(fields->text("text"), WallTime{Millis{fields->number("at_ms")}});
}

std::optional<Progress> read_written(const std::string& run_directory) {
  const auto file = read_job_file(run_directory, run_directory::progress_file, progress_file_max);
  return file ? parse_progress(file->bytes, file->written) : std::nullopt;
}

// The newest directory of the run before this one. Launches are numbered without gaps, and each has a directory once
// there is a next one.
std::optional<std::string> earlier_checkpoint(const std::string& runs_path, const AttemptId& id) {
  constexpr std::uint32_t launches_max = 1000;
  for (AttemptId earlier = id; earlier.attempt >= 1; --earlier.attempt) {
    std::optional<std::string> newest;
    for (earlier.launch = 1; earlier.launch <= launches_max; ++earlier.launch) {
      if (earlier.attempt == id.attempt && earlier.launch >= id.launch) break;
      const std::string directory = run_directory_path(runs_path, earlier);
      if (::access(directory.c_str(), F_OK) != 0) break;
      const std::string file = job_directory_path(directory) + "/" + run_directory::checkpoint_file;
      struct stat info{};
      if (::lstat(file.c_str(), &info) == 0) newest = file;
    }
    if (newest) return newest;
  }
  return std::nullopt;
}

}  // namespace

std::string clean_progress_message(std::string_view text) {
  std::string message(trim(text.substr(0, text.find('\n'))));
  std::erase_if(message, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  if (message.size() <= Progress::message_bytes_max) return message;
  std::size_t end = Progress::message_bytes_max;
  while (end > 0 && (static_cast<unsigned char>(message[end]) & 0xC0U) == 0x80U) --end;  // not within a letter
  message.resize(end);
  return message;
}

std::optional<Progress> parse_progress(std::string_view text, WallTime at) {
  const std::string_view line = trim(text.substr(0, text.find('\n')));
  const std::size_t number_end = std::min(line.find_first_not_of("0123456789"), line.size());
  const auto percent = parse_unsigned(line.substr(0, number_end));
  if (!percent || *percent > 100) return std::nullopt;
  std::string_view rest = line.substr(number_end);
  if (rest.starts_with('.')) {  // a fraction of a percent is no news
    rest.remove_prefix(std::min(rest.find_first_not_of("0123456789", 1), rest.size()));
  }
  if (rest.starts_with('%')) rest.remove_prefix(1);
  if (!rest.empty() && rest.front() != ' ' && rest.front() != '\t') return std::nullopt;
  return Progress{.percent = static_cast<int>(*percent), .message = clean_progress_message(rest), .at = at};
}

std::optional<Progress> read_progress(const std::string& run_directory) {
  auto spoken = read_spoken(run_directory);
  auto written = read_written(run_directory);
  if (spoken && (!written || spoken->at >= written->at)) return spoken;
  return written;
}

JobResult read_result(const std::string& run_directory) {
  auto file = read_job_file(run_directory, run_directory::result_file, result_bytes_max);
  if (!file) return {};
  if (!file->is_too_long) return {.bytes = std::move(file->bytes), .trouble = {}};
  return {.bytes = {},
          .trouble = "its result is longer than " + std::to_string(result_bytes_max) + " bytes and is not kept"};
}

void take_over_checkpoint(const std::string& runs_path, const AttemptId& id) {
  if (id.attempt == 1 && id.launch == 1) return;
  const auto earlier = earlier_checkpoint(runs_path, id);
  if (!earlier) return;
  const std::string directory = job_directory_path(run_directory_path(runs_path, id));
  struct stat file{};
  struct stat owner{};
  if (::lstat(earlier->c_str(), &file) != 0 || ::lstat(directory.c_str(), &owner) != 0) return;
  if (!is_sound(file, owner)) return;
  const std::string here = directory + "/" + run_directory::checkpoint_file;
  if (::rename(earlier->c_str(), here.c_str()) != 0) log::warning("jobs: " + system_error("rename", here).what);
}

}  // namespace belfry
