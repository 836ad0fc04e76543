#include <optional>
#include <utility>

#include <base/hash.h>
#include <base/text.h>
#include <config/accepted.h>

namespace belfry::config {

namespace {

constexpr std::string_view magic = "belfry configuration 1";

std::string seal(std::string_view body) { return std::to_string(hash_text(body)); }

std::string framed(std::string_view text) { return std::to_string(text.size()) + "\n" + std::string(text) + "\n"; }

std::optional<std::string> take_framed(std::string_view& rest) {
  const auto newline = rest.find('\n');
  if (newline == std::string_view::npos) return std::nullopt;
  const auto size = parse_unsigned(rest.substr(0, newline));
  rest.remove_prefix(newline + 1);
  if (!size || *size >= rest.size()) return std::nullopt;
  std::string text(rest.substr(0, *size));
  rest.remove_prefix(*size + 1);
  return text;
}

std::optional<std::vector<FileText>> files_in(std::string_view packed) {
  const std::string head = std::string(magic) + "\n";
  if (!packed.starts_with(head)) return std::nullopt;
  packed.remove_prefix(head.size());
  const auto sealed = take_framed(packed);
  if (!sealed || *sealed != seal(packed)) return std::nullopt;
  std::vector<FileText> files;
  while (!packed.empty()) {
    auto name = take_framed(packed);
    auto pattern = take_framed(packed);
    auto text = take_framed(packed);
    if (!name || !pattern || !text) return std::nullopt;
    files.push_back({.name = std::move(*name), .text = std::move(*text), .pattern = std::move(*pattern)});
  }
  return files;
}

Error unusable(std::string what) { return Error::bad_input("the copy of the last accepted configuration " + what); }

}  // namespace

std::string pack(const LoadedConfig& accepted) {
  std::string body;
  for (const FileText& file : accepted.files) body += framed(file.name) + framed(file.pattern) + framed(file.text);
  return std::string(magic) + "\n" + framed(seal(body)) + body;
}

Result<LoadedConfig> unpack(const std::string& packed, const std::string& main_file, ZoneCache& zones,
                            Callables* callables) {
  const auto files = files_in(packed);
  if (!files || files->empty()) return std::unexpected(unusable("is damaged"));
  if (files->front().name != main_file) return std::unexpected(unusable("is of " + files->front().name));
  const auto expand = [&](const std::string& pattern) -> Result<std::vector<FileText>> {
    std::vector<FileText> matching;
    for (const FileText& file : *files) {
      if (file.pattern == pattern) matching.push_back(file);
    }
    return matching;
  };
  // What was accepted with --allow-empty stays accepted.
  auto loaded = parse_config(main_file, files->front().text, zones,
                             {.salt = machine_salt(),
                              .salt_in_force = {},
                              .only_as = {},
                              .empty = EmptyFile::allowed,
                              .lint_at = {},
                              .callables = callables,
                              .distrust_of_plugins = Distrust::refuse,
                              .expand = expand});
  if (!loaded) return std::unexpected(unusable("is not accepted any more:\n" + render(loaded.error())));
  return *std::move(loaded);
}

}  // namespace belfry::config
