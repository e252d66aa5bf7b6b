// How many rules docs/verification.md has, by who can check them. tests/tidy/verification.py holds
// these figures against the table.
#pragma once

namespace lottery::compliance {

/// All of the table.
inline constexpr int kRules = 305;
/// Those that a public folder alone decides.
inline constexpr int kRulesWithoutEntries = 261;
/// Those that want the auditors' entries as well. The rest is seen only where it happens: by
/// central, the control, settlement or an official's device.
inline constexpr int kRulesWithEntries = 31;

}  // namespace lottery::compliance
