// Help texts: what it does, then examples, then the rest.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace belfry::cli {

class HelpFormat final : public CLI::Formatter {
 public:
  // `width`: of the terminal.
  explicit HelpFormat(std::size_t width) : width_(width) { column_width(26); }

  std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override;
  std::string make_option_desc(const CLI::Option* option) const override;
  std::string make_subcommand(const CLI::App* command) const override;

 private:
  std::string in_its_column(const std::string& description) const;

  std::size_t width_;
};

}  // namespace belfry::cli
