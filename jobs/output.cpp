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

// How often a read is repeated because what it read was overwritten meanwhile.
constexpr int tries = 3;

// Bytes that came one after the other.
struct Piece {
  std::uint64_t begin = 0;  // counted in what was written to the chosen stream, or to both
  std::uint64_t length = 0;
  std::uint64_t offset = 0;  // counted in what was written to both
};

Error not_kept(const AttemptId& id) { return Error::not_found("no output of run " + id.run.text() + " is kept"); }

struct Index {
  IndexHeader header{};
  std::vector<IndexRecord> records;  // in the order of writing
  std::uint64_t total = 0;           // bytes that were written, on both streams
};

Result<Index> read_index(const std::string& path) {
  const std::string content = TRY(read_file(path, {.size_max = index_size_max}));
  Index index;
  IndexHeader& header = index.header;
  if (content.size() < sizeof header) return index;
  std::memcpy(&header, content.data(), sizeof header);
  if (std::memcmp(header.magic, run_directory::index_magic, sizeof header.magic) != 0 ||
      header.version != run_directory::index_version || header.record_size != sizeof(IndexRecord)) {
    return std::unexpected(Error::failed(path + ": its format is not known here"));
  }
  // A record that is being written at this moment is not whole yet, and does not count.
  index.records.resize((content.size() - sizeof header) / sizeof(IndexRecord));
  if (index.records.empty()) return index;
  std::memcpy(index.records.data(), content.data() + sizeof header, index.records.size() * sizeof(IndexRecord));
  std::ranges::sort(index.records, {}, &IndexRecord::offset);
  index.total = index.records.back().offset + index.records.back().length;
  return index;
}

class OutputFile {
 public:
  static Result<OutputFile> open(const std::string& runs_path, const AttemptId& id, std::optional<OutputStream> stream);

  const std::vector<Piece>& pieces() const { return pieces_; }
  std::uint64_t size() const { return size_; }

  // Adds the bytes of a piece to `bytes`.
  Result<void> read(const Piece& piece, std::string& bytes) const;

  // Whether what was read was still there when it was read: the job may have written on, and over it.
  bool is_still_kept() const;

 private:
  OutputFile(Fd fd, std::string directory) : fd_(std::move(fd)), directory_(std::move(directory)) {}
  void choose(const IndexRecord& record, bool both);
  Result<void> read_at(std::uint64_t place, std::uint64_t length, std::string& bytes) const;

  Fd fd_;
  std::string directory_;
  Index index_;
  std::uint64_t window_begin_ = 0;
  std::vector<Piece> pieces_;  // of the chosen stream, in order
  std::uint64_t size_ = 0;
};

Result<OutputFile> OutputFile::open(const std::string& runs_path, const AttemptId& id,
                                    std::optional<OutputStream> stream) {
  const std::string directory = run_directory_path(runs_path, id) + "/";
  // The index first: what it speaks of is in the output already.
  auto index = read_index(directory + run_directory::index_file);
  if (!index && index.error().sys_errno == 0) return std::unexpected(std::move(index).error());
  const bool nothing_yet = !index && index.error().sys_errno == ENOENT && ::access(directory.c_str(), F_OK) == 0;
  if (nothing_yet) return OutputFile(Fd{}, directory);
  Fd fd{::open((directory + run_directory::output_file).c_str(), O_RDONLY | O_CLOEXEC)};
  if (!index || !fd) return std::unexpected(not_kept(id));
  OutputFile file(std::move(fd), directory);
  file.index_ = *std::move(index);
  const IndexHeader& header = file.index_.header;
  const std::uint64_t overwritten = file.index_.total - std::min(file.index_.total, header.window_bytes);
  const bool is_around = file.index_.total > header.head_bytes + header.ring_bytes;
  file.window_begin_ = is_around ? overwritten : header.head_bytes;
  for (const IndexRecord& record : file.index_.records) {
    const OutputStream from = record.stream == run_directory::index_stderr ? OutputStream::err : OutputStream::out;
    if (!stream || *stream == from) file.choose(record, !stream);
  }
  return file;
}

