#include <set>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <base/mailbox.h>
#include <base/worker.h>
#include <daemon/loop.h>

using namespace belfry;
using namespace std::chrono_literals;

TEST_CASE("daemon/loop: each descriptor that is ready gets its own handler, once per wait") {
  auto first = EventCounter::open().value();
  auto second = EventCounter::open().value();
  auto loop = Loop::open().value();
  std::multiset<std::string> called;
  REQUIRE(loop.add(first.fd(), [&] { called.insert("first"); }).has_value());
  REQUIRE(loop.add(second.fd(), [&] { called.insert("second"); }).has_value());
  REQUIRE(loop.wait(0ms).has_value());
  CHECK(called.empty());
  second.raise();
  REQUIRE(loop.wait(1000ms).has_value());
  CHECK(called == std::multiset<std::string>{"second"});
  first.raise();
  REQUIRE(loop.wait(1000ms).has_value());
  CHECK(called == std::multiset<std::string>{"first", "second", "second"});
  second.clear();
  first.clear();
  REQUIRE(loop.wait(0ms).has_value());
  CHECK(called.size() == 3);
}

TEST_CASE("daemon/mailbox: letters from another thread arrive all, in order, and wake the loop") {
  Mailbox<int> mailbox(EventCounter::open().value());
  auto loop = Loop::open().value();
  std::vector<int> received;
  REQUIRE(loop.add(mailbox.fd(),
                   [&] {
                     for (const int letter : mailbox.take_all()) received.push_back(letter);
                   })
              .has_value());
  std::vector<int> sent;
  {
    Worker writer("writer");
    for (int i = 0; i < 1000; ++i) {
      sent.push_back(i);
      writer.post([&mailbox, i] { mailbox.put(i); });
    }
  }
  while (received.size() < sent.size()) {
    const auto before = received.size();
    REQUIRE(loop.wait(60s).has_value());
    REQUIRE(received.size() > before);
  }
  CHECK(received == sent);
}
