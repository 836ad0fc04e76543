// What the bench measures with, and how it tells.
#pragma once

#include <cstddef>
#include <cstdint>

namespace belfry::bench {

std::int64_t cpu_ns();  // of this thread

// Of this program, since it began. Every allocation is counted.
std::int64_t allocations();
std::int64_t allocated_bytes();  // and not freed

// "name value unit target ... done"
void print(const char* name, double value, const char* unit, double target);

void bench_heap();

}  // namespace belfry::bench
