#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include <doctest/doctest.h>

#include <base/worker.h>
#include <store/memory_store.h>
#include <store/writer.h>
#include <tests/contract/store/ledger_builders.h>

namespace belfry::tests {

namespace {

// What happens on the writer's thread, noted for the test to wait for.
class Notes {
 public:
  struct Note {
    std::string what;
    std::thread::id thread;
  };

  void add(std::string what) {
    {
      const std::lock_guard lock(mutex_);
      notes_.push_back({std::move(what), std::this_thread::get_id()});
    }
    added_.notify_all();
  }
  // The first `count` notes, or fewer after the deadline.
  std::vector<Note> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    added_.wait_for(lock, std::chrono::seconds{120}, [&] { return notes_.size() >= count; });
    return notes_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable added_;
  std::vector<Note> notes_;
};

// A ledger in memory that notes what it is asked; before each commit it waits at the gate, if there is one.
class NotedStore : public Store {
 public:
  explicit NotedStore(Notes& notes, std::function<void()> gate = {}) : notes_(notes), gate_(std::move(gate)) {}

  Result<Snapshot> load() override { return ledger_.load(); }
  CommitAnswer commit(const Batch& batch) override {
    if (gate_) gate_();
    notes_.add("commit " + std::to_string(std::to_underlying(batch.id)));
    return ledger_.commit(batch);
  }
  Result<Pruned> prune(const Keep& keep, WallTime) override {
    notes_.add("prune");
    if (keep.runs == 0) return std::unexpected(Error::failed("no room"));
    return Pruned{.runs = {start_of("backup", 1).id}, .more = ++prunes_ < 3};
  }
  Result<void> tidy() override {
    notes_.add("tidy");
    if (when_tidied) when_tidied();
    return {};
  }

  std::function<void()> when_tidied;

