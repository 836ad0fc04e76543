// What an event says, in a sentence: the one place that words them, for the command line and for whoever asks the API.
// Pure.
#pragma once

#include <functional>
#include <string>

#include <belfry/event.h>

namespace belfry {

// `time` writes an instant as the reader's clock reads it. The job of the event is not named: it stands beside.
std::string sentence_of(const Event& event, const std::function<std::string(WallTime)>& time);

}  // namespace belfry
