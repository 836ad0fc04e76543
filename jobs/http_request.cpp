// `http.request`: asks an HTTP server, and fails unless it answers as expected.
#include <algorithm>

#include <base/ascii.h>
#include <base/http_client.h>
#include <base/pattern.h>
#include <base/text.h>
#include <base/try.h>
#include <base/words.h>
#include <jobs/builtin.h>

namespace belfry {
namespace {

// "200", "2xx" or "200-299".
struct StatusRange {
  int first = 200;
  int last = 299;
};

std::optional<StatusRange> parse_status(std::string_view text) {
  const auto number = [](std::string_view digits) -> std::optional<int> {
    const auto value = digits.size() == 3 ? parse_unsigned(digits) : std::nullopt;
    return value && *value >= 100 && *value <= 599 ? std::optional(static_cast<int>(*value)) : std::nullopt;
  };
  if (text.size() == 3 && text.ends_with("xx") && text[0] >= '1' && text[0] <= '5') {
    const int hundred = (text[0] - '0') * 100;
    return StatusRange{.first = hundred, .last = hundred + 99};
  }
  const std::size_t dash = text.find('-');
  const auto first = number(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : number(text.substr(dash + 1));
  if (!first || !last || *last < *first) return std::nullopt;
  return StatusRange{.first = *first, .last = *last};
}

bool is_token(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return is_alphanumeric(c) || std::string_view("!#$%&'*+-.^_`|~").contains(c);
  });
}

bool has_line_end(std::string_view text) { return text.find_first_of("\r\n") != std::string_view::npos; }

std::vector<Complaint> check(const Arguments& with) {
  std::vector<Complaint> complaints;
  if (const auto url = argument::text(with, "url")) {
    const std::string why = why_no_http_url(*url);
    if (!why.empty()) complaints.push_back({"url", "'url' must be an address with http:// or https://: " + why});
  }
  for (const std::string& status : argument::texts(with, "expect_status")) {
    if (parse_status(status)) continue;
    complaints.push_back({"expect_status", "'" + status + "' is no status", "write 200, 2xx or 200-299"});
  }
  if (const auto pattern = argument::text(with, "expect_body_matches")) {
    const auto compiled = Pattern::compile(*pattern, Pattern::Anchors::lines);
    if (!compiled) complaints.push_back({"expect_body_matches", "'expect_body_matches': " + compiled.error().what});
  }
  for (const auto& [name, value] : argument::text_map(with, "headers")) {
    if (is_token(name) && !has_line_end(value)) continue;
    complaints.push_back({"headers", "'" + name + "' cannot be a header: names are words, and values one line"});
  }
  if (const auto method = argument::text(with, "method"); method && !is_token(*method)) {
    complaints.push_back({"method", "'" + *method + "' is no method", "write GET, POST, PUT, ..."});
  }
  return complaints;
}

HttpRequest request_of(const Arguments& with) {
  HttpRequest request;
  request.url = argument::text(with, "url").value_or("");
  request.body = argument::text(with, "body").value_or("");
  request.method = argument::text(with, "method").value_or(request.body.empty() ? "GET" : "POST");
  for (const auto& [name, value] : argument::text_map(with, "headers")) request.headers.push_back(name + ": " + value);
  const bool verifies = argument::boolean(with, "verify_tls").value_or(true);
  request.tls = verifies ? HttpRequest::Tls::verify : HttpRequest::Tls::trust_anybody;
  request.ca_file = argument::text(with, "ca_file").value_or("");
  request.redirects_max = static_cast<int>(argument::integer(with, "redirects").value_or(request.redirects_max));
  request.connect_limit = argument::duration(with, "connect_limit").value_or(request.connect_limit);
  request.limit = argument::duration(with, "limit").value_or(request.limit);
  const auto response_max = argument::size(with, "max_response");
  if (response_max) request.response_bytes_max = static_cast<std::size_t>(*response_max);
  return request;
}

Result<void> expect_status(const Arguments& with, int status) {
  std::vector<std::string> expected = argument::texts(with, "expect_status");
  if (expected.empty()) expected = {"2xx"};
  for (const std::string& one : expected) {
    const auto range = parse_status(one);
    if (range && range->first <= status && status <= range->last) return {};
  }
  return std::unexpected(
      Error::failed("the status is " + std::to_string(status) + ", expected was " + joined(expected)));
}

Result<void> expect_body(const Arguments& with, const std::string& body) {
  const auto part = argument::text(with, "expect_body");
  if (part && body.find(*part) == std::string::npos) {
    return std::unexpected(Error::failed("the answer does not contain what 'expect_body' says"));
  }
  const auto pattern = argument::text(with, "expect_body_matches");
  if (!pattern) return {};
  const auto compiled = Pattern::compile(*pattern, Pattern::Anchors::lines);
  if (!compiled) return std::unexpected(Error::bad_input("'expect_body_matches': " + compiled.error().what));
  if (compiled->is_found_in(body)) return {};
  return std::unexpected(Error::failed("the answer does not match 'expect_body_matches'"));
}

Result<void> call(CallContext& run) {
  const HttpRequest request = request_of(run.with());
  const HttpResponse response = TRY(ask(request, run.stop()));
  run.write(response.head);
  run.write(response.body);
  if (!response.body.empty() && !response.body.ends_with('\n')) run.write("\n");
  TRY(run.set_result("{\"status\":" + std::to_string(response.status) +
                     ",\"bytes\":" + std::to_string(response.body.size()) +
                     ",\"took_ms\":" + std::to_string(response.took.count()) + "}"));
  TRY(expect_status(run.with(), response.status));
  return expect_body(run.with(), response.body);
}

}  // namespace

Callable http_request_callable() {
  using Type = Parameter::Type;
  constexpr std::int64_t hour_ms = 3'600'000;
  return {
      .name = "http.request",
      .summary = "Asks an HTTP server, and fails unless it answers as expected.",
      .parameters =
          {{.name = "url", .summary = "Where: http:// or https://.", .needed = Parameter::Needed::yes},
           {.name = "method", .summary = "GET, or POST where there is a body."},
           {.name = "headers", .type = Type::text_map, .summary = "More headers."},
           {.name = "body", .summary = "What is sent."},
           {.name = "expect_status", .type = Type::texts, .summary = "200, 2xx or 200-299; usually 2xx."},
           {.name = "expect_body", .summary = "A text that the answer must contain."},
           {.name = "expect_body_matches",
            .summary = "A regular expression, as grep -E has them, that a line must match."},
           {.name = "verify_tls", .type = Type::boolean, .summary = "false: any certificate will do."},
           {.name = "ca_file", .summary = "The certificates that are trusted; else the system's."},
           {.name = "redirects",
            .type = Type::integer,
            .summary = "How many are followed; usually none.",
            .min = 0,
            .max = 20},
           {.name = "connect_limit",
            .type = Type::duration,
            .summary = "For the connection; usually 10s.",
            .min = 1,
            .max = hour_ms},
           {.name = "limit", .type = Type::duration, .summary = "For all of it; usually 1m.", .min = 1, .max = hour_ms},
           {.name = "max_response",
            .type = Type::size,
            .summary = "Beyond it the request fails; usually 1MiB.",
            .min = 0,
            .max = 1 << 30U}},
      .check = check,
      .call = call};
}

}  // namespace belfry
