// YAML in: text to tree. Behind it stands yaml-cpp, and yaml.cpp is the only file that names it.
//
// What yaml-cpp lets pass is caught here: aliases without end, bombs, unclosed quotes, tags, a second document. What
// it says about a file that is not YAML is put into words for people (syntax_error.h).
#pragma once

#include <optional>

#include <config/problem.h>
#include <config/tree.h>
#include <config/tree_builder.h>

namespace belfry::config {

// The tree, or none if the text is not YAML, breaks a limit, or contains what no configuration needs. A scalar that
// lacks its quotes is reported and leaves a `broken` node, so that the rest of the file can be checked as well: a
// tree does not mean that there are no problems.
std::optional<Tree> parse_yaml(const Source& source, Limits limits, Problems& problems);

}  // namespace belfry::config
