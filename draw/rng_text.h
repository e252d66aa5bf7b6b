// The report on the generator as a document: text for people, JSON for programs.
#pragma once

#include "base/clock.h"
#include "base/json.h"
#include "draw/rng_report.h"

namespace lottery::draw {

base::json::object ToJson(const RngReport& report, const Bytes& master, base::UtcTime at);
/// Chinese and English, with what each test could have seen and what no test can.
std::string ToText(const RngReport& report, const Bytes& master, base::UtcTime at);

}  // namespace lottery::draw
