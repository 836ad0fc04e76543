#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jobs/minder/fields.h>
#include <jobs/minder/spec.h>
#include <jobs/run_directory.h>

namespace belfry::minder {
namespace {

// Most specs are small. Pages that need not be mapped need not be given back either, and both take longer than reading.
char small_text[4096];
char* small_vectors[128];

int take_text(Spec& spec, int fd, size_t size) {
  spec.text_size = size;
  if (size <= sizeof small_text) {
    spec.text = small_text;
    return read(fd, small_text, size) == static_cast<ssize_t>(size) ? 0 : EBADMSG;
  }
  void* const pages = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
  if (pages == MAP_FAILED) return errno;
  spec.text = static_cast<char*>(pages);
  return 0;
}

int read_text(Spec& spec) {
  const int fd = open(run_directory::spec_file, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return errno;
  struct stat status = {};
  const bool is_there = fstat(fd, &status) == 0 && status.st_size > 0;
  const int error = is_there ? take_text(spec, fd, static_cast<size_t>(status.st_size)) : EBADMSG;
  close(fd);
  return error;
}

int make_vectors(Spec& spec, size_t pointers) {
  spec.vectors_size = pointers * sizeof(char*);
  if (spec.vectors_size <= sizeof small_vectors) {
    spec.vectors = small_vectors;
    return 0;
  }
  void* pages = mmap(nullptr, spec.vectors_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) return errno;
  spec.vectors = static_cast<char**>(pages);
  return 0;
}

// Calls `visit(field)` for each field. REQUIRES: the last byte is a NUL.
template <class Visit>
void for_each_field(const Spec& spec, Visit visit) {
  for (char* field = spec.text; field < spec.text + spec.text_size; field += strlen(field) + 1) visit(field);
}

bool is_whole(const Spec& spec) {
  static constexpr char last[] = "\0end=";
  if (spec.text_size < sizeof last) return false;
  if (memcmp(spec.text + spec.text_size - sizeof last, last, sizeof last) != 0) return false;
  const char* const version = value_if_key(spec.text, run_directory::spec_kind);
  return version != nullptr && parse_number(version) == run_directory::version;
}

int64_t parse_signed(const char* text) {
  return *text == '-' ? -static_cast<int64_t>(parse_number(text + 1)) : static_cast<int64_t>(parse_number(text));
}

Leftovers parse_leftovers(const char* word) {
  if (strcmp(word, "wait") == 0) return Leftovers::wait;
  return strcmp(word, "leave") == 0 ? Leftovers::leave : Leftovers::kill;
}

void parse_groups(const char* text, Identity& identity) {
  while (*text != '\0' && identity.group_count < Identity::groups_max) {
    identity.groups[identity.group_count++] = static_cast<gid_t>(parse_number(text));
    text += strcspn(text, ",");
    if (*text == ',') ++text;
  }
}

void read_identity(Identity& identity, const char* field) {
  if (const char* name = value_if_key(field, "user")) identity.name = name;
  if (const char* uid = value_if_key(field, "uid")) identity.uid = static_cast<uid_t>(parse_number(uid));
  if (const char* gid = value_if_key(field, "gid")) identity.gid = static_cast<gid_t>(parse_number(gid));
  if (const char* groups = value_if_key(field, "groups")) parse_groups(groups, identity);
}

void read_bounds(Bounds& bounds, const char* field) {
  if (const char* count = value_if_key(field, "open_files")) bounds.open_files = parse_signed(count);
  if (const char* io = value_if_key(field, "io")) bounds.io = static_cast<int>(parse_number(io));
  if (const char* nice = value_if_key(field, "nice")) {
    bounds.nice = static_cast<int>(parse_signed(nice));
    bounds.has_nice = true;
  }
}

void read_cgroup(Spec& spec, const char* field) {
  if (const char* path = value_if_key(field, "cgroup")) spec.cgroup = path;
  if (const char* text = value_if_key(field, "memory_max")) spec.cgroup_limits.memory_max = text;
  if (const char* text = value_if_key(field, "cpu_max")) spec.cgroup_limits.cpu_max = text;
  if (const char* text = value_if_key(field, "pids_max")) spec.cgroup_limits.pids_max = text;
  if (const char* text = value_if_key(field, "io_weight")) spec.cgroup_limits.io_weight = text;
}

void read_end(Spec& spec, const char* field) {
  if (const char* number = value_if_key(field, "stop_signal"))
    spec.stop_signal = static_cast<int>(parse_number(number));
  if (const char* ms = value_if_key(field, "stop_grace_ms")) spec.stop_grace_ms = parse_number(ms);
  if (const char* ms = value_if_key(field, "time_limit_ms")) spec.time_limit_ms = parse_number(ms);
  if (const char* word = value_if_key(field, "limit_reason")) {
    spec.limit = strcmp(word, "deadline") == 0 ? Limit::deadline : Limit::timeout;
  }
  if (const char* word = value_if_key(field, "leftovers")) spec.leftovers = parse_leftovers(word);
  if (const char* ms = value_if_key(field, "leftovers_grace_ms")) spec.leftovers_grace_ms = parse_number(ms);
}

void read_start(Spec& spec, const char* field) {
  if (const char* boot = value_if_key(field, "boot")) spec.boot = boot;
  if (const char* cwd = value_if_key(field, "cwd")) spec.cwd = cwd;
  if (const char* mask = value_if_key(field, "umask")) spec.umask = static_cast<mode_t>(parse_number(mask, 8));
  if (const char* ms = value_if_key(field, "start_deadline_ms")) spec.start_deadline_ms = parse_number(ms);
  if (const char* bytes = value_if_key(field, "output_max")) spec.output_max = parse_number(bytes);
  if (value_if_key(field, "input") != nullptr) spec.has_input = true;
  if (const char* script = value_if_key(field, "only_if")) spec.only_if = script;
  if (const char* socket = value_if_key(field, "journal")) spec.journal = socket;
  if (const char* name = value_if_key(field, "job")) spec.job = name;
}

void read_field(Spec& spec, const char* field) {
  read_start(spec, field);
  read_end(spec, field);
  read_identity(spec.identity, field);
  read_bounds(spec.bounds, field);
  read_cgroup(spec, field);
}

// The pages of arguments and variables are most of a long spec, and no other field begins as they do.
bool is_vector(const char* field) { return strncmp(field, "argv=", 5) == 0 || strncmp(field, "env=", 4) == 0; }

}  // namespace

int read_spec(Spec& spec, const Secrets& secrets) {
  if (const int error = read_text(spec)) return error;
  if (!is_whole(spec)) return EBADMSG;
  size_t arguments = 0;
  size_t variables = 0;
  for_each_field(spec, [&](char* field) {
    if (!is_vector(field)) read_field(spec, field);
    if (value_if_key(field, "argv") != nullptr) ++arguments;
    if (value_if_key(field, "env") != nullptr) ++variables;
  });
  if (arguments == 0) return EBADMSG;
  variables += secrets.variable_count();
  spec.has_secrets = secrets.any();
  if (const int error = make_vectors(spec, arguments + variables + 2)) return error;
  spec.argv = spec.vectors;
  spec.env = spec.argv + arguments + 1;
  size_t next_argument = 0;
  size_t next_variable = 0;
  for_each_field(spec, [&](char* field) {
    if (value_if_key(field, "argv") != nullptr) spec.argv[next_argument++] = field + strlen("argv=");
    if (value_if_key(field, "env") != nullptr) spec.env[next_variable++] = field + strlen("env=");
  });
  secrets.for_each_variable([&](char* variable) { spec.env[next_variable++] = variable; });
  spec.argv[next_argument] = nullptr;  // behind it may stand what the run before this one had
  spec.env[next_variable] = nullptr;
  return 0;
}

void Spec::release() {
  if (text != nullptr && text != small_text) munmap(text, text_size);
  if (vectors != nullptr && vectors != small_vectors) munmap(vectors, vectors_size);
  text = nullptr;
  vectors = nullptr;
  argv = env = nullptr;
  boot = cwd = job = "";
  only_if = identity.name = cgroup = journal = nullptr;
  cgroup_limits = {};
}

const char* job_variable(const Spec& spec, const char* name) {
  for (char** variable = spec.env; *variable != nullptr; ++variable) {
    if (const char* value = value_if_key(*variable, name)) return value;
  }
  return nullptr;
}

}  // namespace belfry::minder
