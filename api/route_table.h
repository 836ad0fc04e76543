// Every address of the API in one table: what it takes, who may use it, and who answers.
#pragma once

#include <span>
#include <string_view>

#include <api/call.h>
#include <api/roles.h>

namespace belfry::api {

struct Route {
  std::string_view method;
  std::string_view path;        // {} stands for one segment
  std::string_view parameters;  // of the query, separated by spaces
  Role needed;
  Handler handler;
};

std::span<const Route> all_routes();

}  // namespace belfry::api
