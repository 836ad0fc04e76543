// systemd's journal, by its native protocol: an entry is one datagram of named fields.
#pragma once

#include <string>
#include <string_view>

#include <base/datagram.h>

namespace belfry {

class JournalEntry {
 public:
  // Names are of capitals, digits and _. Values are any bytes.
  JournalEntry& add(std::string_view name, std::string_view value);
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

class Journal {
 public:
  static constexpr const char* usual_socket = "/run/systemd/journal/socket";

  static Result<Journal> open(const std::string& socket = usual_socket);

  // Never blocks. An entry that is too long for a datagram goes as a file in memory. THREADS: any.
  Result<void> send(const JournalEntry& entry) const;

 private:
  explicit Journal(DatagramSender sender) : sender_(std::move(sender)) {}

  DatagramSender sender_;
};

}  // namespace belfry
