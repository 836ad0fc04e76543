#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include <base/journal.h>
#include <base/try.h>

namespace belfry {

namespace {

Result<Fd> in_memory(std::string_view bytes) {
  Fd file{::memfd_create("belfry-journal-entry", MFD_CLOEXEC | MFD_ALLOW_SEALING)};
  if (!file) return std::unexpected(system_error("memfd_create", ""));
  if (::write(file.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) {
    return std::unexpected(system_error("write", "memfd"));
  }
  // The journal takes a file only if nobody can change it any more.
  constexpr int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;
  if (::fcntl(file.get(), F_ADD_SEALS, seals) != 0) return std::unexpected(system_error("fcntl", "memfd"));
  return file;
}

}  // namespace

// NAME=value, or, for a value with a line end: NAME, its length as 64 bits little endian, the value.
JournalEntry& JournalEntry::add(std::string_view name, std::string_view value) {
  bytes_ += name;
  if (value.find('\n') == std::string_view::npos) {
    bytes_.append("=").append(value);
  } else {
    bytes_ += '\n';
    const auto length = static_cast<std::uint64_t>(value.size());
    for (unsigned shift = 0; shift < 64; shift += 8) bytes_ += static_cast<char>((length >> shift) & 0xFFU);
    bytes_ += value;
  }
  bytes_ += '\n';
  return *this;
}

Result<Journal> Journal::open(const std::string& socket) {
  if (::access(socket.c_str(), W_OK) != 0) return std::unexpected(system_error("access", socket));
  return Journal(TRY(DatagramSender::open(socket)));
}

Result<void> Journal::send(const JournalEntry& entry) const {
  auto sent = sender_.send(entry.bytes());
  if (sent || sent.error().sys_errno != EMSGSIZE) return sent;
  const Fd file = TRY(in_memory(entry.bytes()));
  return sender_.send_descriptor(file);
}

}  // namespace belfry
