#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include <jobs/minder/fields.h>
#include <jobs/minder/journal.h>

namespace belfry::minder {
namespace {

// As syslog counts: info, and warning for what came on stderr.
const char* const priorities[2] = {"6", "4"};

}  // namespace

// Job names and run ids are of letters, digits and a few signs, and their lengths are bounded: nothing needs an escape.
void Journal::open(const char* socket, const char* job, const char* run) {
  if (socket == nullptr || strlen(socket) >= sizeof address_ || 2 * strlen(job) + strlen(run) + 100 > header_max)
    return;
  fd_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd_ < 0) return;
  strcpy(address_, socket);
  char* at = stpcpy(stpcpy(stpcpy(header_, "SYSLOG_IDENTIFIER="), job), "\nBELFRY_JOB=");
  at = stpcpy(stpcpy(stpcpy(at, job), "\nBELFRY_RUN_ID="), run);
  header_length_ = static_cast<size_t>(stpcpy(at, "\n") - header_);
}

void Journal::write(int stream, const char* bytes, size_t length) {
  if (!is_open()) return;
  Line& line = lines_[stream];
  for (size_t i = 0; i < length; ++i) {
    if (bytes[i] != '\n') line.text[line.length++] = bytes[i];
    if (bytes[i] == '\n' || line.length == line_max) send(stream);
  }
}

void Journal::finish() {
  if (!is_open()) return;
  for (int stream = 0; stream < 2; ++stream) {
    if (lines_[stream].length > 0) send(stream);
  }
  if (dropped_ > 0) tell_dropped();
}

void Journal::send(int stream) {
  Line& line = lines_[stream];
  if (dropped_ > 0) tell_dropped();
  if (dropped_ > 0 || !send_entry(line.text, line.length, priorities[stream])) ++dropped_;
  line.length = 0;
}

void Journal::tell_dropped() {
  char text[96];
  char* const end = stpcpy(stpcpy(text, format_number(dropped_).text), " lines of output found no room in the journal");
  if (send_entry(text, static_cast<size_t>(end - text), priorities[1])) dropped_ = 0;
}

bool Journal::send_entry(const char* message, size_t length, const char* priority) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  strcpy(address.sun_path, address_);
  iovec parts[] = {{header_, header_length_},
                   {const_cast<char*>("PRIORITY="), 9},
                   {const_cast<char*>(priority), 1},
                   {const_cast<char*>("\nMESSAGE="), 9},
                   {const_cast<char*>(message), length},
                   {const_cast<char*>("\n"), 1}};
  msghdr datagram = {};
  datagram.msg_name = &address;
  datagram.msg_namelen = sizeof address;
  datagram.msg_iov = parts;
  datagram.msg_iovlen = sizeof parts / sizeof parts[0];
  return sendmsg(fd_, &datagram, MSG_NOSIGNAL) >= 0;
}

}  // namespace belfry::minder
