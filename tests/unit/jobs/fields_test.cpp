#include <doctest/doctest.h>

#include <jobs/fields.h>
#include <jobs/records.h>

namespace belfry {
namespace {

using namespace std::string_literals;

TEST_CASE("jobs/fields: what is written is read back, whatever the value contains") {
  FieldWriter writer("belfry-spec");
  writer.add("cwd", "/a=b\nc").add("empty", "").add("n", "42");
  const auto fields = FieldReader::parse(std::move(writer).whole(), "belfry-spec");
  REQUIRE(fields);
  CHECK(fields->text("cwd") == "/a=b\nc");
  CHECK(fields->has("empty"));
  CHECK(fields->number("n") == 42);
  CHECK_FALSE(fields->has("cw"));  // a part of a key is another key
  CHECK(fields->number("missing") == 0);
}

TEST_CASE("jobs/fields: S3 a file that is cut off, of another kind or of another version does not count") {
  struct Row {
    std::string content;
    bool is_readable;
  };
  for (const Row& row : {
           Row{"belfry-claim=1\0by=minder\0end=\0"s, true},
           Row{"belfry-claim=1\0by=minder\0new-key=7\0end=\0"s, true},  // of a later daemon: skipped
           Row{"belfry-claim=1\0end=\0executing_ms=12"s, true},         // just being appended
           Row{"belfry-claim=1\0by=minder\0end="s, false},              // cut off before the last byte
           Row{"belfry-claim=1\0by=min"s, false},
           Row{"belfry-claim=2\0by=minder\0end=\0"s, false},
           Row{"belfry-exit=1\0by=minder\0end=\0"s, false},
           Row{""s, false},
           Row{"\0\0\0"s, false},
       }) {
    CAPTURE(row.content);
    const auto fields = FieldReader::parse(row.content, "belfry-claim");
    CHECK(fields.has_value() == row.is_readable);
    if (fields) CHECK_FALSE(fields->has("executing_ms"));
  }
}

TEST_CASE("jobs/records: a run directory is named after its launch, and only after that") {
  const AttemptId id{.run = RunId::make(WallTime{Millis{1'790'000'000'000}}, 7, 9), .attempt = 3, .launch = 2};
  CHECK(run_directory_name(id) == id.run.text() + ".3.2");
  CHECK(attempt_from_directory_name(run_directory_name(id)) == id);
  for (const std::string& name : {""s, "hints"s, id.run.text(), id.run.text() + ".1"s, id.run.text() + ".1.1.1"s,
                                  id.run.text() + ".x.1"s, "../../etc.1.1"s}) {
    CAPTURE(name);
    CHECK_FALSE(attempt_from_directory_name(name));
  }
}

}  // namespace
}  // namespace belfry
