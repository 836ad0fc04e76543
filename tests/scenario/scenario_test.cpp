#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <base/file.h>
#include <tests/scenario/story.h>

using namespace belfry;

namespace {

constexpr const char* directory = "tests/scenario";
constexpr const char* divider = "----\n";

std::vector<std::string> story_files() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    // Each is named for the rule it tells.
    if (entry.path().filename().string().starts_with("S")) files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

}  // namespace

TEST_CASE("scheduler: the stories in tests/scenario come out as they are told") {
  const std::vector<std::string> files = story_files();
  REQUIRE(files.size() >= 10);  // run from the repository's root
  for (const std::string& file : files) {
    CAPTURE(file);
    const std::string content = read_file(file).value();
    const std::size_t at = content.find(divider);
    REQUIRE(at != std::string::npos);
    const std::string commands = content.substr(0, at);
    const auto trace = story::play(commands);
    REQUIRE_MESSAGE(trace.has_value(), trace.error().what);
    if (std::getenv("UPDATE") != nullptr) {
      REQUIRE(replace_file(file, commands + divider + joined(*trace)).has_value());
    } else {
      CHECK(joined(*trace) == content.substr(at + std::string_view(divider).size()));
    }
  }
}

TEST_CASE("scheduler: a story plays to the same trace every time") {
  for (const std::string& file : story_files()) {
    const std::string content = read_file(file).value();
    const std::string commands = content.substr(0, content.find(divider));
    CHECK(story::play(commands).value() == story::play(commands).value());
  }
}
