// Broken files and what is said about them: bad/NAME.yaml, and beside it bad/NAME.expected. UPDATE=1 rewrites the
// latter; read the difference before you commit it.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <base/file.h>
#include <config/load.h>

using namespace belfry;
using namespace belfry::config;

namespace {

const std::filesystem::path folder = "tests/unit/config/bad";

std::vector<std::filesystem::path> broken_files() {
  std::vector<std::filesystem::path> out;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".yaml") out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::string said_about(const std::filesystem::path& file, ZoneCache& zones) {
  auto text = read_file(file);
  REQUIRE(text.has_value());
  const auto config = parse_config(file.filename(), std::move(*text), zones);
  return config ? "(accepted)\n" : render(config.error());
}

}  // namespace

TEST_CASE("config/golden: S36 each good file is accepted") {
  ZoneCache zones;
  const auto config = load_config("tests/unit/config/good/every_key.yaml", zones);
  CHECK_MESSAGE(config.has_value(), render(config.error()));
}

TEST_CASE("config/golden: S36 F47 F48 F49 each broken file is refused in these words") {
  ZoneCache zones;
  const auto files = broken_files();
  CHECK(files.size() >= 200);
  for (const auto& file : files) {
    CAPTURE(file.string());
    auto expected_path = file;
    expected_path.replace_extension(".expected");
    const std::string said = said_about(file, zones);
    CHECK(said != "(accepted)\n");
    if (std::getenv("UPDATE") != nullptr) {
      REQUIRE(replace_file(expected_path, said).has_value());
      continue;
    }
    CHECK(said == read_file(expected_path).value_or("(there is no file of this name)"));
  }
}
