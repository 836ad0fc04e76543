// The canonical text of a job's triggers.
#pragma once

#include <string>
#include <string_view>

#include <belfry/job.h>

namespace belfry {

// One canonical text for everything that says when a job is due. Two jobs with the same text are due alike, as far as
// anybody can say beforehand.
std::string triggers_normal_form(const Job& job);

// The part of such a text that Schedule::normal_form() gave, "manual" where it gave none: what is known of the instants
// at which a job was due.
std::string schedule_form(std::string_view triggers_form);

// Whether a job with such a form comes after any end of others, and not only after a success.
bool comes_after_any_end(const std::string& form);

}  // namespace belfry
