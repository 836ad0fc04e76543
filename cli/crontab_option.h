// `--format user|system`: whose crontab it is.
#pragma once

#include <optional>

#include <config/crontab.h>

namespace CLI {
class App;
}

namespace belfry::cli {

// REQUIRES: `format` outlives the command.
void add_crontab_format(CLI::App& command, std::optional<config::CrontabFormat>& format);

}  // namespace belfry::cli
