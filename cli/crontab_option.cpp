#include <string>

#include <CLI/CLI.hpp>
#include <cli/crontab_option.h>

namespace belfry::cli {

void add_crontab_format(CLI::App& command, std::optional<config::CrontabFormat>& format) {
  command
      .add_option_function<std::string>(
          "--format",
          [&format](const std::string& word) {
            format = word == "user" ? config::CrontabFormat::user : config::CrontabFormat::system;
          },
          "Of the crontab: user, or system, where a user stands before each command; else it is guessed")
      ->check(CLI::IsMember({"user", "system"}))
      ->type_name("WHOSE");
}

}  // namespace belfry::cli
