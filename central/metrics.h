// What an operator's monitoring asks: Prometheus text and a health answer, from the state the
// writer has made durable. Served on a port of its own, for the machine room only.
#pragma once

#include "central/admission.h"
#include "central/sequencer.h"

namespace lottery::central {

/// A log whose newest leaf is older than this and not yet witnessed is late.
inline constexpr std::int64_t kWitnessLateMs = 30'000;

/// Prometheus text format 0.0.4. Amounts in fen, times in seconds. Runs on the writer's thread, so
/// its cost grows with draws and not with terminals.
std::string MetricsText(const Sequencer& sequencer, Traffic traffic, UtcTime now);

/// Origins of logs whose witnesses are late; empty when all is well.
std::vector<std::string> LateLogs(const State& state, UtcTime now);

}  // namespace lottery::central
