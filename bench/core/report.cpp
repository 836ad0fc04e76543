#include <malloc.h>
#include <time.h>

#include <cstdio>
#include <cstdlib>
#include <new>

#include <bench/core/report.h>

namespace {

std::int64_t count = 0;
std::int64_t bytes = 0;

void* allocate(std::size_t size) {
  void* memory = std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  ++count;
  bytes += static_cast<std::int64_t>(::malloc_usable_size(memory) + sizeof(std::size_t));  // and malloc's own word
  return memory;
}

void release(void* memory) {
  if (memory == nullptr) return;
  bytes -= static_cast<std::int64_t>(::malloc_usable_size(memory) + sizeof(std::size_t));
  std::free(memory);
}

}  // namespace

void* operator new(std::size_t size) { return allocate(size); }
void operator delete(void* memory) noexcept { release(memory); }
void operator delete(void* memory, std::size_t) noexcept { release(memory); }

namespace belfry::bench {

std::int64_t cpu_ns() {
  timespec t{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return t.tv_sec * 1'000'000'000LL + t.tv_nsec;
}

std::int64_t allocations() { return count; }
std::int64_t allocated_bytes() { return bytes; }

void print(const char* name, double value, const char* unit, double target) {
  std::printf("%-40s %12.1f %-6s target %10.0f ... %s\n", name, value, unit, target,
              value <= target ? "done" : "falls short");
}

}  // namespace belfry::bench
