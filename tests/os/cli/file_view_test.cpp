#include <fstream>

#include <doctest/doctest.h>

#include <cli/document.h>
#include <cli/file_view.h>
#include <tests/support/temp_dir.h>

using namespace belfry;
using namespace belfry::cli;
using namespace belfry::tests;
using namespace std::chrono_literals;

namespace {

constexpr const char* example =
    "timezone: Europe/Berlin\n"
    "jobs:\n"
    "  zulu: { schedule: every 1h, run: x }\n"
    "  alpha: { schedule: every 30m, run: x }\n"
    "  by-hand: { schedule: manual, run: x }\n";

}  // namespace

TEST_CASE("cli/file_view: without a daemon the file says what there is and when it is due") {
  const TempDir dir;
  const std::string path = dir / "schedules.yaml";
  std::ofstream(path) << example;

  const auto document = view_of_file(path, "/v1/jobs");
  REQUIRE(document.has_value());
  const auto jobs = decode_jobs(*document);
  REQUIRE(jobs.has_value());
  CHECK(jobs->timezone == "Europe/Berlin");
  REQUIRE(jobs->rows.size() == 3);
  CHECK(jobs->rows[0].name == "zulu");
  CHECK_FALSE(jobs->rows[0].last.has_value());
  CHECK(jobs->rows[0].open.empty());
  REQUIRE(jobs->rows[0].next.has_value());
  CHECK(*jobs->rows[0].next > jobs->now);
  CHECK(*jobs->rows[0].next <= jobs->now + 1h);
  CHECK_FALSE(jobs->rows[2].next.has_value());

  const auto slots = decode_upcoming(view_of_file(path, "/v1/upcoming?limit=5").value());
  REQUIRE(slots.has_value());
  REQUIRE(slots->rows.size() == 5);
  for (std::size_t i = 1; i < slots->rows.size(); ++i) CHECK(slots->rows[i - 1].due <= slots->rows[i].due);
}

TEST_CASE("cli/file_view: a file that is missing or wrong is the reader's to mend") {
  const TempDir dir;
  CHECK(view_of_file(dir / "nothing.yaml", "/v1/jobs").error().kind == ErrorKind::bad_input);
  const std::string path = dir / "schedules.yaml";
  std::ofstream(path) << "jobs:\n  a: { schedul: every 1h, run: x }\n";
  const auto view = view_of_file(path, "/v1/jobs");
  REQUIRE_FALSE(view.has_value());
  CHECK(view.error().what.find("schedules.yaml:2") != std::string::npos);
}