void OutputFile::choose(const IndexRecord& record, bool both) {
  const std::uint64_t begin = both ? record.offset : record.stream_offset;
  size_ = begin + record.length;
  const bool is_in_head = record.offset < index_.header.head_bytes;
  const std::uint64_t first = is_in_head ? record.offset : std::max(record.offset, window_begin_);
  // A record may grow from the head into the ring.
  const std::uint64_t last = record.offset + record.length;
  const std::uint64_t head_last =
      is_in_head && window_begin_ > index_.header.head_bytes ? std::min(last, index_.header.head_bytes) : last;
  if (first < head_last) pieces_.push_back({begin + (first - record.offset), head_last - first, first});
  const std::uint64_t rest = std::max(window_begin_, head_last);
  if (rest < last && rest > first) pieces_.push_back({begin + (rest - record.offset), last - rest, rest});
}

Result<void> OutputFile::read(const Piece& piece, std::string& bytes) const {
  const IndexHeader& header = index_.header;
  for (std::uint64_t done = 0; done < piece.length;) {
    const std::uint64_t offset = piece.offset + done;
    const bool is_in_head = offset < header.head_bytes;
    const std::uint64_t in_ring = is_in_head ? 0 : (offset - header.head_bytes) % header.ring_bytes;
    const std::uint64_t room = is_in_head ? header.head_bytes - offset : header.ring_bytes - in_ring;
    const std::uint64_t length = std::min(room, piece.length - done);
    TRY(read_at(is_in_head ? offset : header.head_bytes + in_ring, length, bytes));
    done += length;
  }
  return {};
}

Result<void> OutputFile::read_at(std::uint64_t place, std::uint64_t length, std::string& bytes) const {
  const std::string path = directory_ + run_directory::output_file;
  const std::size_t before = bytes.size();
  bytes.resize(before + length);
  for (std::uint64_t done = 0; done < length;) {
    const ssize_t n = ::pread(fd_.get(), bytes.data() + before + done, length - done, static_cast<off_t>(place + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return std::unexpected(system_error("read", path));
    if (n == 0) return std::unexpected(Error::failed(path + " is shorter than its index says"));
    done += static_cast<std::uint64_t>(n);
  }
  return {};
}

// Between the window and the whole ring there is room for what was written during the read.
bool OutputFile::is_still_kept() const {
  if (pieces_.empty()) return true;
  if (index_.total + index_.header.window_bytes < index_.header.head_bytes + index_.header.ring_bytes) return true;
  const auto now = read_index(directory_ + run_directory::index_file);
  if (!now) return true;  // removed as a whole: what is open is not written to any more
  return now->total - index_.total <= (index_.header.ring_bytes - index_.header.window_bytes) / 2;
}

// What of a piece lies within the query.
Piece cut(const Piece& piece, const OutputQuery& query) {
  const std::uint64_t first = std::max(piece.begin, query.offset);
  const std::uint64_t last = std::min(piece.begin + piece.length, query.offset + query.limit);
  if (first >= last) return {};
  return {.begin = first, .length = last - first, .offset = piece.offset + (first - piece.begin)};
}

Result<OutputPart> read_part(const OutputFile& file, OutputQuery query) {
  OutputPart part{.offset = query.offset, .size = file.size()};
  const auto first = std::ranges::find_if(
      file.pieces(), [&](const Piece& piece) { return piece.begin + piece.length > query.offset; });
  if (first == file.pieces().end()) return part;
  part.offset = query.offset = std::max(query.offset, first->begin);
  for (auto piece = first; piece != file.pieces().end(); ++piece) {
    if (piece->begin > part.offset + part.bytes.size()) break;  // a gap, or the limit
    const Piece wanted = cut(*piece, query);
    if (wanted.length > 0) TRY(file.read(wanted, part.bytes));
  }
  return part;
}

}  // namespace

Result<OutputPart> read_output(const std::string& runs_path, const AttemptId& id, const OutputQuery& query) {
  std::uint64_t size = 0;
  for (int i = 0; i < tries; ++i) {
    const OutputFile file = TRY(OutputFile::open(runs_path, id, query.stream));
    OutputPart part = TRY(read_part(file, query));
    if (file.is_still_kept()) return part;
    size = part.size;
  }
  // It writes faster than anybody can read.
  return OutputPart{.bytes = "", .offset = std::max(size, query.offset), .size = size};
}

}  // namespace belfry
