#include <map>
#include <string>

#include <doctest/doctest.h>

#include <base/file.h>
#include <config/load.h>
#include <tests/support/temp_dir.h>

using namespace belfry;
using namespace belfry::config;

namespace {

using Files = std::map<std::string, std::vector<FileText>>;  // by pattern

Loaded parse(std::string main, const Files& others, EmptyFile empty = EmptyFile::refused) {
  static ZoneCache zones;
  const auto expand = [&](const std::string& pattern) -> Result<std::vector<FileText>> {
    const auto found = others.find(pattern);
    if (found == others.end()) return std::unexpected(Error::not_found("no such file"));
    return found->second;
  };
  return parse_config("main.yaml", std::move(main), zones, {.empty = empty, .expand = expand});
}

std::string said_about(const Loaded& loaded) {
  REQUIRE_FALSE(loaded.has_value());
  std::string said;
  for (const Problem& problem : loaded.error()) said += one_line(problem) + "\n";
  return said;
}

constexpr const char* job = "{ schedule: every 5m, run: x }";

}  // namespace

TEST_CASE("config/include: jobs, calendars and queues come from several files, in the order of the files") {
  const auto loaded = parse(
      "include: [more, last]\ndefaults: { timeout: 1h }\ntimezone: Asia/Tokyo\njobs:\n  a: " + std::string(job),
      {{"more",
        {{"b.yaml",
          "calendars: { off: [12-25] }\nqueues: { slow: { concurrency: 1 } }\n"
          "jobs:\n  b: { schedule: { cron: 0 6 * * *, exclude: [off] }, run: x, queue: slow }\n"},
         {"c.yaml", "jobs:\n  c: { schedule: { after: [a, d] }, run: x }\n"}}},
       {"last", {{"b.yaml", "broken: ["}, {"d.yaml", "jobs:\n  d: " + std::string(job)}}}});  // b is there already
  REQUIRE_MESSAGE(loaded.has_value(), render(loaded.error()));
  const auto& jobs = loaded->set->jobs;
  REQUIRE(jobs.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) CHECK(jobs[i].name.text() == std::string(1, "abcd"[i]));
  CHECK(jobs[1].zone_name == "Asia/Tokyo");
  CHECK(jobs[1].policies->queue.str() == "slow");
  CHECK(jobs[3].policies->timeout == std::chrono::hours{1});
  CHECK(loaded->patterns == std::vector<std::string>{"more", "last"});
  REQUIRE(loaded->files.size() == 4);
  CHECK(loaded->files[0].name == "main.yaml");
  CHECK(loaded->files[3].name == "d.yaml");
}

TEST_CASE("config/include: a change of any file is a new revision") {
  const auto revision = [](const char* run) {
    return parse("include: [m]", {{"m", {{"b", std::string("jobs: { b: { schedule: manual, run: ") + run + " } }"}}}})
        ->set->revision;
  };
  CHECK(revision("x") == revision("x"));
  CHECK(revision("x") != revision("y"));
}

TEST_CASE("config/include: S36 names are unique over all files, and both places are named") {
  const std::string two = "jobs:\n  a: " + std::string(job) + "\n";
  CHECK(said_about(parse("include: [m]\n" + two, {{"m", {{"b.yaml", two}}}})) ==
        "b.yaml:2:3: job 'a' is defined twice; rename one of them; the first is on line 3 of main.yaml\n");
  CHECK(said_about(parse("include: [m]\nqueues: { q: { concurrency: 1 } }\n" + two,
                         {{"m", {{"b.yaml", "queues: { q: { concurrency: 2 } }"}}}})) ==
        "b.yaml:1:11: queue 'q' is defined twice; rename one of them; the first is on line 2 of main.yaml\n");
  CHECK(said_about(parse("include: [m]\ncalendars: { c: [12-25] }\n" + two,
                         {{"m", {{"b.yaml", "calendars: { c: [12-26] }"}}}})) ==
        "b.yaml:1:14: calendar 'c' is defined twice; rename one of them; the first is on line 2 of main.yaml\n");
}

TEST_CASE("config/include: S34 S36 what is wrong in an included file is said at its place, and refuses everything") {
  const std::string good = "\njobs:\n  a: " + std::string(job) + "\n";
  CHECK(said_about(parse("include: [m]" + good, {{"m", {{"b.yaml", "daemon: {}\ninclude: [n]\n"}}}})) ==
        "b.yaml:1:1: 'daemon' belongs to the file that includes this one; write it there\n"
        "b.yaml:2:1: 'include' belongs to the file that includes this one; write it there\n");
  CHECK(said_about(parse("include: [m]" + good,
                         {{"m", {{"b.yaml", "jobs:\n  b: { schedule: { after: zebra }, run: x }"}}}})) ==
        "b.yaml:2:27: there is no job 'zebra'; 'after' names jobs of the same configuration\n");
  CHECK(said_about(parse("include: [m]" + good, {{"m", {{"b.yaml", "[1]"}}}})) ==
        "b.yaml:1:1: the file must be a map of keys, not a list; write  jobs:  and the jobs below it, indented\n");
  CHECK(said_about(parse("include: [nowhere.yaml]" + good, {})) ==
        "main.yaml:1:11: cannot include 'nowhere.yaml': no such file; a name is relative to this file; a pattern with "
        "* may stand for no file at all\n");
}

TEST_CASE("config/include: S34 no file, or an empty one, never means to delete every job, unless somebody insists") {
  CHECK(said_about(parse("include: [m]", {{"m", {}}})).starts_with("main.yaml:1:1: neither this file nor those"));
  CHECK(said_about(parse("include: [m]", {{"m", {{"b.yaml", ""}}}})).starts_with("main.yaml:1:1: neither"));
  for (const char* empty : {"", "# nothing\n", "jobs:\n", "jobs: {}\n", "timezone: UTC\n"}) {
    CAPTURE(empty);
    CHECK_FALSE(parse(empty, {}).has_value());
    const auto allowed = parse(empty, {}, EmptyFile::allowed);
    REQUIRE(allowed.has_value());
    CHECK(allowed->set->jobs.empty());
  }
  CHECK_FALSE(parse("job: {}", {}, EmptyFile::allowed).has_value());  // it is not empty, it is wrong
}

TEST_CASE("config/include: patterns are relative to the file, sorted by name, and may match nothing") {
  const tests::TempDir dir;
  const auto write = [&](const std::string& name, const std::string& text) {
    REQUIRE(replace_file(dir / name, text).has_value());
  };
  REQUIRE(make_directories((dir / "d")).has_value());
  write("d/2.yaml", "jobs:\n  b: " + std::string(job));
  write("d/1.yaml", "jobs:\n  a: " + std::string(job));
  write("d/note.txt", "not yaml: [");
  write("main.yaml", "include: [d/*.yaml, none/*.yaml, d/1.yaml]\n");
  ZoneCache zones;
  const auto loaded = load_config((dir / "main.yaml"), zones);
  REQUIRE_MESSAGE(loaded.has_value(), render(loaded.error()));
  REQUIRE(loaded->files.size() == 3);
  CHECK(loaded->files[1].name == (dir / "d/1.yaml"));
  CHECK(loaded->files[2].name == (dir / "d/2.yaml"));
  write("main.yaml", "include: [d/3.yaml]\n");
  CHECK(said_about(load_config((dir / "main.yaml"), zones)).find("No such file or directory") != std::string::npos);
}
