// Names of things: jobs by name, runs by id, the instants a job is due by slot.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <belfry/error.h>
#include <belfry/shared_text.h>
#include <belfry/time.h>

namespace belfry {

// A job's name: [A-Za-z0-9][A-Za-z0-9._-]{0,127}. It appears in paths, logs and terminals as it is, which is
// why nothing else is allowed.
class JobName {
 public:
  static constexpr std::size_t length_max = 128;

  static Result<JobName> parse(std::string_view text);

  const std::string& text() const { return text_.str(); }
  auto operator<=>(const JobName&) const = default;

 private:
  explicit JobName(std::string text) : text_(std::move(text)) {}
  SharedText text_;
};

// A run's id: a ULID. 48 bits of creation time, then 80 bits of a hash of the ledger's identity and a sequence
// number: the core makes ids without a random device, two ledgers never make the same one, and ids sort by time.
// Written as 26 characters of Crockford's base 32.
struct RunId {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  static constexpr std::size_t text_length = 26;

  static RunId make(WallTime created, std::uint64_t ledger_identity, std::uint64_t sequence);
  static std::optional<RunId> parse(std::string_view text);  // exactly 26 characters, either case
  std::string text() const;
  WallTime created() const;

  auto operator<=>(const RunId&) const = default;
};

// How often a wrong clock was put right for a job (S16). With it a slot's key never repeats, although the
// instants do.
enum class Era : std::uint32_t {};

// One nominal due time of one job. (job, era, at) is its identity, in memory and in the ledger.
struct Slot {
  Era era{};
  WallTime at;

  auto operator<=>(const Slot&) const = default;
};

// One start of an action. `launch` counts the times this same attempt was handed to a minder: it grows only when
// it was proved that the earlier launch never executed, and never will. It is part of the run directory's name.
struct AttemptId {
  RunId run;
  std::uint32_t attempt = 1;
  std::uint32_t launch = 1;

  auto operator<=>(const AttemptId&) const = default;
};

// The kernel's name for one boot of the machine (/proc/sys/kernel/random/boot_id).
struct BootId {
  SharedText text;

  auto operator<=>(const BootId&) const = default;
};

}  // namespace belfry

template <>
struct std::hash<belfry::RunId> {
  std::size_t operator()(const belfry::RunId& id) const noexcept { return id.low ^ id.high; }
};
