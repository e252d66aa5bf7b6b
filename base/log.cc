#include "base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace lottery::base {
namespace {
spdlog::logger& Logger() {
  static const auto logger = [] {
    auto l = spdlog::stderr_logger_mt("lottery");
    l->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
    l->flush_on(spdlog::level::info);
    return l;
  }();
  return *logger;
}
}  // namespace

void LogInfo(std::string_view text) { Logger().info("{}", text); }
void LogWarn(std::string_view text) { Logger().warn("{}", text); }
void LogError(std::string_view text) { Logger().error("{}", text); }
void LogOnlyWarnings() { Logger().set_level(spdlog::level::warn); }

}  // namespace lottery::base
