// F03: the power goes at any moment. What was synced is on the disk; of what was written since, each sector may be
// there or not. SQLite writes through the C library; this program brings its own versions, which keep a record, and
// makes of it the disks that a power loss may leave. A program of its own, because that holds for all of it.
//
// A name is taken for durable when it is made, and for gone when its directory is synced.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include <doctest/doctest.h>

#include <base/file.h>
#include <base/hash.h>
#include <store/sqlite_history.h>
#include <store/sqlite_recovery.h>
#include <store/sqlite_store.h>
#include <tests/contract/store/ledger_builders.h>
#include <tests/support/temp_dir.h>

namespace {

struct Written {
  std::string path;
  std::string bytes;
  std::size_t at = 0;
};
struct Cut {
  std::string path;
  std::size_t size = 0;
};
struct Removed {
  std::string path;
};
struct Synced {
  std::string path;  // of a file, or of a directory
};
struct Acknowledged {
  std::uint64_t batch = 0;
};
struct Forgotten {
  std::vector<belfry::RunId> runs;
};
using Step = std::variant<Written, Cut, Removed, Synced, Acknowledged, Forgotten>;

bool is_recording = false;
std::vector<Step> record;

std::string path_of(int fd) {
  char link[64];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  char path[4096];
  const ssize_t size = ::readlink(link, path, sizeof path);
  return size < 0 ? "" : std::string(path, static_cast<std::size_t>(size));
}

// The index of the write-ahead log is memory that is shared, and never read after a power loss.
void note(Step step, const std::string& path) {
  if (is_recording && !path.ends_with("-shm")) record.push_back(std::move(step));
}

ssize_t write_at(int fd, const void* bytes, std::size_t size, off64_t at) {
  const ssize_t done = ::syscall(SYS_pwrite64, fd, bytes, size, at);
  if (done > 0 && is_recording) {
    const std::string path = path_of(fd);
    const auto* const text = static_cast<const char*>(bytes);
    note(Written{path, std::string(text, static_cast<std::size_t>(done)), static_cast<std::size_t>(at)}, path);
  }
  return done;
}

int cut_to(int fd, off64_t size) {
  const auto done = static_cast<int>(::syscall(SYS_ftruncate, fd, size));
  if (done == 0 && is_recording) note(Cut{path_of(fd), static_cast<std::size_t>(size)}, path_of(fd));
  return done;
}

int sync(int fd) {
  if (is_recording) note(Synced{path_of(fd)}, path_of(fd));
  return 0;  // of the record, not of this machine's disk
}

}  // namespace

extern "C" int unlink(const char* path) noexcept {
  const auto done = static_cast<int>(::syscall(SYS_unlink, path));
  if (done == 0) note(Removed{path}, path);
  return done;
}
extern "C" int fdatasync(int fd) { return sync(fd); }
extern "C" int fsync(int fd) { return sync(fd); }
extern "C" ssize_t pwrite64(int fd, const void* bytes, std::size_t size, off64_t at) {
  return write_at(fd, bytes, size, at);
}
extern "C" ssize_t pwrite(int fd, const void* bytes, std::size_t size, off_t at) {
  return write_at(fd, bytes, size, at);
}
extern "C" int ftruncate64(int fd, off64_t size) noexcept { return cut_to(fd, size); }
extern "C" int ftruncate(int fd, off_t size) noexcept { return cut_to(fd, size); }

namespace belfry::tests {

namespace {

[[maybe_unused]] const bool in_memory = ::access("/dev/shm", W_OK) == 0 && ::setenv("TMPDIR", "/dev/shm", 1) == 0;

constexpr std::uint64_t batches = 25;
constexpr std::size_t sector = 512;

Batch batch_of(std::uint64_t number) {
  const Slot at{.era = {}, .at = clock("00:00") + std::chrono::minutes{number}};
  const Run run = start_of("backup", number, at);
  Batch batch{.id = BatchId{number}, .records = {sight_of("backup"), RunOpened{run}}};
  if (number % 3 == 0) batch.records.emplace_back(RunClosed{end_of(run)});
  return batch;
}

// What a power loss after `steps` steps leaves of each file.
class Disk {
 public:
  explicit Disk(std::uint64_t seed) : seed_(seed) {}

  void play(const Step& step) {
    if (const auto* written = std::get_if<Written>(&step)) files_[written->path].pending.push_back(step);
    if (const auto* cut = std::get_if<Cut>(&step)) files_[cut->path].pending.push_back(step);
    if (const auto* removed = std::get_if<Removed>(&step)) files_[removed->path].pending.push_back(step);
    if (const auto* synced = std::get_if<Synced>(&step)) sync(synced->path);
  }

  // Each sector of what is not synced has its own luck; a size may have changed without what it was changed for.
  void lay_out_at(const std::string& directory) const {
    for (const auto& [path, file] : files_) {
      File found = file;
      for (const Step& pending : file.pending) apply(pending, found, Luck::each_sector);
      const std::string name = std::filesystem::path(path).filename().string();
      if (found.exists) REQUIRE(replace_file(directory + "/" + name, found.content).has_value());
    }
  }

 private:
  enum class Luck { all, each_sector };
  struct File {
    std::string content;
    std::vector<Step> pending;
    bool exists = false;
  };

  static bool is_removal(const Step& step) { return std::holds_alternative<Removed>(step); }

  void sync(const std::string& path) {
    if (const auto found = files_.find(path); found != files_.end()) settle(found->second, found->second.pending.end());
    for (auto& [name, file] : files_) {
      if (std::filesystem::path(name).parent_path() != path) continue;
      settle(file, std::find_if(file.pending.rbegin(), file.pending.rend(), is_removal).base());
    }
  }
  void settle(File& file, std::vector<Step>::iterator end) const {
    for (auto step = file.pending.begin(); step != end; ++step) apply(*step, file, Luck::all);
    file.pending.erase(file.pending.begin(), end);
  }

