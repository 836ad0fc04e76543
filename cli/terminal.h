// What the answer is written to: a terminal of some width, with or without colours, or a file.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <cli/context.h>
#include <cli/surroundings.h>

namespace belfry::cli {

enum class Emphasis { plain, good, bad, busy, faint };

struct Terminal {
  static constexpr std::size_t unlimited = SIZE_MAX;

  std::size_t width = unlimited;  // in columns; a file has no width
  bool has_colours = false;       // a terminal, unless --no-color, NO_COLOR or TERM=dumb say otherwise

  static bool is_stdout();  // whether it is a terminal at all
  static Terminal of_stdout(const Context& context, const Surroundings& around);
  static Terminal of_stderr(const Context& context, const Surroundings& around);

  std::string paint(std::string_view text, Emphasis emphasis) const;
};

}  // namespace belfry::cli
