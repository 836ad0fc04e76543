// Bugs that are planted in a copy of the core, to see whether the simulation finds them. mutants.txt describes each;
// plant.py makes the copy.
#pragma once

#include <vector>

namespace belfry::sim {

struct Mutant {
  const char* name;
  const char* what;
  const char* not_found_because;  // empty: it has to be found
};

extern const std::vector<Mutant> mutants;

// The number of the one at work, from 1. 0: none, and the copy decides like the core.
extern int planted;

}  // namespace belfry::sim
