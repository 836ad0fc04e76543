// One thing for people: names on the left, what there is to say on the right.
#pragma once

#include <string>
#include <vector>

#include <cli/terminal.h>

namespace belfry::cli {

class Fields {
 public:
  // Left out where there is nothing to say. A value of several lines is indented as one block, and so is a long one.
  void add(std::string name, std::string value, Emphasis emphasis = Emphasis::plain);

  // The same for lines that belong one below the other: they are cut off at the edge.
  void add_picture(std::string name, std::string value, Emphasis emphasis);

  std::string render(const Terminal& terminal) const;

 private:
  struct Field {
    std::string name;
    std::string value;
    Emphasis emphasis;
    bool is_picture = false;
  };
  std::vector<Field> fields_;
};

}  // namespace belfry::cli
