// The front door of this room: a file, or its text, to a set of jobs or the problems that it has.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <belfry/callable.h>
#include <belfry/job.h>

#include <base/zones.h>
#include <config/crontab.h>
#include <config/daemon_settings.h>
#include <config/files.h>
#include <config/own_account.h>
#include <config/pieces.h>
#include <config/problem.h>

namespace belfry::config {

struct LoadedConfig {
  std::shared_ptr<const JobSet> set;  // never empty (S34), unless EmptyFile::allowed
  DaemonSettings daemon;
  std::vector<Problem> warnings;
  std::vector<FileText> files;           // byte by byte: the main file, then what it includes
  std::vector<std::string> patterns;     // of `include:`, as they are written
  bool has_unseen_plugins = false;       // callables of theirs, and parameters of them, were not checked
  std::uint64_t salt = 0;                // from which jitter and spread were made
  std::shared_ptr<const Pieces> pieces;  // null: of this file, whatever is edited, all is read again
};

using Loaded = std::expected<LoadedConfig, std::vector<Problem>>;

// What to do about a file that others may change (S37).
enum class Distrust { ignore, warn, refuse };

// What is done with the plug-ins that a file names.
enum class Plugins {
  load,    // their code is executed, and says what they offer
  unseen,  // nothing of them is executed: what they may offer is taken for good
};

// What was read of these files before, with the same options. The new set shares with it what is alike (sharing.h), and
// jobs whose text is as it was are not even read again (load_edited.h).
struct Earlier {
  std::shared_ptr<const JobSet> set;
  std::shared_ptr<const Pieces> pieces;
};

// Whether a file without jobs is taken for what it says (S34).
enum class EmptyFile { refused, allowed };

struct ParseOptions {
  std::uint64_t salt = 0;  // of this machine: jitter and spread follow from it (S11), unless the file has another
  std::optional<std::uint64_t> salt_in_force;  // of the daemon that runs: it stays until the next start
  std::optional<OwnAccount> only_as;           // none: jobs may run as anybody
  EmptyFile empty = EmptyFile::refused;
  std::optional<WallTime> lint_at;  // warnings too, as of this instant; none: errors only
  Callables* callables = nullptr;   // what jobs may call, and what loads plug-ins; null: any callable will do
  Distrust distrust_of_plugins = Distrust::ignore;
  Plugins plugins = Plugins::load;
  std::function<std::optional<Millis>(const std::string& job)> last_duration = {};  // for the warnings
  Earlier before = {};
  // The files that a pattern of `include:` stands for. None: there are no other files.
  std::function<Result<std::vector<FileText>>(const std::string& pattern)> expand;
};

// A text, with what it includes. `name` is what messages call it. One error refuses everything; all errors are reported
// at once, in the order of the file, those of the main file first (S34).
Loaded parse_config(std::string name, std::string text, ZoneCache& zones, ParseOptions options = {});

// What the main file is written in.
enum class Language { schedules, crontab };

struct LoadOptions {
  Language language = Language::schedules;
  std::optional<CrontabFormat> crontab_format;  // none: it is guessed
  std::optional<std::uint64_t> salt_in_force;
  std::optional<OwnAccount> only_as;
  Distrust distrust = Distrust::ignore;
  EmptyFile empty = EmptyFile::refused;
  std::optional<WallTime> lint_at;
  Callables* callables = nullptr;
  Plugins plugins = Plugins::load;
  std::function<std::optional<Millis>(const std::string& job)> last_duration = {};  // for the warnings
  Earlier before = {};
};

// The same, of files on disk. Of a crontab the text in `files` is what it means as a schedules.yaml.
Loaded load_config(const std::string& path, ZoneCache& zones, LoadOptions options = {});

// The same, of what may become the text of a file: `text` in the place of the main one's.
Loaded load_text(const std::string& path, std::string text, ZoneCache& zones, LoadOptions options = {});

// The salt of this machine.
std::uint64_t machine_salt();

}  // namespace belfry::config
