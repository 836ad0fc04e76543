#include <new>
#include <string>

#include <doctest/doctest.h>

#include <base/poller.h>
#include <daemon/reader.h>
#include <store/memory_store.h>

using namespace belfry;

namespace {

// Asks, and waits for what is said.
std::string told(Reader::Question question) {
  auto reader = Reader::start(std::make_unique<MemoryStore>(7)).value();
  std::string said;
  reader->ask(
      [&said, question = std::move(question)](History& history) {
        auto answer = question(history);
        return [&said, answer = std::move(answer)] {
          answer();
          said = "answered";
        };
      },
      [&said] { said = "no memory"; });
  Poller poller = Poller::open().value();
  REQUIRE(poller.add(reader->fd(), 1).has_value());
  REQUIRE(poller.wait(std::chrono::seconds{120})->size() == 1);
  CHECK(said.empty());  // never on the reader's own thread
  reader->dispatch();
  return said;
}

}  // namespace

TEST_CASE("daemon/reader: an answer is given on the asker's thread") {
  CHECK(told([](History& history) { return [runs = history.runs({})] { CHECK(runs.has_value()); }; }) == "answered");
}

TEST_CASE("daemon/reader: F12 a question or an answer that gets no memory is told so, and the daemon lives") {
  CHECK(told([](History&) -> std::function<void()> { throw std::bad_alloc(); }) == "no memory");
  CHECK(told([](History&) { return [] { throw std::bad_alloc(); }; }) == "no memory");
}
