// The front door of this room: a file, or its text, to a set of jobs or the problems that it has.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <belfry/job.h>

#include <base/zones.h>
#include <config/daemon_settings.h>
#include <config/problem.h>

namespace belfry::config {

struct LoadedConfig {
  std::shared_ptr<const JobSet> set;  // never empty (S34)
  DaemonSettings daemon;
  std::vector<Problem> warnings;
  std::string text;  // of the file, byte by byte
};

using Loaded = std::expected<LoadedConfig, std::vector<Problem>>;

// One error refuses the file as a whole; all errors are reported at once, in the order of the file (S34).
Loaded load_config(const std::string& path, ZoneCache& zones);

struct ParseOptions {
  std::uint64_t salt = 0;  // of this machine: jitter and spread follow from it (S11)
};

// The same, of a text. `name` is what messages call it.
Loaded parse_config(std::string name, std::string text, ZoneCache& zones, ParseOptions options = {});

}  // namespace belfry::config
