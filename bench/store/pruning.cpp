// How long pruning 1,000,000 runs delays a start: 100 starts a second go through the daemon's own writer, each in a
// commit of its own, first alone and then while it prunes. From the moment a start is handed over to its answer.
//
//   bench_store_pruning [directory [runs]]     prints: name value target
//
// No start is recorded sooner than the disk syncs, so a bare loop goes on beside both: 4 KiB into a file of its own and
// fdatasync, as often. What it waits for at most is printed too, and on a disk that is the figure to look at first.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <bench/store/filled_ledger.h>

#include <base/verify.h>
#include <store/writer.h>
#include <tests/support/temp_dir.h>

namespace {

using namespace belfry;
using bench::FilledLedger;
using Clock = std::chrono::steady_clock;

constexpr double target_ms = 10;
constexpr std::chrono::milliseconds between_starts{10};
constexpr std::chrono::seconds alone{5};

double ms_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

double quantile(std::vector<double> values, double q) {
  std::ranges::sort(values);
  return values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1))];
}

// ---- The disk alone ---------------------------------------------------------------------------------------------

class BareDisk {
 public:
  explicit BareDisk(const std::string& path) : fd_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    VERIFY(fd_ >= 0);
    for (off_t n = 0; n < blocks; ++n) write_block(n);
    VERIFY(::fsync(fd_) == 0);
  }
  BareDisk(const BareDisk&) = delete;
  BareDisk& operator=(const BareDisk&) = delete;
  ~BareDisk() { ::close(fd_); }

  // How long each took, in milliseconds.
  std::vector<double> sync_until(const std::stop_token& stop) const {
    std::vector<double> times;
    auto next = Clock::now();
    for (off_t n = 0; !stop.stop_requested(); ++n) {
      std::this_thread::sleep_until(next += between_starts);
      const auto begin = Clock::now();
      write_block(n % blocks);
      VERIFY(::fdatasync(fd_) == 0);
      times.push_back(ms_since(begin));
    }
    return times;
  }

 private:
  static constexpr off_t blocks = 256;
  static constexpr std::size_t block_bytes = 4096;

  void write_block(off_t n) const {
    static const std::string block(block_bytes, 'x');
    VERIFY(::pwrite(fd_, block.data(), block.size(), n * static_cast<off_t>(block_bytes)) ==
           static_cast<ssize_t>(block_bytes));
  }

  int fd_;
};

// ---- Starts -----------------------------------------------------------------------------------------------------

class Starts {
 public:
  Starts(FilledLedger& ledger, const std::string& path)
      : ledger_(ledger), writer_(SqliteStore::open(path).value(), [this](const CommitAnswer& a) { note(a); }) {}

  Writer& writer() { return writer_; }

  // Starts go on until `is_over`. Gives how long each took, in milliseconds.
  std::vector<double> go_on(const std::function<bool()>& is_over) {
    auto next = Clock::now();
    while (!is_over()) {
      std::this_thread::sleep_until(next += between_starts);
      start();
    }
    std::unique_lock lock(mutex_);
    is_idle_.wait(lock, [this] { return waiting_.empty(); });
    return std::exchange(times_, {});
  }

 private:
  struct Start {
    Batch batch;
    Clock::time_point begin;
  };

  void start() {
    const Batch* batch = nullptr;
    {
      const std::lock_guard lock(mutex_);
      waiting_.push_back({.batch = ledger_.next_start(), .begin = Clock::now()});
      batch = &waiting_.back().batch;
    }
    writer_.persist(*batch);
  }
  void note(const CommitAnswer& answer) {
    VERIFY(answer.verdict == Verdict::ok);
    const std::lock_guard lock(mutex_);
    times_.push_back(ms_since(waiting_.front().begin));
    waiting_.pop_front();
    is_idle_.notify_all();
  }

  FilledLedger& ledger_;
  std::mutex mutex_;
  std::condition_variable is_idle_;
  std::deque<Start> waiting_;  // a batch stays in its place until it is answered
  std::vector<double> times_;
  Writer writer_;  // last: it answers what is left before the rest goes
};

// ---- Both, side by side -----------------------------------------------------------------------------------------

struct Figures {
  std::vector<double> starts, bare;
};

Figures measure(Starts& starts, const BareDisk& disk, const std::function<bool()>& is_over) {
  Figures figures;
  std::stop_source stop;
  std::jthread beside([&] { figures.bare = disk.sync_until(stop.get_token()); });
  figures.starts = starts.go_on(is_over);
  stop.request_stop();
  beside.join();
  return figures;
}

Figures measure_alone(Starts& starts, const BareDisk& disk) {
  const auto begin = Clock::now();
  return measure(starts, disk, [&] { return Clock::now() - begin > alone; });
}

struct Pruning {
  std::atomic<bool> is_done = false;
  std::size_t runs = 0;
};

Figures measure_pruning(Starts& starts, const BareDisk& disk, WallTime now, Pruning& pruning) {
  const Keep keep{.runs = 1, .age = std::chrono::hours{1'000'000}, .output_bytes = std::int64_t{1} << 50U};
  starts.writer().prune(keep, now,
                        {.forgotten = [&](const Pruned& p) { pruning.runs += p.runs.size(); },
                         .done =
                             [&](const Result<void>& result) {
                               VERIFY(result.has_value());
                               pruning.is_done = true;
                             }});
  return measure(starts, disk, [&] { return pruning.is_done.load(); });
}

void print(const std::string& when, const Figures& figures, double target) {
  for (const auto& [what, values] : {std::pair("start", &figures.starts), std::pair("bare_fdatasync", &figures.bare)}) {
    const std::string name = std::string("store.") + what + when;
    const double limit = values == &figures.starts ? target : 0;
    std::printf("%s_median_ms %.3f 0\n", name.c_str(), quantile(*values, 0.5));
    std::printf("%s_p99_ms %.3f 0\n", name.c_str(), quantile(*values, 0.99));
    std::printf("%s_max_ms %.3f %.0f\n", name.c_str(), quantile(*values, 1), limit);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1) ::setenv("TMPDIR", argv[1], 1);
  const std::uint64_t runs = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1'000'000;
  const belfry::tests::TempDir dir;
  const BareDisk disk(dir / "bare");
  FilledLedger ledger(dir / "ledger.db", runs);
  ledger.close();
  ::sync();  // what was filled in shall not be written while the starts are measured
  Pruning pruning;
  Starts starts(ledger, dir / "ledger.db");
  print("_alone", measure_alone(starts, disk), 0);
  const auto begin = Clock::now();
  print("_while_pruning", measure_pruning(starts, disk, ledger.end(), pruning), target_ms);
  std::printf("store.pruned_runs %zu 0\nstore.prune_all_s %.1f 0\n", pruning.runs, ms_since(begin) / 1000);
}
