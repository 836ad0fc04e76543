#include <base/ascii.h>
#include <base/file.h>
#include <base/text.h>
#include <base/try.h>
#include <jobs/env_file.h>

namespace belfry {
namespace {

constexpr std::size_t size_max = 1U << 20U;

std::string_view without_quotes(std::string_view value) {
  const bool is_quoted = value.size() >= 2 && value.front() == value.back() && (value[0] == '"' || value[0] == '\'');
  return is_quoted ? value.substr(1, value.size() - 2) : value;
}

}  // namespace

Result<std::vector<EnvironmentVariable>> parse_env_file(const std::string& path, const std::string& content) {
  std::vector<EnvironmentVariable> variables;
  std::size_t number = 0;
  for (std::string_view line : split(content, '\n')) {
    ++number;
    line = trim(line);
    if (line.empty() || line.front() == '#') continue;
    if (line.starts_with("export ")) line = trim(line.substr(7));
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos || !is_variable_name(line.substr(0, equals))) {
      return std::unexpected(Error::bad_input(path + ":" + std::to_string(number) + ": this is not NAME=VALUE"));
    }
    variables.push_back(
        {.name = std::string(line.substr(0, equals)), .value = std::string(without_quotes(line.substr(equals + 1)))});
  }
  return variables;
}

Result<std::vector<EnvironmentVariable>> read_env_file(const std::string& path) {
  const std::string content = TRY(read_file(path, {.size_max = size_max}));
  return parse_env_file(path, content);
}

}  // namespace belfry
