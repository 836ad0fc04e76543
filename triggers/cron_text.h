// Fields as text: the canonical cron line. What it says, the cron parser reads back as the same fields.
#pragma once

#include <string>

#include <triggers/dst.h>
#include <triggers/fields.h>
#include <triggers/time_class.h>

namespace belfry {

// "30 2 * * *": 5 fields where the second is 0 and any year will do, else 6 or 7. Where the class could not be told
// from the fields, the word `recurring` follows.
std::string cron_text(const Fields& fields, TimeClass time_class);

// " skipped=shift repeated=last": what differs from the default, else nothing.
std::string dst_text(DstPolicy dst);

}  // namespace belfry
