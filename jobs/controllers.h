// Controllers of cgroup v2: what the kernel can bound for a group of processes, and what a job's limits need of them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <belfry/process_settings.h>

namespace belfry {

class Controllers {
 public:
  enum class One : std::uint8_t { cpu, io, memory, pids };

  constexpr Controllers() = default;

  // Of the kernel's words, "cpu memory pids"; others are left out.
  static Controllers parse(std::string_view words);
  // Those without which these limits do not hold. `io` is none of them: the priority of each process does most of it,
  // and find_io_attention() says where that is heeded.
  static Controllers needed_for(const ProcessLimits& limits);
  // Those that these limits make use of.
  static Controllers used_by(const ProcessLimits& limits);

  constexpr bool has(One one) const { return (bits_ & bit(one)) != 0; }
  constexpr bool is_empty() const { return bits_ == 0; }
  constexpr void add(One one) { bits_ |= bit(one); }
  constexpr void add(Controllers others) { bits_ |= others.bits_; }
  constexpr Controllers without(Controllers others) const {
    Controllers rest = *this;
    rest.bits_ &= static_cast<std::uint8_t>(~others.bits_);
    return rest;
  }
  std::string words() const;  // "cpu memory"; in the order of the kernel
  bool operator==(const Controllers&) const = default;

 private:
  static constexpr std::uint8_t bit(One one) { return static_cast<std::uint8_t>(1U << static_cast<unsigned>(one)); }

  std::uint8_t bits_ = 0;
};

}  // namespace belfry
