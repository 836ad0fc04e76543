// F12: a process that gets no more memory. A program of its own: it bounds itself.
#include <sys/resource.h>

#include <memory>
#include <vector>

#include <doctest/doctest.h>

#include <base/file.h>
#include <base/memory.h>
#include <base/text.h>

using namespace belfry;

namespace {

rlim_t address_space_now() {
  const std::string text = read_file("/proc/self/statm").value();
  return static_cast<rlim_t>(parse_unsigned(text.substr(0, text.find(' '))).value()) * 4096;
}

class Bounded {
 public:
  explicit Bounded(rlim_t more) {
    ::getrlimit(RLIMIT_AS, &before_);
    const rlimit now{.rlim_cur = address_space_now() + more, .rlim_max = before_.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_AS, &now) == 0);
  }
  Bounded(const Bounded&) = delete;
  Bounded& operator=(const Bounded&) = delete;
  ~Bounded() { ::setrlimit(RLIMIT_AS, &before_); }

 private:
  rlimit before_{};
};

}  // namespace

TEST_CASE("base/memory: F12 large pieces fail, small ones are there, and the reserve is set aside again") {
  constexpr std::size_t large = std::size_t{64} << 20U;
  constexpr std::size_t small = 1000;
  keep_memory_reserve();
  CHECK(renew_memory_reserve() == MemoryNews::none);
  std::vector<std::unique_ptr<char[]>> pieces;
  pieces.reserve(1'000'000);
  {
    const Bounded bounded(0);
    CHECK_FALSE(with_memory([&] { pieces.push_back(std::make_unique<char[]>(large)); }));
    CHECK(pieces.empty());
    // Half of the reserve in small pieces, with nothing else to be had.
    for (int i = 0; i < 500; ++i) CHECK(with_memory([&] { pieces.push_back(std::make_unique<char[]>(small)); }));
    while (with_memory([&] { pieces.push_back(std::make_unique<char[]>(small)); })) REQUIRE(pieces.size() < 900'000);
    CHECK(renew_memory_reserve() == MemoryNews::ran_out);
    CHECK(renew_memory_reserve() == MemoryNews::none);  // there is still none, and that has been said
    CHECK_FALSE(with_memory([&] { pieces.push_back(std::make_unique<char[]>(large)); }));
  }
  pieces.clear();
  CHECK(renew_memory_reserve() == MemoryNews::is_back);
  CHECK(renew_memory_reserve() == MemoryNews::none);
  CHECK(with_memory([&] { pieces.push_back(std::make_unique<char[]>(large)); }));
}
