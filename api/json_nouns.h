// The nouns as JSON, each wherever it stands in the API's documents (api/json.h).
//
// Private to this room. nlohmann/json is slow to compile: beside body.cpp only json.cpp and json_nouns.cpp include it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include <api/backend.h>
#include <api/json.h>
#include <api/problem.h>

namespace belfry::api {

using Json = nlohmann::ordered_json;  // keys in the order in which people read them

// As a line. What is not UTF-8 is mended.
std::string write(const Json& value);

Json or_null(std::string_view word);
Json time_of(WallTime t);
Json time_of(const std::optional<WallTime>& t);

Json action_of(const Job& job);

Json to_json(const Arguments& arguments);
Json to_json(const Event& event);
Json to_json(const FileProblem& problem);
Json to_json(const JobView& view);
Json to_json(const ParamDefinition& param);
Json to_json(const Params& params);
Json to_json(const Policies& policies);
Json to_json(const Problem::Flaw& flaw);
Json to_json(const QueueView& queue);
Json to_json(const Run& run);
Json to_json(const SlotRow& row);
Json to_json(const SlotsDecided& decided);
Json to_json(const UpcomingSlot& slot);
Json to_json(const Value& value);
Json to_json(const Warning& warning);
Json to_json(const std::optional<Backfill>& backfill);
Json to_json(const std::optional<Pause>& pause);

template <class Items>
Json list_of(const Items& items) {
  Json list = Json::array();
  for (const auto& item : items) list.push_back(to_json(item));
  return list;
}

}  // namespace belfry::api
