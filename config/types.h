// What may stand behind a key: for each C++ type that a member of an entry can have, how it is read and what it is
// called. Scalars are typed here and nowhere else (F49): a text is taken as it is written, so `0123` and `on` stay what
// they are; true and false are these two words; nothing is ever octal.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <belfry/job.h>
#include <belfry/zone.h>

#include <config/fields.h>
#include <triggers/dst.h>

namespace belfry::config {

// A text together with its place in the file: for what is parsed further, and may be wrong in the middle.
struct MarkedText {
  std::string_view text;
  Node node;
};

// `version:` of the file's format. There is one.
struct FormatVersion {};

// An absolute path.
struct Path {
  std::string text;
};

template <>
struct Type<MarkedText> {
  static constexpr std::string_view words = "a text";
  static std::optional<MarkedText> read(Reader& reader, Node node);
};

template <>
struct Type<std::string> {
  static constexpr std::string_view words = "a text";
  static std::optional<std::string> read(Reader& reader, Node node);
};

template <>
struct Type<bool> {
  static constexpr std::string_view words = "true or false";
  static std::optional<bool> read(Reader& reader, Node node);
};

template <>
struct Type<FormatVersion> {
  static constexpr std::string_view words = "1";
  static std::optional<FormatVersion> read(Reader& reader, Node node);
};

template <>
struct Type<Path> {
  static constexpr std::string_view words = "an absolute path";
  static std::optional<Path> read(Reader& reader, Node node);
};

template <>
struct Type<Millis> {
  static constexpr std::string_view words = "a duration such as 90s or 1h30m";
  static std::optional<Millis> read(Reader& reader, Node node);
};

template <>
struct Type<SkippedTime> {
  static constexpr std::string_view words = "run, shift or skip";
  static std::optional<SkippedTime> read(Reader& reader, Node node);
};

template <>
struct Type<RepeatedTime> {
  static constexpr std::string_view words = "first, last or both";
  static std::optional<RepeatedTime> read(Reader& reader, Node node);
};

template <>
struct Type<std::vector<MarkedText>> {
  static constexpr std::string_view words = "a list of texts";
  static std::optional<std::vector<MarkedText>> read(Reader& reader, Node node);
};

template <>
struct Type<std::vector<std::string>> {
  static constexpr std::string_view words = "a list of texts";
  static std::optional<std::vector<std::string>> read(Reader& reader, Node node);
};

template <>
struct Type<std::vector<EnvironmentVariable>> {
  static constexpr std::string_view words = "a map of names to texts";
  static std::optional<std::vector<EnvironmentVariable>> read(Reader& reader, Node node);
};

template <>
struct Type<Script> {
  static constexpr std::string_view words = "a shell script";
  static std::optional<Script> read(Reader& reader, Node node);
};

template <>
struct Type<Command> {
  static constexpr std::string_view words = "a list: the program, then its arguments";
  static std::optional<Command> read(Reader& reader, Node node);
};

template <>
struct Type<std::shared_ptr<const Zone>> {
  static constexpr std::string_view words = "the name of a time zone, such as Europe/Berlin";
  static std::optional<std::shared_ptr<const Zone>> read(Reader& reader, Node node);
};

template <>
struct Type<Script::Shell> {
  static constexpr std::string_view words = "sh or bash";
  static std::optional<Script::Shell> read(Reader& reader, Node node);
};

}  // namespace belfry::config
