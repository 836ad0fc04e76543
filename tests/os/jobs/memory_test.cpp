// What each running job costs in memory: its minder.
#include <cstdio>
#include <cstdlib>

#include <doctest/doctest.h>

#include <base/file.h>
#include <base/text.h>
#include <tests/os/jobs/bench.h>

namespace belfry::tests {
namespace {

constexpr std::uint64_t private_kb_max = 100;

// A static glibc has a heap and tables of its own, and the sanitizers have their shadows.
void need_minder_with_musl() {
#ifndef BELFRY_MINDER_HAS_MUSL
  std::fprintf(stderr, "skipped: this build's minder is not linked with musl\n");
  std::exit(77);
#endif
}

// What the process shares with no other: of the sum over its mappings, the lines "Private_Dirty:   44 kB".
std::uint64_t private_kb(pid_t pid) {
  const auto text = read_file("/proc/" + std::to_string(pid) + "/smaps_rollup");
  REQUIRE(text);
  std::uint64_t sum = 0;
  for (const std::string_view line : split(*text, '\n')) {
    if (!line.starts_with("Private_")) continue;
    const auto number = trim(line.substr(line.find(':') + 1, line.rfind(" kB") - line.find(':') - 1));
    sum += parse_unsigned(number).value();
  }
  return sum;
}

// REQUIRES: another job runs, whose minder shares the program's pages with this one's.
void check_minder(Bench& bench, const StartOrder& order, const char* what) {
  const std::uint64_t kb = private_kb(bench.claim(order.id).minder.pid);
  std::printf("minder_private_kb %s %llu target %llu\n", what, static_cast<unsigned long long>(kb),
              static_cast<unsigned long long>(private_kb_max));
  CHECK(kb > 0);
  CHECK(kb <= private_kb_max);
}

TEST_CASE("jobs/minder: beside a job that runs it has at most 100 kB of memory to itself") {
  need_minder_with_musl();
  Bench bench;
  const StartOrder other = bench.script("sleep 60");
  const StartOrder order = bench.script("sleep 60");
  for (const StartOrder& each : {other, order}) {
    bench.start(each);
    bench.follow_to_start(each.id);
  }
  check_minder(bench, order, "quiet");
}

TEST_CASE("jobs/minder: also when the job has written more than is kept (F18)") {
  need_minder_with_musl();
  Bench bench;
  ProcessSettings process;
  process.output_max = 4 << 20;
  const StartOrder order = bench.script("head -c 16777216 /dev/zero; yes 'a line of many' | head -c 16777216; echo > " +
                                            bench.scratch("written") + "; sleep 60",
                                        process);
  const StartOrder other = bench.script("sleep 60");
  for (const StartOrder& each : {other, order}) {
    bench.start(each);
    bench.follow_to_start(each.id);
  }
  REQUIRE(eventually([&] { return read_file(bench.scratch("written")).has_value(); }));
  check_minder(bench, order, "after_32_MiB_of_output");
}

}  // namespace
}  // namespace belfry::tests
