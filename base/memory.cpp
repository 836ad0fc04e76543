#include <malloc.h>

#include <atomic>
#include <cstdlib>

#include <base/memory.h>

namespace belfry {

namespace {

constexpr std::size_t reserve_bytes = std::size_t{1} << 20U;

std::atomic<void*> reserve = nullptr;
std::atomic<bool> has_run_out = false;
bool was_gone = false;

// The allocation is tried again after it; where there is nothing to free any more it must throw.
void free_reserve() {
  void* const block = reserve.exchange(nullptr);
  if (block == nullptr) throw std::bad_alloc();
  has_run_out = true;
  std::free(block);
}

// Never touched: what is set aside is room for addresses, which is what such a process is short of.
bool set_aside() {
  if (reserve.load() == nullptr) reserve = std::malloc(reserve_bytes);
  return reserve.load() != nullptr;
}

}  // namespace

void give_back_free_memory() {
#ifdef __GLIBC__
  ::malloc_trim(0);
#endif
}

void keep_memory_reserve() {
  was_gone = !set_aside();
  std::set_new_handler(free_reserve);
}

MemoryNews renew_memory_reserve() {
  if (reserve.load() != nullptr) return MemoryNews::none;
  const bool is_back = set_aside() && was_gone;
  was_gone = reserve.load() == nullptr;
  if (has_run_out.exchange(false)) return MemoryNews::ran_out;
  return is_back ? MemoryNews::is_back : MemoryNews::none;
}

}  // namespace belfry
