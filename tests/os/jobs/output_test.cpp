// What a job writes, and how it is read back.
#include <sys/resource.h>

#include <cstring>

#include <doctest/doctest.h>

#include <base/file.h>
#include <jobs/output.h>
#include <jobs/run_directory.h>
#include <tests/os/jobs/bench.h>

namespace belfry::tests {
namespace {

constexpr std::size_t everything = 1U << 30U;

std::string read(const Bench& bench, const AttemptId& id, const OutputQuery& query) {
  return read_output(bench.runs(), id, query).value().bytes;
}

std::string last_lines(const Bench& bench, const AttemptId& id, const LastLines& lines) {
  const std::uint64_t offset = find_last_lines(bench.runs(), id, lines).value();
  return read(bench, id, {.stream = lines.stream, .offset = offset, .limit = everything});
}

// In a script: waits until what it wrote last has been kept. Within one read of both pipes the order is not known.
std::string until_kept(const Bench& bench, const std::string& text) {
  return "; until grep -q " + text + " " + bench.runs() + "/$BELFRY_RUN_ID.1.1/output; do sleep 0.01; done; ";
}

std::string three_lines(const Bench& bench) {
  return "echo one" + until_kept(bench, "one") + "echo two >&2" + until_kept(bench, "two") + "echo three";
}

std::vector<run_directory::IndexRecord> read_index(const Bench& bench, const AttemptId& id) {
  const std::string content = read_file(bench.directory(id) + "/output.index").value();
  std::vector<run_directory::IndexRecord> records((content.size() - sizeof(run_directory::IndexHeader)) /
                                                  sizeof(run_directory::IndexRecord));
  std::memcpy(records.data(), content.data() + sizeof(run_directory::IndexHeader),
              records.size() * sizeof records.front());
  return records;
}

TEST_CASE("jobs/output: S30 binary output is kept byte for byte (F19)") {
  Bench bench;
  std::string bytes(3'000'000, '\0');
  std::uint64_t state = 1;
  for (char& byte : bytes) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    byte = static_cast<char>(state >> 56U);
  }
  REQUIRE(replace_file(bench.scratch("bytes"), bytes));
  const StartOrder order = bench.order(Command{{"cat", bench.scratch("bytes")}});
  const Outcome& outcome = bench.run(order);
  REQUIRE(outcome.ended);
  CHECK(outcome.ended->usage.output_bytes == 3'000'000);
  const OutputPart part = read_output(bench.runs(), order.id, {.limit = everything}).value();
  CHECK(part.size == bytes.size());
  CHECK((part.bytes == bytes));
}

TEST_CASE("jobs/output: S30 the streams are told apart, and together they come in the order of writing") {
  Bench bench;
  const StartOrder order = bench.script(three_lines(bench));
  bench.run(order);
  CHECK(read(bench, order.id, {.limit = everything}) == "one\ntwo\nthree\n");
  CHECK(read(bench, order.id, {.stream = OutputStream::out, .limit = everything}) == "one\nthree\n");
  CHECK(read(bench, order.id, {.stream = OutputStream::err, .limit = everything}) == "two\n");
}

TEST_CASE("jobs/output: S30 a page is cut anywhere, within a stream or across both") {
  Bench bench;
  const StartOrder order = bench.script(three_lines(bench));
  bench.run(order);
  struct Row {
    OutputQuery query;
    std::string bytes;
    std::uint64_t size;
  };
  for (const Row& row : {
           Row{{.offset = 2, .limit = 4}, "e\ntw", 14},
           Row{{.offset = 0, .limit = 0}, "", 14},
           Row{{.offset = 14, .limit = 9}, "", 14},
           Row{{.offset = 99, .limit = 9}, "", 14},
           Row{{.stream = OutputStream::out, .offset = 3, .limit = 4}, "\nthr", 10},
           Row{{.stream = OutputStream::err, .offset = 1, .limit = 100}, "wo\n", 4},
       }) {
    const OutputPart part = read_output(bench.runs(), order.id, row.query).value();
    CHECK(part.bytes == row.bytes);
    CHECK(part.size == row.size);
  }
}

TEST_CASE("jobs/output: S30 the last lines, of one stream or of both") {
  Bench bench;
  const StartOrder order = bench.script("echo 1; echo 2" + until_kept(bench, "2") + "echo e1 >&2; echo e2 >&2" +
                                        until_kept(bench, "e2") + "echo 3; printf open");
  bench.run(order);
  CHECK(last_lines(bench, order.id, {.count = 0}).empty());
  CHECK(last_lines(bench, order.id, {.count = 1}) == "open");
  CHECK(last_lines(bench, order.id, {.count = 3}) == "e2\n3\nopen");
  CHECK(last_lines(bench, order.id, {.count = 99}) == "1\n2\ne1\ne2\n3\nopen");
  CHECK(last_lines(bench, order.id, {.stream = OutputStream::err, .count = 1}) == "e2\n");
  CHECK(last_lines(bench, order.id, {.stream = OutputStream::out, .count = 3}) == "2\n3\nopen");
}

TEST_CASE("jobs/output: S30 the last lines are found across a long output") {
  Bench bench;
  const StartOrder order = bench.script("seq 1 100000");
  bench.run(order);
  CHECK(last_lines(bench, order.id, {.count = 2}) == "99999\n100000\n");
  CHECK(last_lines(bench, order.id, {.count = 100000}).starts_with("1\n2\n"));
  CHECK(last_lines(bench, order.id, {.count = 99999}).starts_with("2\n3\n"));
}

TEST_CASE("jobs/output: S30 each line has the time at which it began, and a slow line has one record") {
  Bench bench;
  const StartOrder order =
      bench.script("printf a" + until_kept(bench, "a") + "sleep 0.1; printf b; sleep 0.05; echo c" +
                   until_kept(bench, "abc") + "sleep 0.05; echo d");
  const Outcome& outcome = bench.run(order);
  const auto index = read_index(bench, order.id);
  REQUIRE(index.size() == 2);
  CHECK(index[0].length == 4);
  CHECK(index[1].length == 2);
  CHECK(index[1].offset == 4);
  CHECK(index[1].time_ms >= index[0].time_ms + 150);
  CHECK(index[0].time_ms >= outcome.ended->started.time_since_epoch().count());
  CHECK(index[1].time_ms <= outcome.ended->finished.time_since_epoch().count());
}

TEST_CASE("jobs/output: S30 a line that goes on and is followed by another in one piece keeps its own time") {
  Bench bench;
  const StartOrder order = bench.script("printf a" + until_kept(bench, "a") + "sleep 0.05; printf 'b\\nc\\n'");
  bench.run(order);
  const auto index = read_index(bench, order.id);
  REQUIRE(index.size() == 2);  // `c` must not get the time of `a`
  CHECK(index[0].length == 1);
  CHECK(index[1].length == 4);
}

TEST_CASE("jobs/output: S30 output is read while the job still writes") {
  Bench bench;
  const StartOrder order = bench.script("echo begun; sleep 30");
  bench.start(order);
  bench.follow_to_start(order.id);
  CHECK(eventually([&] { return read_output(bench.runs(), order.id, {.limit = 100}).value().bytes == "begun\n"; }));
}

TEST_CASE("jobs/output: S30 when nothing more can be written the job goes on, and the record says truncated") {
  Bench bench;
  const StartOrder order = bench.script("seq 1 100000; exit 4");
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{.rlim_cur = 100'000, .rlim_max = before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &small);  // a disk that is full after 100 kB, for the minder that inherits it
  const Outcome& outcome = bench.run(order);
  ::setrlimit(RLIMIT_FSIZE, &before);
  REQUIRE(outcome.ended);
  CHECK(outcome.ended->end.code == 4);
  CHECK(outcome.ended->usage.output_bytes == 588'895);
  CHECK(read_exit_record(bench.directory(order.id))->truncated_errno == EFBIG);
  CHECK(outcome.ended->usage.output_dropped_bytes == 488'895);
  CHECK(outcome.ended->detail == "its last 488895 bytes of output could not be kept: File too large");
  const std::string kept = read(bench, order.id, {.limit = everything});
  CHECK(kept.size() == 100'000);
  CHECK(kept.starts_with("1\n2\n3\n"));
}

TEST_CASE("jobs/output: S30 a complete output is not called truncated") {
  Bench bench;
  const StartOrder order = bench.script("seq 1 1000");
  bench.run(order);
  const ExitRecord record = read_exit_record(bench.directory(order.id)).value();
  CHECK(record.truncated_errno == 0);
  CHECK(record.usage.output_dropped_bytes == 0);
}

TEST_CASE("jobs/output: an output that is not kept is not found") {
  Bench bench;
  const StartOrder order = bench.script("exit 0");
  const auto part = read_output(bench.runs(), order.id, {.limit = 1});
  REQUIRE_FALSE(part);
  CHECK(part.error().kind == ErrorKind::not_found);
  CHECK_FALSE(find_last_lines(bench.runs(), order.id, {.count = 1}));
}

TEST_CASE("jobs/output: bytes whose index record is not whole yet do not count") {
  Bench bench;
  const StartOrder order = bench.script("echo one");
  bench.run(order);
  const std::string directory = bench.directory(order.id);
  REQUIRE(replace_file(directory + "/output", "one\ntwo\n"));
  REQUIRE(replace_file(directory + "/output.index", read_file(directory + "/output.index").value() + "half"));
  CHECK(read(bench, order.id, {.limit = everything}) == "one\n");
}

}  // namespace
}  // namespace belfry::tests
