// Every input that fuzzing has found worth keeping, in every test run: for the target that is linked beside this.
#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <base/file.h>
#include <base/text.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

std::vector<std::uint8_t> bytes_of(std::string_view hex) {
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoul(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

}  // namespace

TEST_CASE("fuzz: S7 S34 F47 what fuzzing has found before is refused in words, or keeps its promises") {
  const std::string kept = belfry::read_file(BELFRY_CORPUS).value();
  int inputs = 0;
  for (const std::string_view line : belfry::split(kept, '\n')) {
    if (line.empty()) continue;
    CAPTURE(line);
    const std::vector<std::uint8_t> bytes = bytes_of(line);
    CHECK(LLVMFuzzerTestOneInput(bytes.data(), bytes.size()) == 0);
    ++inputs;
  }
  CHECK(inputs > 100);
}
