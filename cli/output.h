// The two ways out: the answer on stdout, hints on stderr.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <belfry/zone.h>

#include <cli/context.h>

namespace belfry::cli {

// Byte for byte.
void print(std::string_view answer);

// The line below a table: what it comes to, and in which zone its times are. Not with -q.
void print_footer(const Context& context, std::string_view line);

// A line that helps a person and would be in the way of a program; not with -q, not with --json.
void hint(const Context& context, std::string_view line);

// The zone to show times in; UTC where this machine does not know it.
std::shared_ptr<const Zone> zone_named(const std::string& name);

}  // namespace belfry::cli