  void apply(const Step& step, File& file, Luck luck) const {
    std::string& content = file.content;
    if (const auto* cut = std::get_if<Cut>(&step)) {
      if (luck == Luck::all || is_lucky()) content.resize(cut->size);
      return;
    }
    if (is_removal(step)) {
      if (luck == Luck::each_sector && !is_lucky()) return;
      content.clear();
      file.exists = false;
      return;
    }
    const auto& written = std::get<Written>(step);
    file.exists = true;
    for (std::size_t done = 0; done < written.bytes.size();) {
      const std::size_t at = written.at + done;
      const std::size_t size = std::min(sector - at % sector, written.bytes.size() - done);
      if (luck == Luck::all || is_lucky()) {
        if (content.size() < at + size) content.resize(at + size);
        content.replace(at, size, written.bytes, done, size);
      }
      done += size;
    }
  }
  bool is_lucky() const { return mix(seed_ ^ ++draws_) % 2 == 0; }

  std::uint64_t seed_;
  mutable std::uint64_t draws_ = 0;
  std::map<std::string, File> files_;
};

// A life of the ledger, on record from its first call on.
void live() {
  const TempDir dir;
  is_recording = true;
  {
    auto store = SqliteStore::open(dir / "ledger.db", {.tidy_pages = 4, .reserve_bytes = 0});
    REQUIRE(store.has_value());
    for (std::uint64_t number = 1; number <= batches; ++number) {
      REQUIRE((*store)->commit(batch_of(number)).verdict == Verdict::ok);
      record.emplace_back(Acknowledged{number});
      if (number % 4 == 0) (void)(*store)->tidy();
      if (number % 5 == 0) record.emplace_back(Forgotten{(*store)->prune({.runs = 1}, clock("12:00")).value().runs});
    }
  }
  is_recording = false;
}

struct Promised {
  std::uint64_t acknowledged = 0;
  std::vector<RunId> forgotten;
};

Promised promised_until(std::size_t moment) {
  Promised promised;
  for (std::size_t step = 0; step < moment; ++step) {
    if (const auto* done = std::get_if<Acknowledged>(&record[step])) promised.acknowledged = done->batch;
    if (const auto* gone = std::get_if<Forgotten>(&record[step])) {
      promised.forgotten.insert(promised.forgotten.end(), gone->runs.begin(), gone->runs.end());
    }
  }
  return promised;
}

// What was acknowledged is there, whole, what was pruned stays away (its files are gone), and the next batch is taken.
void check_after_loss(const std::string& path, const Promised& promised) {
  const std::uint64_t acknowledged = promised.acknowledged;
  auto opened = open_or_recover(path, clock("23:00"));
  REQUIRE_MESSAGE(opened.has_value(), opened.error().what);
  REQUIRE_MESSAGE(!opened->damage, opened->damage->in_words());
  const Snapshot snapshot = opened->store->load().value();
  const auto last = std::to_underlying(snapshot.last_batch);
  CHECK(last >= acknowledged);
  CHECK(last <= acknowledged + 1);  // the one on its way may have arrived
  CHECK(snapshot.last_sequence == last);
  CHECK(snapshot.open_runs.size() == last - last / 3);
  const auto history = SqliteHistory::open(path).value();
  for (const RunId& run : promised.forgotten) CHECK(history->runs_by_prefix(run.text(), 1)->empty());
  if (last < batches) CHECK(opened->store->commit(batch_of(last + 1)).verdict == Verdict::ok);
}

}  // namespace

TEST_CASE("store/sqlite_store: S2 F03 whenever the power goes, what was acknowledged is there") {
  live();
  REQUIRE(record.size() > 100);
  std::size_t first = 0;  // before the first batch is acknowledged, a ledger may be half made
  while (!std::holds_alternative<Acknowledged>(record[first])) ++first;
  const std::uint64_t disks_each = std::getenv("BELFRY_LONG") != nullptr ? 40 : 3;
  std::size_t losses = 0;
  for (std::size_t moment = first + 1; moment <= record.size(); ++moment) {
    const Promised promised = promised_until(moment);
    for (std::uint64_t seed = 0; seed < disks_each; ++seed) {
      CAPTURE(moment);
      CAPTURE(seed);
      const TempDir dir;
      Disk disk(mix(moment * 1000 + seed));
      for (std::size_t step = 0; step < moment; ++step) disk.play(record[step]);
      disk.lay_out_at(dir / ".");
      check_after_loss(dir / "ledger.db", promised);
      ++losses;
    }
  }
  CHECK(promised_until(record.size()).forgotten.size() >= 5);
  MESSAGE(losses << " losses of power, at " << record.size() - first << " moments");
}

TEST_CASE("store/sqlite_store: F03 a disk that says it has synced and has not, loses what was acknowledged") {
  // The record without its syncs: shows that this test would notice.
  if (record.empty()) live();
  std::size_t lost = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const TempDir dir;
    Disk disk(mix(seed));
    for (const Step& step : record) {
      if (!std::holds_alternative<Synced>(step)) disk.play(step);
    }
    disk.lay_out_at(dir / ".");
    auto opened = open_or_recover(dir / "ledger.db", clock("23:00"));
    if (!opened || opened->damage || opened->store->load().value().last_batch != BatchId{batches}) ++lost;
  }
  CHECK(lost > 10);
}

}  // namespace belfry::tests
