// The files of a configuration: the one that is named, and those that it includes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <belfry/error.h>

namespace belfry::config {

struct FileText {
  std::string name;  // the path, as messages and the watch call it
  std::string text;
  std::string pattern = {};  // of `include:`, by which it came in; empty: the main file
  bool operator==(const FileText&) const = default;
};

// The content of a file, and of nothing that only looks like one (S37).
Result<std::string> read_regular(const std::string& path);

// A pattern of `include:` as a path: relative ones begin in the directory of the main file.
std::string included_path(const std::string& main_file, std::string_view pattern);

// The files that the pattern stands for, in the order of their names. A name without * ? [ must exist; a pattern may
// match nothing. At most `included_max`.
Result<std::vector<FileText>> read_included(const std::string& main_file, std::string_view pattern);

inline constexpr std::size_t included_max = 1'000;

}  // namespace belfry::config
