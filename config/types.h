// What may stand behind a key: for each C++ type that a member of an entry can have, how it is read and what it is
// called. Scalars are typed here and nowhere else (F49): a text is taken as it is written, so `0123` and `on` stay what
// they are; true and false are these two words; nothing is ever octal.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <belfry/job.h>
#include <belfry/zone.h>

#include <config/fields.h>
#include <config/words.h>
#include <triggers/dst.h>

namespace belfry::config {

// A text together with its place in the file: for what is parsed further, and may be wrong in the middle.
struct MarkedText {
  std::string_view text;
  Node node;
};

// A scalar as it is written. A NUL, which "\0" makes, would cut the text where it meets the operating system. Empty: it
// is no text, which has been reported.
std::optional<std::string_view> read_text(Reader& reader, Node node, std::string_view expected);

// The names of other jobs; at least one.
struct JobReferences {
  std::vector<MarkedText> jobs;
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
  static constexpr auto shapes = shapes::text;
  static std::optional<MarkedText> read(Reader& reader, Node node);
};

template <>
struct Type<std::string> {
  static constexpr std::string_view words = "a text";
  static constexpr auto shapes = shapes::text;
  static std::optional<std::string> read(Reader& reader, Node node);
};

template <>
struct Type<bool> {
  static constexpr std::string_view words = "true or false";
  static constexpr auto shapes = shapes::boolean;
  static std::optional<bool> read(Reader& reader, Node node);
};

template <>
struct Type<FormatVersion> {
  static constexpr std::string_view words = "1";
  static constexpr std::array shapes{Shape{.kind = Shape::Kind::integer}};
  static std::optional<FormatVersion> read(Reader& reader, Node node);
};

template <>
struct Type<Path> {
  static constexpr std::string_view words = "an absolute path";
  static constexpr auto shapes = shapes::path;
  static std::optional<Path> read(Reader& reader, Node node);
};

template <>
struct Type<Millis> {
  static constexpr std::string_view words = "a duration such as 90s or 1h30m";
  static constexpr auto shapes = shapes::duration;
  static std::optional<Millis> read(Reader& reader, Node node, Range range);
};

// Whole numbers, in decimal digits. Their ranges stand in the tables.
template <>
struct Type<std::int64_t> {
  static constexpr std::string_view words = "a whole number";
  static constexpr auto shapes = shapes::integer;
  static std::optional<std::int64_t> read(Reader& reader, Node node, Range range);
};

template <std::integral T>
  requires(!std::same_as<T, bool> && !std::same_as<T, std::int64_t>)
struct Type<T> {
  static constexpr std::string_view words = Type<std::int64_t>::words;
  static constexpr auto shapes = shapes::integer;
  // REQUIRES: every number of the range is a T.
  static std::optional<T> read(Reader& reader, Node node, Range range) {
    const auto number = Type<std::int64_t>::read(reader, node, range);
    return number ? std::optional(static_cast<T>(*number)) : std::nullopt;
  }
};

// A number above zero, with or without a fraction. The range has whole bounds.
template <>
struct Type<double> {
  static constexpr std::string_view words = "a number such as 2 or 1.5";
  static constexpr auto shapes = shapes::number;
  static std::optional<double> read(Reader& reader, Node node, Range range);
};

template <>
struct Words<SkippedTime> {
  static constexpr std::string_view words = "run, shift or skip";
  static constexpr std::array known{Word<SkippedTime>{"run", SkippedTime::run},
                                    Word<SkippedTime>{"shift", SkippedTime::shift},
                                    Word<SkippedTime>{"skip", SkippedTime::skip}};
};

template <>
struct Words<RepeatedTime> {
  static constexpr std::string_view words = "first, last or both";
  static constexpr std::array known{Word<RepeatedTime>{"first", RepeatedTime::first},
                                    Word<RepeatedTime>{"last", RepeatedTime::last},
                                    Word<RepeatedTime>{"both", RepeatedTime::both}};
};

template <>
struct Type<std::vector<MarkedText>> {
  static constexpr std::string_view words = "a list of texts";
  static constexpr auto shapes = shapes::texts;
  static std::optional<std::vector<MarkedText>> read(Reader& reader, Node node);
};

template <>
struct Type<JobReferences> {
  static constexpr std::string_view words = "the name of a job, or a list of names";
  static constexpr std::array shapes{Shape{}, Shape{.kind = Shape::Kind::list, .of = shapes::text}};
  static std::optional<JobReferences> read(Reader& reader, Node node);
};

template <>
struct Type<std::vector<std::string>> {
  static constexpr std::string_view words = "a list of texts";
  static constexpr auto shapes = shapes::texts;
  static std::optional<std::vector<std::string>> read(Reader& reader, Node node);
};

// Variables that are not named keep their values.
template <>
struct Type<std::vector<EnvironmentVariable>> {
  static constexpr std::string_view words = "a map of names to texts";
  static constexpr auto shapes = shapes::text_map;
  static void merge(Reader& reader, Node node, std::vector<EnvironmentVariable>& variables);
};

template <>
struct Type<Script> {
  static constexpr std::string_view words = "a shell script";
  static constexpr auto shapes = shapes::text;
  static std::optional<Script> read(Reader& reader, Node node);
};

template <>
struct Type<Command> {
  static constexpr std::string_view words = "a list: the program, then its arguments";
  static constexpr auto shapes = shapes::texts;
  static std::optional<Command> read(Reader& reader, Node node);
};

template <>
struct Type<std::shared_ptr<const Zone>> {
  static constexpr std::string_view words = "the name of a time zone, such as Europe/Berlin";
  static constexpr auto shapes = shapes::text;
  static std::optional<std::shared_ptr<const Zone>> read(Reader& reader, Node node);
};

template <>
struct Words<Script::Shell> {
  static constexpr std::string_view words = "sh or bash";
  static constexpr std::array known{Word<Script::Shell>{"sh", Script::Shell::sh},
                                    Word<Script::Shell>{"bash", Script::Shell::bash}};
  static constexpr std::array foreign{ForeignWord{"/bin/sh", "sh", "the path"},
                                      ForeignWord{"/bin/bash", "bash", "the path"},
                                      ForeignWord{"/usr/bin/bash", "bash", "the path"}};
};

}  // namespace belfry::config
