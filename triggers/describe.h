// Fields in plain English.
#pragma once

#include <string>

#include <triggers/fields.h>

namespace belfry {

// "At 02:30 every day", "Every 15 minutes from 09:00 to 16:45, Monday to Friday".
std::string describe(const Fields& fields);

}  // namespace belfry
