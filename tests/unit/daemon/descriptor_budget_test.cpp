#include <doctest/doctest.h>

#include <daemon/descriptor_budget.h>

using namespace belfry;

TEST_CASE("daemon/descriptor_budget: F11 runs and clients have their shares, and both have some") {
  struct Row {
    std::uint64_t limit;
    std::uint32_t runs;
    std::uint32_t lines;
    std::uint32_t clients;
  };
  for (const Row& row : {Row{0, 4, 0, 4}, Row{64, 11, 1, 4}, Row{256, 143, 13, 52}, Row{1024, 671, 61, 244},
                         Row{65'536, 65'168, 64, 256}, Row{~std::uint64_t{0}, 0xFFFF'FFFF, 64, 256}}) {
    CAPTURE(row.limit);
    const DescriptorBudget budget = share_descriptors(row.limit);
    CHECK(budget.runs == row.runs);
    CHECK(budget.lines == row.lines);
    CHECK(budget.clients == row.clients);
  }
}

TEST_CASE("daemon/descriptor_budget: F11 no more runs than descriptors, whatever the file says") {
  const DescriptorBudget budget{.runs = 700, .clients = 256};
  CHECK(within(budget, {.max_running = 100}).max_running == 100U);
  CHECK(within(budget, {.max_running = 2000}).max_running == 700U);
  CHECK(within(budget, {.max_running = std::nullopt}).max_running == 700U);
}
