#include "protocol/library_log.h"

#include <google/protobuf/stubs/logging.h>

#include <algorithm>
#include <mutex>
#include <string>

#include "base/log.h"
#include "base/log_limit.h"

namespace lottery::protocol {
namespace {
constexpr int kLibraryLinesAMinute = 6;
constexpr std::size_t kMostOfALine = 300;

// One line of plain characters: the text may quote a peer.
std::string OneLine(std::string text) {
  if (text.size() > kMostOfALine) text.resize(kMostOfALine);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '?');
  return text;
}

void Log(google::protobuf::LogLevel level, const char*, int, const std::string& message) {
  if (level == google::protobuf::LOGLEVEL_FATAL)  // the library ends the program after it
    return base::LogError("protobuf: " + OneLine(message));
  static std::mutex mutex;
  static base::LogLimit limit(kLibraryLinesAMinute);  // guarded by mutex
  const std::lock_guard lock(mutex);
  base::WarnWithin(limit, "protobuf: " + OneLine(message));
}
}  // namespace

void SendLibraryOutputToLog() { google::protobuf::SetLogHandler(&Log); }

}  // namespace lottery::protocol
