#include "base/start.h"

#include <fcntl.h>
#include <link.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "base/cli.h"
#include "base/log.h"

namespace lottery::base {
namespace {

// A standard descriptor that is closed would be given to the next file that is opened, and that
// file would then be written to as if it were standard output. Reading from such an input and
// writing to such an output must fail, so each is opened the wrong way round.
void HoldStandardDescriptors() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) >= 0) continue;
    // The lowest free number is `fd`: those below it are open.
    if (::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd) std::abort();
  }
}

// The note that the linker wrote for tools to tell builds apart.
int FindBuildId(dl_phdr_info* info, std::size_t, void* out) {
  auto* text = static_cast<std::string*>(out);
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const auto& header = info->dlpi_phdr[i];
    if (header.p_type != PT_NOTE) continue;
    const char* at = reinterpret_cast<const char*>(info->dlpi_addr + header.p_vaddr);
    const char* const end = at + header.p_memsz;
    while (at + sizeof(ElfW(Nhdr)) <= end) {
      ElfW(Nhdr) note;
      std::memcpy(&note, at, sizeof note);
      const char* const name = at + sizeof note;
      const char* const content = name + (note.n_namesz + 3U) / 4U * 4U;
      if (note.n_type == NT_GNU_BUILD_ID && std::memcmp(name, "GNU", 4) == 0)
        *text = ToHex({content, note.n_descsz});
      at = content + (note.n_descsz + 3U) / 4U * 4U;
    }
  }
  return 1;  // the first object is the program itself
}

}  // namespace

const char* Version() { return LOTTERY_VERSION; }

const char* BuildId() {
  static const std::string id = [] {
    std::string found;
    ::dl_iterate_phdr(FindBuildId, &found);
    return found.empty() ? std::string("unknown") : found.substr(0, 16);
  }();
  return id.c_str();
}

namespace {

// What libpq takes from the environment where the connection string is silent. Secrets and what
// makes a connection stricter stay; a session is otherwise what its connection string says,
// wherever a program is started.
constexpr std::array kDatabaseSettings = {
    "PGHOST",       "PGHOSTADDR",        "PGPORT",    "PGDATABASE",       "PGUSER",
    "PGSERVICE",    "PGSERVICEFILE",     "PGOPTIONS", "PGAPPNAME",        "PGCONNECT_TIMEOUT",
    "PGTZ",         "PGDATESTYLE",       "PGGEQO",    "PGCLIENTENCODING", "PGTARGETSESSIONATTRS",
    "PGSYSCONFDIR", "PGLOADBALANCEHOSTS"};

void ForgetDatabaseSettings() {
  for (const char* name : kDatabaseSettings) ::unsetenv(name);
}

}  // namespace

int RunProgram(int argc, char** argv, int (*body)(int, char**), void (*quiet)()) {
  HoldStandardDescriptors();
  ForgetDatabaseSettings();
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a write past the largest file is refused, as one to a full disk
  std::setlocale(LC_ALL, "C.UTF-8");
  if (quiet != nullptr) quiet();
  int status = 0;
  try {
    status = body(argc, argv);
  } catch (const std::exception& error) {  // a library's, which no edge caught
    LogError(std::string("unexpected: ") + error.what());
    const bool as_json = std::any_of(argv, argv + argc, [](const char* argument) {
      return std::string_view(argument) == "--json";
    });
    status = Finish(Fail(ErrorCode::kInternal, error.what()), as_json);
  }
  if (OutputHolds()) return status;
  const Error lost{ErrorCode::kOutputFailed, ""};
  const int failed = Finish(tl::unexpected<Error>(lost), false);
  return status == 0 ? failed : status;
}

}  // namespace lottery::base
