// What a job writes, and how it is read back.
#include <sys/resource.h>

#include <cstring>
#include <filesystem>

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

// In a script: waits until what it wrote last has been kept. Within one read of both pipes the order is not known.
std::string until_kept(const Bench& bench, const std::string& text) {
  return "; until grep -qs " + text + " " + bench.runs() + "/$BELFRY_RUN_ID.1.1/output; do sleep 0.01; done; ";
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

TEST_CASE(
    "jobs/output: S30 what wrote nothing has an output, which is empty, and no files of it; what is gone has none") {
  Bench bench;
  const StartOrder order = bench.script("exit 0");
  bench.run(order);
  CHECK(read(bench, order.id, {.limit = everything}).empty());
  CHECK_FALSE(bench.has_file(order.id, "output"));
  CHECK_FALSE(bench.has_file(order.id, "output.index"));
  std::filesystem::remove_all(bench.directory(order.id));
  CHECK_FALSE(read_output(bench.runs(), order.id, {.limit = everything}));
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

std::string numbers(int first, int last) {
  std::string lines;
  for (int i = first; i <= last; ++i) lines += std::to_string(i) + "\n";
  return lines;
}

TEST_CASE("jobs/output: S30 of a long output the head and the tail are kept, and the gap is counted (F18)") {
  Bench bench;
  constexpr std::int64_t output_max = 400'000;
  const StartOrder order = bench.script("seq 1 1000000", {.output_max = output_max});
  const Outcome& outcome = bench.run(order);
  REQUIRE(outcome.ended);
  const std::string all = numbers(1, 1'000'000);
  const Usage& usage = outcome.ended->usage;
  CHECK(usage.output_bytes == static_cast<std::int64_t>(all.size()));
  CHECK(std::filesystem::file_size(bench.directory(order.id) + "/output") <= output_max);

  const OutputPart head = read_output(bench.runs(), order.id, {.limit = everything}).value();
  CHECK(head.offset == 0);
  CHECK(head.size == all.size());
  CHECK(head.bytes.size() == output_max / 2);
  CHECK((head.bytes == all.substr(0, head.bytes.size())));

  const OutputPart tail =
      read_output(bench.runs(), order.id, {.offset = head.bytes.size(), .limit = everything}).value();
  CHECK(tail.offset + tail.bytes.size() == all.size());
  CHECK(tail.bytes.size() == output_max / 2 - output_max / 16);
  CHECK((tail.bytes == all.substr(tail.offset)));
  CHECK(usage.output_dropped_bytes == static_cast<std::int64_t>(all.size() - head.bytes.size() - tail.bytes.size()));
  CHECK(outcome.ended->detail ==
        std::to_string(usage.output_dropped_bytes) + " bytes in the middle of its output are not kept");
}

TEST_CASE("jobs/output: S30 a page within the tail, also across the end of the ring, is what was written there") {
  Bench bench;
  const StartOrder order = bench.script("seq 1 200000", {.output_max = 100'000});
  bench.run(order);
  const std::string all = numbers(1, 200'000);
  for (std::uint64_t offset = all.size() - 43'000; offset + 100 < all.size(); offset += 97) {
    const OutputPart part = read_output(bench.runs(), order.id, {.offset = offset, .limit = 100}).value();
    REQUIRE(part.offset == offset);
    REQUIRE(part.bytes == all.substr(offset, 100));
  }
}

TEST_CASE("jobs/output: S30 a gap of both streams is counted in each of them") {
  Bench bench;
  // Two pipes are read in turn: what is written to one of them comes after what the other still holds only if one
  // waits.
  const StartOrder order = bench.script("echo first >&2" + until_kept(bench, "first") + "seq 1 100000" +
                                            until_kept(bench, "100000") + "echo last >&2; seq 1 3",
                                        {.output_max = 40'000});
  bench.run(order);
  const std::string out = numbers(1, 100'000) + numbers(1, 3);
  const OutputPart tail =
      read_output(bench.runs(), order.id, {.stream = OutputStream::out, .offset = 30'000, .limit = everything}).value();
  CHECK(tail.size == out.size());
  CHECK((tail.bytes == out.substr(tail.offset)));
  CHECK(read(bench, order.id, {.stream = OutputStream::err, .limit = everything}) == "first\nlast\n");
}

TEST_CASE("jobs/output: S30 one line without an end, longer than what is kept, is kept by its ends (F19)") {
  Bench bench;
  const StartOrder order =
      bench.script("printf begin; head -c 100000000 /dev/zero; printf end", {.output_max = 65'536});
  const Outcome& outcome = bench.run(order);
  REQUIRE(outcome.ended);
  CHECK(outcome.ended->usage.output_bytes == 100'000'008);
  CHECK(read(bench, order.id, {.limit = 8}) == std::string("begin\0\0\0", 8));
  const OutputPart tail = read_output(bench.runs(), order.id, {.offset = 99'999'990, .limit = 100}).value();
  CHECK(tail.offset == 99'999'990);
  CHECK(tail.bytes.ends_with(std::string("\0end", 4)));
}

TEST_CASE("jobs/output: S30 the index of many short lines is bounded like the output itself") {
  Bench bench;
  // Each line comes alone, on the other stream than the one before: each has a record of its own.
  const StartOrder order =
      bench.script("i=0; while [ $i -lt 4000 ]; do i=$((i+1)); echo $i; echo $i >&2; done", {.output_max = 4096});
  const Outcome& outcome = bench.run(order);
  REQUIRE(outcome.ended);
  CHECK(std::filesystem::file_size(bench.directory(order.id) + "/output.index") <= 64 + 32 * (2 * 1024 + 32));
  const std::uint64_t size = numbers(1, 4000).size();
  CHECK(read(bench, order.id, {.stream = OutputStream::err, .offset = size - 5, .limit = 5}) == "4000\n");
}

TEST_CASE("jobs/output: S30 whoever reads while the job overwrites gets what was written there, or nothing") {
  Bench bench;
  const StartOrder order = bench.script("seq 1 3000000", {.output_max = 1'000'000});
  bench.start(order);
  bench.follow_to_start(order.id);
  const std::string all = numbers(1, 3'000'000);
  for (std::uint64_t offset = 0; !bench.has_file(order.id, "exit");) {
    const OutputPart part = read_output(bench.runs(), order.id, {.offset = offset, .limit = 100'000}).value();
    REQUIRE((part.bytes == all.substr(part.offset, part.bytes.size())));
    offset = part.offset + part.bytes.size();
  }
  bench.follow_to_end(order.id);
}

TEST_CASE("jobs/output: an output that is not kept is not found") {
  Bench bench;
  const StartOrder order = bench.script("exit 0");
  const auto part = read_output(bench.runs(), order.id, {.limit = 1});
  REQUIRE_FALSE(part);
  CHECK(part.error().kind == ErrorKind::not_found);
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
