// A text that many values hold and nobody changes: copies share it, so handing one on costs no allocation. Job names,
// revisions and boot ids stand in every run, record and report.
#pragma once

#include <compare>
#include <memory>
#include <string>
#include <string_view>

namespace belfry {

class SharedText {
 public:
  SharedText() = default;  // empty
  SharedText(std::string text) : text_(text.empty() ? nullptr : std::make_shared<const std::string>(std::move(text))) {}
  SharedText(const char* text) : SharedText(std::string(text)) {}

  const std::string& str() const { return text_ ? *text_ : nothing(); }
  operator const std::string&() const { return str(); }
  operator std::string_view() const { return str(); }
  bool empty() const { return text_ == nullptr; }

  friend bool operator==(const SharedText& a, const SharedText& b) { return a.text_ == b.text_ || a.str() == b.str(); }
  friend std::strong_ordering operator<=>(const SharedText& a, const SharedText& b) { return a.str() <=> b.str(); }

 private:
  static const std::string& nothing() {
    static const std::string empty;
    return empty;
  }

  std::shared_ptr<const std::string> text_;
};

}  // namespace belfry
