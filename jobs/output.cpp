#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ranges>
#include <vector>

#include <base/file.h>
#include <base/os.h>
#include <base/try.h>
#include <jobs/output.h>
#include <jobs/records.h>
#include <jobs/run_directory.h>

namespace belfry {
namespace {

using run_directory::IndexHeader;
using run_directory::IndexRecord;

constexpr std::size_t index_size_max = 1U << 30U;

// A stretch of the output file.
struct Piece {
  std::uint64_t place = 0;
  std::uint64_t length = 0;
};

class OutputFile {
 public:
  static Result<OutputFile> open(const std::string& runs_path, const AttemptId& id, std::optional<OutputStream> stream);

  const std::vector<Piece>& pieces() const { return pieces_; }
  std::uint64_t size() const { return size_; }

  // Adds the bytes of a piece to `bytes`.
  Result<void> read(const Piece& piece, std::string& bytes) const;

 private:
  OutputFile(Fd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}
  void choose(const std::string& index, std::optional<OutputStream> stream);

  Fd fd_;
  std::string path_;
  std::vector<Piece> pieces_;  // of the chosen stream, in order
  std::uint64_t size_ = 0;
};

Error not_kept(const AttemptId& id) { return Error::not_found("no output of run " + id.run.text() + " is kept"); }

bool is_known_index(const std::string& index) {
  IndexHeader header{};
  if (index.size() < sizeof header) return false;
  std::memcpy(&header, index.data(), sizeof header);
  return std::memcmp(header.magic, run_directory::index_magic, sizeof header.magic) == 0 &&
         header.version == run_directory::index_version && header.record_size == sizeof(IndexRecord);
}

Result<OutputFile> OutputFile::open(const std::string& runs_path, const AttemptId& id,
                                    std::optional<OutputStream> stream) {
  const std::string directory = runs_path + "/" + run_directory_name(id) + "/";
  const std::string path = directory + run_directory::output_file;
  // The index first: what it speaks of is in the output already.
  const auto index = read_file(directory + run_directory::index_file, {.size_max = index_size_max});
  Fd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!index || !fd) return std::unexpected(not_kept(id));
  if (!is_known_index(*index)) return std::unexpected(Error::failed(path + ".index: its format is not known here"));
  OutputFile file(std::move(fd), path);
  file.choose(*index, stream);
  return file;
}

// A record that is being written at this moment is not whole yet, and does not count.
void OutputFile::choose(const std::string& index, std::optional<OutputStream> stream) {
  for (std::size_t at = sizeof(IndexHeader); at + sizeof(IndexRecord) <= index.size(); at += sizeof(IndexRecord)) {
    IndexRecord record{};
    std::memcpy(&record, index.data() + at, sizeof record);
    const OutputStream from = record.stream == run_directory::index_stderr ? OutputStream::err : OutputStream::out;
    if (stream && *stream != from) continue;
    pieces_.push_back({.place = record.offset, .length = record.length});
    size_ += record.length;
  }
}

Result<void> OutputFile::read(const Piece& piece, std::string& bytes) const {
  const std::size_t before = bytes.size();
  bytes.resize(before + piece.length);
  std::uint64_t done = 0;
  while (done < piece.length) {
    const ssize_t n =
        ::pread(fd_.get(), bytes.data() + before + done, piece.length - done, static_cast<off_t>(piece.place + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return std::unexpected(system_error("read", path_));
    if (n == 0) return std::unexpected(Error::failed(path_ + " is shorter than its index says"));
    done += static_cast<std::uint64_t>(n);
  }
  return {};
}

// What of a piece that begins at `begin` of the chosen bytes lies within the query.
Piece cut(const Piece& piece, std::uint64_t begin, const OutputQuery& query) {
  const std::uint64_t first = std::max(begin, query.offset);
  const std::uint64_t last = std::min(begin + piece.length, query.offset + query.limit);
  if (first >= last) return {};
  return {.place = piece.place + (first - begin), .length = last - first};
}

// Steps back over line ends until `lines` are passed; where in `bytes` the first of those lines begins, if it is here.
std::optional<std::size_t> step_back(std::string_view bytes, bool at_very_end, std::uint64_t& lines) {
  std::size_t end = bytes.size();
  if (at_very_end && bytes.ends_with('\n')) --end;  // it ends the last line and does not begin one
  while (end > 0) {
    const std::size_t line_end = bytes.rfind('\n', end - 1);
    if (line_end == std::string_view::npos) return std::nullopt;
    if (--lines == 0) return line_end + 1;
    end = line_end;
  }
  return std::nullopt;
}

}  // namespace

Result<OutputPart> read_output(const std::string& runs_path, const AttemptId& id, const OutputQuery& query) {
  const OutputFile file = TRY(OutputFile::open(runs_path, id, query.stream));
  OutputPart part{.size = file.size()};
  std::uint64_t begin = 0;
  for (const Piece& piece : file.pieces()) {
    const Piece wanted = cut(piece, begin, query);
    begin += piece.length;
    if (wanted.length > 0) TRY(file.read(wanted, part.bytes));
  }
  return part;
}

Result<std::uint64_t> find_last_lines(const std::string& runs_path, const AttemptId& id, const LastLines& lines) {
  const OutputFile file = TRY(OutputFile::open(runs_path, id, lines.stream));
  if (lines.count == 0) return file.size();
  constexpr std::uint64_t step = 1U << 16U;
  std::uint64_t left = lines.count;
  std::uint64_t end = file.size();
  for (const Piece& piece : file.pieces() | std::views::reverse) {
    for (std::uint64_t rest = piece.length; rest > 0;) {
      const std::uint64_t length = std::min(rest, step);
      rest -= length;
      end -= length;
      std::string bytes;
      TRY(file.read({.place = piece.place + rest, .length = length}, bytes));
      if (const auto found = step_back(bytes, end + length == file.size(), left)) return end + *found;
    }
  }
  return 0;
}

}  // namespace belfry
