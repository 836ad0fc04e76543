// What the ledger is told, for people who read a trace.
#pragma once

#include <string>

#include <belfry/record.h>

namespace belfry::sim {

std::string in_words(const Run& run);
std::string in_words(const Record& record);  // what is decided: "open job-1 533D3T7H (schedule, by r9)"

}  // namespace belfry::sim
