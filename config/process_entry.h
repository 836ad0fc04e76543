// What the file says about a job's process. What is not said stays as it was: in the end as ProcessSettings has it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <belfry/process_settings.h>

#include <config/types.h>

namespace belfry::config {

// `512M`, `1GiB`, `10MiB`, `4096`: bytes. K, M, G and T are powers of 1024, as in systemd and Compose.
struct Size {
  std::int64_t bytes = 0;
};

// A user or group: a name, or a number.
struct Account {
  std::string name;
};

// "0022": octal, always in quotes or with a leading 0, as everybody writes it.
struct Umask {
  unsigned bits = 0;
};

// SIGINT, INT or a number.
struct SignalNumber {
  int number = 0;
};

struct OutputEntry {
  std::optional<Size> max;
  std::optional<bool> journal;
};

struct LimitsEntry {
  std::optional<Size> memory;
  std::optional<double> cpus;
  std::optional<std::int64_t> pids;
  std::optional<std::int64_t> open_files;
  std::optional<int> nice;
  std::optional<IoPriority> io;
};

struct ProcessEntry {
  std::optional<Account> user;
  std::optional<Account> group;
  std::optional<Umask> umask;
  std::optional<Path> env_file;
  std::optional<std::string> stdin_text;
  OutputEntry output;
  std::optional<Leftovers> leftovers;
  std::optional<SignalNumber> stop_signal;
  std::optional<Millis> stop_grace_period;
  std::optional<Millis> start_deadline;
  LimitsEntry limits;
  std::optional<Script> only_if;
};

ProcessSettings settings_of(const ProcessEntry& entry);

extern const Table<OutputEntry> output_table;
extern const Table<LimitsEntry> limits_table;

template <>
struct Words<Leftovers> {
  static constexpr std::string_view words = "kill, wait or leave";
  static constexpr std::array known{Word<Leftovers>{"kill", Leftovers::kill}, Word<Leftovers>{"wait", Leftovers::wait},
                                    Word<Leftovers>{"leave", Leftovers::leave}};
  static constexpr std::array foreign{ForeignWord{"control-group", "kill", "systemd's"},
                                      ForeignWord{"process", "leave", "systemd's"},
                                      ForeignWord{"none", "leave", "systemd's"}};
};

template <>
struct Words<IoPriority> {
  static constexpr std::string_view words = "idle, low, normal or high";
  static constexpr std::array known{
      Word<IoPriority>{"idle", IoPriority::idle}, Word<IoPriority>{"low", IoPriority::low},
      Word<IoPriority>{"normal", IoPriority::normal}, Word<IoPriority>{"high", IoPriority::high}};
};

template <>
struct Type<Size> {
  static constexpr std::string_view words = "a size such as 512M or 1GiB";
  static constexpr std::array shapes{
      Shape{.kind = Shape::Kind::integer},
      Shape{.kind = Shape::Kind::pattern, .pattern = "^[0-9]+(B|K|KiB|M|MiB|G|GiB|T|TiB)?$"}};
  static std::optional<Size> read(Reader& reader, Node node, Range range);
};

template <>
struct Type<Account> {
  static constexpr std::string_view words = "a name or a number";
  static constexpr auto shapes = shapes::text;
  static std::optional<Account> read(Reader& reader, Node node);
};

template <>
struct Type<Umask> {
  static constexpr std::string_view words = "three or four octal digits in quotes, such as \"0022\"";
  static constexpr std::array shapes{Shape{.kind = Shape::Kind::pattern, .pattern = "^[0-7]{3,4}$"},
                                     Shape{.kind = Shape::Kind::integer}};
  static std::optional<Umask> read(Reader& reader, Node node);
};

template <>
struct Type<SignalNumber> {
  static constexpr std::string_view words = "a signal such as SIGTERM or SIGINT";
  static constexpr auto shapes = shapes::text;
  static std::optional<SignalNumber> read(Reader& reader, Node node);
};

template <>
struct Type<OutputEntry> {
  static constexpr std::string_view words = "a map such as { max: 10MiB }";
  static constexpr std::array shapes{Shape{.kind = Shape::Kind::fields, .rules = &output_table.rules}};
  static void merge(Reader& reader, Node node, OutputEntry& entry);
};

template <>
struct Type<LimitsEntry> {
  static constexpr std::string_view words = "a map such as { memory: 512M, nice: 10 }";
  static constexpr std::array shapes{Shape{.kind = Shape::Kind::fields, .rules = &limits_table.rules}};
  static void merge(Reader& reader, Node node, LimitsEntry& entry);
};

}  // namespace belfry::config
