// A step off a plan's way, signed by two officials and logged: a later round, the ball machine the
// plan names, or no draw at all. There is no other choice and no way back.
#pragma once

#include "protocol/documents.h"

namespace lottery::protocol {

/// A deferral gives a draw its numbers the next day at the latest.
inline constexpr std::int64_t kLongestDeferralMs = 24 * 3600 * base::kSecondMs;

struct Deviation {
  enum class Kind { kDeferral, kFallback, kCancellation };
  DrawId draw;
  Digest plan;
  Kind kind = Kind::kDeferral;
  UtcTime round;      // the one given up
  UtcTime new_round;  // deferral; the others have none
  std::string reason;
  UtcTime at;
  std::string ToBody() const;
};
Result<Deviation> ParseDeviation(std::string_view body);
struct OpenedDeviation {
  Deviation deviation;
  Digest hash;  // of its body
};
/// Signed by two officials of trust; what leaves the beacon's way, a fallback or a cancellation, by
/// the plan's overseers too. Errors: kBadSignature, kBadDeviation, kBadJson.
Result<OpenedDeviation> OpenDeviation(std::string_view text, const Plan& plan, const Trust& trust);
/// "deferral", "fallback" or "cancellation": the kind of its entry in the audit log.
std::string_view NameOf(Deviation::Kind kind);
std::optional<Deviation::Kind> DeviationFrom(std::string_view name);

/// A deviation as it stands in the audit log. `early`: the witnesses saw it before the round it
/// gives up by the plan's margin, when nobody could know the outcome.
struct Seen {
  Deviation deviation;
  bool early = false;
};

/// How a sealed draw is held: by its plan, or by what was logged.
struct Way {
  UtcTime round;        // of the beacon
  bool balls = false;   // the ball machine decides
  bool closed = false;  // a deferral was seen too late: the beacon decides no more, only balls can
  UtcTime balls_from;   // the machine starts no earlier; zero where it may at once
  bool cancelled = false;  // it is not held
};
Way PlannedWay(const Plan& plan);
/// The way after a fallback that was logged at `logged`, by the log's own clock: at once where that
/// was early, else from when contributions would be overdue.
void TurnToBalls(Way& way, const Plan& plan, UtcTime logged);
/// The way after `deviation`, from the one in force. Errors: kBadDeviation when it does not fit.
Result<Way> Leave(const Way& way, const Plan& plan, const Digest& plan_hash,
                  const Deviation& deviation);
/// Null where nothing is logged. What the witnesses saw too late opens no choice: a late deferral
/// closes the way by the beacon, and a fallback that is late, or follows one, waits until the
/// contributions would be overdue. Errors: kBadDeviation when one does not fit the plan;
/// kTooLateToDeviate when a cancellation was seen too late, for an outcome somebody may have known
/// may not be given up.
Result<Way> WayOf(const Plan& plan, const Digest& plan_hash, const Seen* deferral,
                  const Seen* fallback, const Seen* cancellation);
/// Whether the way allows a draw by `balls` whose machine started at `started` (balls only).
/// Errors: kDrawCancelled, kWrongMethod, kTooLateToDeviate.
base::Status CheckHeld(const Way& way, bool balls, UtcTime started);

/// Whether a deviation known at `known` comes in time: before the round it gives up by the plan's
/// margin, when nobody can know the outcome; a fallback also once the contributions are overdue.
/// Errors: kTooLateToDeviate.
base::Status CheckInTime(const Deviation& deviation, const Plan& plan, UtcTime known);
/// Before the round it gives up, by the plan's margin.
bool IsEarly(const Deviation& deviation, const Plan& plan, UtcTime known);

/// What one official wrote down at the ball machine, not seeing what the other wrote.
struct BallEntry {
  struct Interruption {
    int after = 0;  // balls that were out and stand
    std::string continued_on, reason;
  };
  DrawId draw;
  Digest plan, seal;
  std::string official, machine, ball_set;
  UtcTime started;
  std::vector<std::vector<int>> tests_before, tests_after;  // the extra number last, where it is
  std::vector<int> numbers;                                 // in the order they came out
  int extra = 0;                                            // blue of ssq, special number of qlc
  std::vector<Interruption> interruptions;
  Digest video;  // SHA-256 of the recording
  UtcTime at;
  std::string ToBody() const;
};
Result<BallEntry> ParseBallEntry(std::string_view body);

/// What overseers sign who were at the ball machine: these entries say what they saw.
struct Attendance {
  DrawId draw;
  Digest plan, seal;
  std::vector<Digest> entries;  // of each entry's body, in the certificate's order
  UtcTime at;
  std::string ToBody() const;
};
Result<Attendance> ParseAttendance(std::string_view body);
/// Hashes of the bodies of signed entries. Errors: kBadJson and the like.
Result<std::vector<Digest>> HashesOfEntries(const std::vector<std::string>& envelopes);
/// The certificate's entries were attended by the plan's overseers, at or after the machine began
/// and not after it was certified; by plan/1 there is no attendance. Errors: kBadBallEntry,
/// kBadSignature.
base::Status CheckAttendance(const DrawCertificate& certificate, const Plan& plan,
                             const Trust& trust);

}  // namespace lottery::protocol
