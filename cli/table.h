// Rows and columns for people: aligned, and as wide as the terminal at most.
#pragma once

#include <string>
#include <vector>

#include <cli/terminal.h>

namespace belfry::cli {

struct Cell {
  std::string text;
  Emphasis emphasis = Emphasis::plain;
};

class Table {
 public:
  // A column without a name belongs to the one before it.
  explicit Table(std::vector<std::string> names) : names_(std::move(names)) {}

  // REQUIRES: one cell per column.
  void add(std::vector<Cell> row);

  // With a line of names and a line end after each row. Where it is too wide, the widest columns are cut.
  std::string render(const Terminal& terminal) const;

 private:
  std::vector<std::size_t> widths(std::size_t width_max) const;

  std::vector<std::string> names_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace belfry::cli
