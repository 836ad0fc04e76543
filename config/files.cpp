#include <glob.h>

#include <filesystem>
#include <memory>

#include <base/file.h>
#include <base/os.h>
#include <base/try.h>
#include <config/files.h>

namespace belfry::config {

namespace {

bool is_pattern(std::string_view text) { return text.find_first_of("*?[") != std::string_view::npos; }

Result<std::vector<std::string>> names_matching(const std::string& pattern) {
  glob_t found{};
  const int status = ::glob(pattern.c_str(), 0, nullptr, &found);
  const std::unique_ptr<glob_t, decltype(&::globfree)> freed(&found, &::globfree);
  if (status == GLOB_NOMATCH) return std::vector<std::string>{};
  if (status != 0) return std::unexpected(Error::failed("the files of " + pattern + " cannot be listed"));
  if (found.gl_pathc > included_max) {
    return std::unexpected(
        Error::bad_input(pattern + " stands for more than " + std::to_string(included_max) + " files"));
  }
  return std::vector<std::string>(found.gl_pathv, found.gl_pathv + found.gl_pathc);
}

}  // namespace

// A FIFO would keep the reader waiting, a device has no end.
Result<std::string> read_regular(const std::string& path) {
  std::error_code error;
  const auto type = std::filesystem::status(path, error).type();
  using Type = std::filesystem::file_type;
  const bool may_be_read = type == Type::regular || type == Type::directory || type == Type::not_found || error;
  if (!may_be_read) return std::unexpected(Error::bad_input(path + " is no regular file"));
  return read_file(path);
}

std::string included_path(const std::string& main_file, std::string_view pattern) {
  return (std::filesystem::path(main_file).parent_path() / pattern).string();
}

Result<std::vector<FileText>> read_included(const std::string& main_file, std::string_view pattern) {
  const std::string path = included_path(main_file, pattern);
  std::vector<std::string> names{path};
  if (is_pattern(pattern)) names = TRY(names_matching(path));
  std::vector<FileText> files;
  for (std::string& name : names) {
    std::string text = TRY(read_regular(name));
    files.push_back({std::move(name), std::move(text), std::string(pattern)});
  }
  return files;
}

}  // namespace belfry::config
