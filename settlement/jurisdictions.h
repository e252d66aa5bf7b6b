// Which jurisdiction each outlet is in. A nation's table is looked into once for each winning
// ticket: it is kept small enough for the processor's caches.
#pragma once

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <string>
#include <vector>

#include "base/result.h"

namespace lottery::settlement {

class Jurisdictions {
 public:
  void Add(std::uint32_t terminal, std::string_view jurisdiction) {
    const auto found = std::find(names_.begin(), names_.end(), jurisdiction);
    places_[terminal] = static_cast<std::uint32_t>(found - names_.begin());
    if (found == names_.end()) names_.emplace_back(jurisdiction);
  }
  bool Has(std::uint32_t terminal) const { return places_.contains(terminal); }
  /// Pre: Has(terminal), here and below. The place among names().
  std::size_t PlaceOf(std::uint32_t terminal) const {
    const auto found = places_.find(terminal);
    LOTTERY_CHECK(found != places_.end());
    return found->second;
  }
  const std::string& Of(std::uint32_t terminal) const { return names_[PlaceOf(terminal)]; }
  const std::vector<std::string>& names() const { return names_; }

 private:
  boost::unordered_flat_map<std::uint32_t, std::uint32_t> places_;
  std::vector<std::string> names_;
};

}  // namespace lottery::settlement
