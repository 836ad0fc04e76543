// Help texts: what it does, then examples, then the rest.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace belfry::cli {

class HelpFormat final : public CLI::Formatter {
 public:
  HelpFormat() { column_width(26); }

  std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override;
};

}  // namespace belfry::cli
