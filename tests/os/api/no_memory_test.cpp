// F12: each allocation on the way of a request fails in turn. Of a larger one nothing but std::bad_alloc comes out,
// which the server answers with 503 (server_test.cpp), and the next request finds everything as it was. A small one is
// served from the reserve, because the JSON library takes a little even in a destructor, where nothing may fail. A
// program of its own, because it brings its own operator new.
#include <cstdlib>
#include <new>

#include <doctest/doctest.h>

#include <api/route_table.h>
#include <api/routes.h>
#include <base/memory.h>
#include <tests/support/fake_backend.h>

namespace {

constexpr std::size_t larger = 8192;
bool is_armed = false;
int allocations_left = 0;
int until_reserve = -1;  // so many are served before one needs the reserve; less than none: none does

void* allocate(std::size_t size) {
  if (is_armed && size >= larger && allocations_left-- == 0) {
    is_armed = false;  // what cleans up may allocate
    throw std::bad_alloc();
  }
  if (until_reserve >= 0 && until_reserve-- == 0) {
    const std::new_handler handler = std::get_new_handler();
    if (handler == nullptr) throw std::bad_alloc();
    handler();
  }
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t size) { return allocate(size); }
void* operator new[](std::size_t size) { return allocate(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace belfry::tests {

namespace {

using namespace belfry::api;

struct World {
  FakeBackend backend;
  Routes routes{backend, Roles(0, {})};

  World() {
    backend.add_job("backup").description = std::string(2000, 'd');
    for (int n = 0; n < 30; ++n) backend.add_job("job-" + std::to_string(n));
    for (std::uint64_t n = 1; n <= 60; ++n) backend.past.kept.push_back(make_run("backup", n));
    backend.output["both"] = std::string(100'000, 'x');
  }
  Request request(const Route& route) const {
    std::string target(route.path);
    if (const auto place = target.find("{}"); place != std::string::npos) {
      const bool is_run = target.starts_with("/v1/runs");
      target.replace(place, 2, is_run ? backend.past.kept[0].id.text() : "backup");
    }
    return {.method = std::string(route.method), .target = target, .headers = {}, .body = "", .peer = {}};
  }
};

}  // namespace

TEST_CASE(
    "api/routes: F12 whichever allocation of a request fails, nothing else happens, and the next one is answered") {
  int failed = 0;
  for (const Route& route : all_routes()) {
    CAPTURE(route.method);
    CAPTURE(route.path);
    for (int nth = 0;; ++nth) {
      CAPTURE(nth);
      World world;
      const Request request = world.request(route);
      int answers = 0;
      const Reply reply = [&answers](const Response&) { ++answers; };
      allocations_left = nth;
      is_armed = true;
      bool has_failed = false;
      try {
        world.routes.handle(request, reply);
      } catch (const std::bad_alloc&) {
        has_failed = true;
      }
      is_armed = false;
      if (!has_failed) break;
      ++failed;
      CHECK(answers <= 1);
      int status = 0;
      world.routes.handle({.method = "GET", .target = "/v1/jobs", .headers = {}, .body = "", .peer = {}},
                          [&status](const Response& response) { status = response.status; });
      CHECK(status == 200);
      REQUIRE(nth < 10'000);
    }
  }
  MESSAGE(failed << " allocations of " << all_routes().size() << " routes");
  CHECK(failed > 10);
}

TEST_CASE("api/routes: F12 a request in which memory runs out is answered from the reserve") {
  constexpr int stride = 7;
  keep_memory_reserve();
  int served = 0;
  for (const Route& route : all_routes()) {
    CAPTURE(route.method);
    CAPTURE(route.path);
    for (int nth = 0;; nth += stride) {
      CAPTURE(nth);
      int statuses[2] = {};
      for (int& status : statuses) {
        World world;
        const Request request = world.request(route);
        const Reply reply = [&status](const Response& response) { status = response.status; };
        until_reserve = &status == &statuses[1] ? nth : -1;
        world.routes.handle(request, reply);
      }
      const bool was_needed = until_reserve < 0;
      until_reserve = -1;
      if (!was_needed) break;
      ++served;
      CHECK(statuses[1] == statuses[0]);
      CHECK(renew_memory_reserve() == MemoryNews::ran_out);
      REQUIRE(nth < 1'000'000);
    }
  }
  MESSAGE(served << " allocations of " << all_routes().size() << " routes");
  CHECK(served > 100);
}

}  // namespace belfry::tests
