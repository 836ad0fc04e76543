// Normal form -> Schedule: the way back from Schedule::normal_form(), for a definition of which nothing else is left.
//
// What comes back is due at the same instants. Names of calendars, jitter and spread do not stand in a normal form, so
// it has none of them.
//
// Pure. THREADS: any.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include <belfry/error.h>
#include <belfry/schedule.h>
#include <belfry/zone.h>

namespace belfry {

using FindZone = std::function<Result<std::shared_ptr<const Zone>>(std::string_view name)>;

// bad_input: nothing has this normal form; or what `find_zone` said.
Result<Schedule> read_normal_form(std::string_view form, const FindZone& find_zone);

}  // namespace belfry