 private:
  Notes& notes_;
  std::function<void()> gate_;
  int prunes_ = 0;
  MemoryStore ledger_{7};
};

std::string answer_text(const CommitAnswer& answer) {
  return (answer.verdict == Verdict::ok ? "ok " : "refused ") + std::to_string(std::to_underlying(answer.batch));
}

std::string joined(const std::vector<Notes::Note>& notes) {
  std::string line;
  for (const auto& note : notes) line += (line.empty() ? "" : ", ") + note.what;
  return line;
}

Writer::PruningWatch watch(Notes& notes, const std::string& who) {
  return {.forgotten = [&notes, who](const Pruned& p) { notes.add(who + " forgot " + std::to_string(p.runs.size())); },
          .done =
              [&notes, who](const Result<void>& result) {
                notes.add(who + (result ? " done" : " failed: " + result.error().what));
              }};
}

// Batches 1 to 4. They are lent to the writer, so they stay.
const Batch& batch(std::uint64_t number) {
  static const std::vector<Batch> batches = [] {
    std::vector<Batch> made;
    for (std::uint64_t n = 1; n <= 4; ++n) made.push_back({.id = BatchId{n}, .records = {sight_of("backup")}});
    return made;
  }();
  return batches.at(number - 1);
}

}  // namespace

TEST_CASE("store/writer: each batch is answered, in order, on one other thread") {
  Notes notes;
  std::vector<Notes::Note> seen;
  {
    Writer writer(std::make_unique<NotedStore>(notes), [&](const CommitAnswer& a) { notes.add(answer_text(a)); });
    writer.persist(batch(1));
    writer.persist(batch(3));
    writer.persist(batch(2));
    seen = notes.wait_for(6);
  }
  CHECK(joined(seen) == "commit 1, ok 1, commit 3, refused 3, commit 2, ok 2");
  for (const auto& note : seen) {
    CHECK(note.thread != std::this_thread::get_id());
    CHECK(note.thread == seen.front().thread);
  }
}

TEST_CASE("store/writer: persist returns while the store is busy, and the destructor waits for every answer") {
  Notes notes;
  std::mutex gate;
  std::unique_lock closed(gate);
  {
    Writer writer(std::make_unique<NotedStore>(notes, [&] { const std::lock_guard pass(gate); }),
                  [&](const CommitAnswer& a) { notes.add(answer_text(a)); });
    for (std::uint64_t n = 1; n <= 3; ++n) writer.persist(batch(n));
    CHECK(notes.wait_for(0).empty());
    closed.unlock();
  }
  CHECK(joined(notes.wait_for(0)) == "commit 1, ok 1, commit 2, ok 2, commit 3, ok 3");
}

TEST_CASE("store/writer: the ledger is tidied after a burst, once, and never before an answer that is due") {
  Notes notes;
  std::mutex gate;
  std::unique_lock closed(gate);  // until the burst is complete, however slow this thread is
  Writer writer(std::make_unique<NotedStore>(notes, [&] { const std::lock_guard pass(gate); }),
                [&](const CommitAnswer& a) { notes.add(answer_text(a)); });
  for (std::uint64_t n = 1; n <= 3; ++n) writer.persist(batch(n));
  closed.unlock();
  const std::string first = "commit 1, ok 1, commit 2, ok 2, commit 3, ok 3, tidy";
  CHECK(joined(notes.wait_for(7)) == first);
  writer.persist(batch(4));
  CHECK(joined(notes.wait_for(10)) == first + ", commit 4, ok 4, tidy");
}

TEST_CASE("store/writer: pruning goes on step by step, and a batch waits for a step or a tidying, not for both") {
  Notes notes;
  std::mutex gate;
  std::unique_lock closed(gate);
  const Batch first = batch(1);
  const Batch second = batch(2);
  const Batch third = batch(3);
  std::unique_ptr<Writer> writer;
  std::size_t tidied = 0;  // of the writer's thread
  auto store = std::make_unique<NotedStore>(notes, [&] { const std::lock_guard pass(gate); });
  store->when_tidied = [&] {
    if (++tidied == 1) writer->persist(third);
  };
  writer = std::make_unique<Writer>(std::move(store), [&](const CommitAnswer& a) { notes.add(answer_text(a)); });
  writer->persist(first);
  writer->prune({}, clock("12:00"), watch(notes, "a"));
  writer->prune({.runs = 0}, clock("12:00"), watch(notes, "b"));  // when the other is done
  writer->persist(second);
  closed.unlock();
  const std::string step = "prune, a forgot 1";
  CHECK(joined(notes.wait_for(19)) == "commit 1, ok 1, " + step + ", commit 2, ok 2, tidy, commit 3, ok 3, " + step +
                                          ", tidy, " + step + ", tidy, a done, prune, tidy, b failed: no room");
  writer.reset();
}

TEST_CASE("base/worker: what is to come later lets pass what comes meanwhile, and comes all the same") {
  Notes notes;
  Worker worker("later");
  worker.post([&] {
    worker.post_after(std::chrono::milliseconds{30}, [&] { notes.add("late"); });
    worker.post_after(std::chrono::milliseconds{10}, [&] { notes.add("soon"); });
    worker.post([&] { notes.add("now"); });
  });
  CHECK(joined(notes.wait_for(3)) == "now, soon, late");
}

TEST_CASE("base/worker: the destructor does not wait for the time of what is to come later, but does it") {
  Notes notes;
  {
    Worker worker("later");
    worker.post_after(std::chrono::hours{1}, [&] {
      notes.add("an hour later");
      worker.post_after(std::chrono::hours{1}, [&] { notes.add("two hours later"); });
    });
    worker.post([&] { notes.add("now"); });
  }
  CHECK(joined(notes.wait_for(0)) == "now, an hour later, two hours later");
}

TEST_CASE("store/writer: the destructor does not wait for all of a pruning, and whoever asked is told") {
  Notes notes;
  std::mutex gate;
  std::unique_lock closed(gate);
  const Batch first = batch(1);
  {
    Writer writer(std::make_unique<NotedStore>(notes, [&] { const std::lock_guard pass(gate); }),
                  [](const CommitAnswer&) {});
    writer.persist(first);
    writer.prune({}, clock("12:00"), watch(notes, "a"));
    std::thread opener([&] { closed.unlock(); });
    opener.join();
  }
  CHECK(joined(notes.wait_for(0)).find("a ") != std::string::npos);
}

}  // namespace belfry::tests
