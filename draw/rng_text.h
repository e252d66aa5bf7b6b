// The report on the generator as a document: text for people, JSON for programs.
#pragma once

#include <cstdio>

#include "base/clock.h"
#include "base/json.h"
#include "draw/rng_report.h"

namespace lottery::draw {

base::json::object ToJson(const RngReport& report, const Bytes& master, base::UtcTime at);
/// Chinese and English, with what each test could have seen and what no test can.
std::string ToText(const RngReport& report, const Bytes& master, base::UtcTime at);

/// The octets outcomes are made from; 0 means until nobody reads on.
void WriteRngStream(const Bytes& master, std::int64_t octets, std::FILE* out);

}  // namespace lottery::draw
