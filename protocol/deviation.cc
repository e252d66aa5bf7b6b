#include "protocol/deviation.h"

#include "protocol/document_json.h"

namespace lottery::protocol {
namespace json = base::json;
using base::ErrorCode;
using base::Fail;
namespace {

json::array ListOfLists(const std::vector<std::vector<int>>& tests) {
  json::array out;
  for (const auto& test : tests) out.push_back(Integers(test));
  return out;
}

Result<std::vector<std::vector<int>>> GetTests(const json::object& o, std::string_view key) {
  LOTTERY_TRY(const auto list, base::GetArray(o, key));
  std::vector<std::vector<int>> out;
  for (const auto& item : list) {
    if (!item.is_array()) return Fail(ErrorCode::kBadJson, std::string(key) + " holds lists");
    LOTTERY_TRY(auto numbers, ReadIntegers(item.get_array()));
    out.push_back(std::move(numbers));
  }
  return out;
}

}  // namespace

std::string_view NameOf(Deviation::Kind kind) {
  switch (kind) {
    case Deviation::Kind::kDeferral:
      return "deferral";
    case Deviation::Kind::kFallback:
      return "fallback";
    case Deviation::Kind::kCancellation:
      return "cancellation";
  }
  return "unknown";
}

std::optional<Deviation::Kind> DeviationFrom(std::string_view name) {
  using enum Deviation::Kind;
  for (const auto kind : {kDeferral, kFallback, kCancellation}) {
    if (NameOf(kind) == name) return kind;
  }
  return std::nullopt;
}

std::string Deviation::ToBody() const {
  return base::ToPretty(
      json::object{{"format", "deviation/1"},
                   {"game", draw.game},
                   {"draw", draw.number},
                   {"plan", HexOf(plan)},
                   {"kind", NameOf(kind)},
                   {"round", base::ToIso(round)},
                   {"new_round", kind == Kind::kDeferral ? base::ToIso(new_round) : ""},
                   {"reason", reason},
                   {"at", base::ToIso(at)}});
}

Result<Deviation> ParseDeviation(std::string_view body) {
  LOTTERY_TRY(const auto o, base::ParseJsonObject(body));
  Deviation d;
  LOTTERY_TRY(d.draw, GetDraw(o));
  LOTTERY_TRY(d.plan, base::GetDigest(o, "plan"));
  LOTTERY_TRY(const auto name, base::GetString(o, "kind"));
  const auto kind = DeviationFrom(name);
  if (!kind) return Fail(ErrorCode::kBadDeviation, "kind " + name);
  d.kind = *kind;
  LOTTERY_TRY(d.round, base::GetTime(o, "round"));
  if (d.kind == Deviation::Kind::kDeferral) {
    LOTTERY_TRY(d.new_round, base::GetTime(o, "new_round"));
  }
  LOTTERY_TRY(d.reason, base::GetSaid(o, "reason"));
  LOTTERY_TRY(d.at, base::GetTime(o, "at"));
  return Canonical(std::move(d), body);
}

Result<OpenedDeviation> OpenDeviation(std::string_view text, const Plan& plan, const Trust& trust) {
  LOTTERY_TRY(const auto envelope, OpenSigned(text, kTypeDeviation, trust.KeysFor("official"), 2));
  LOTTERY_TRY(auto deviation, ParseDeviation(envelope.body));
  const bool unseen = deviation.kind != Deviation::Kind::kDeferral && !plan.overseers.empty() &&
                      envelope.CountSigners(OverseersKeys(plan, trust)) < plan.overseer_quorum;
  if (unseen)
    return Fail(ErrorCode::kBadSignature, "a " + std::string(NameOf(deviation.kind)) + " needs " +
                                              std::to_string(plan.overseer_quorum) + " overseers");
  return OpenedDeviation{std::move(deviation), BodyHash(envelope)};
}

Way PlannedWay(const Plan& plan) {
  return {plan.Round(), plan.method == "ball_machine", false, {}, false};
}

void TurnToBalls(Way& way, const Plan& plan, UtcTime logged) {
  way.balls = true;
  if (logged.ms + plan.margin_ms > way.round.ms)
    way.balls_from = {way.round.ms + plan.contribution_deadline_ms};
}

Result<Way> Leave(const Way& way, const Plan& plan, const Digest& plan_hash, const Deviation& d) {
  const auto refuse = [&](const char* why) {
    return Fail(ErrorCode::kBadDeviation, plan.draw.ToText() + ": " + why);
  };
  if (way.balls) return refuse("the ball machine decides already");
  if (d.draw != plan.draw || d.plan != plan_hash) return refuse("another draw or plan");
  if (d.round != way.round) return refuse("not the round in force");
  if (d.kind == Deviation::Kind::kCancellation) return Way{way.round, false, way.closed, {}, true};
  if (d.kind == Deviation::Kind::kFallback) {
    if (plan.fallback != "ball_machine" || plan.ball_machine.empty())
      return refuse("the plan names no ball machine");
    return Way{way.round, true, way.closed, {}, false};
  }
  const std::int64_t later = d.new_round.ms - way.round.ms;
  if (later <= 0 || later > kLongestDeferralMs || d.new_round.ms % plan.beacon_period_ms != 0)
    return refuse("no pulse of the next 24 hours");
  return Way{d.new_round, false, way.closed, {}, false};
}

Result<Way> WayOf(const Plan& plan, const Digest& plan_hash, const Seen* deferral,
                  const Seen* fallback, const Seen* cancellation) {
  Way way = PlannedWay(plan);
  if (deferral != nullptr) {
    LOTTERY_TRY(way, Leave(way, plan, plan_hash, deferral->deviation));
    way.closed = !deferral->early;
  }
  if (fallback != nullptr) {
    const bool at_once = fallback->early && !way.closed;
    LOTTERY_TRY(way, Leave(way, plan, plan_hash, fallback->deviation));
    if (!at_once) way.balls_from = {way.round.ms + plan.contribution_deadline_ms};
  }
  if (cancellation != nullptr) {
    LOTTERY_TRY(way, Leave(way, plan, plan_hash, cancellation->deviation));
    if (!cancellation->early || way.closed)
      return Fail(ErrorCode::kTooLateToDeviate,
                  plan.draw.ToText() + ": cancelled when somebody may have known the outcome");
  }
  return way;
}

base::Status CheckHeld(const Way& way, bool balls, UtcTime started) {
  if (way.cancelled) return Fail(ErrorCode::kDrawCancelled);
  if (balls != way.balls)
    return Fail(ErrorCode::kWrongMethod, way.balls ? "by the ball machine" : "by the beacon");
  if (!balls && way.closed)
    return Fail(ErrorCode::kTooLateToDeviate,
                "witnesses saw the deferral too late: only the ball machine is left");
  if (balls && started < way.balls_from)
    return Fail(ErrorCode::kTooLateToDeviate,
                "the machine may start from " + base::ToIso(way.balls_from));
  return {};
}

bool IsEarly(const Deviation& d, const Plan& plan, UtcTime known) {
  return known.ms + plan.margin_ms <= d.round.ms;
}

base::Status CheckInTime(const Deviation& d, const Plan& plan, UtcTime known) {
  const bool before = IsEarly(d, plan, known);
  const bool overdue = d.kind == Deviation::Kind::kFallback &&
                       known.ms >= d.round.ms + plan.contribution_deadline_ms;
  if (before || overdue) return {};
  return Fail(ErrorCode::kTooLateToDeviate, "of the round " + base::ToIso(d.round));
}

std::string BallEntry::ToBody() const {
  json::array stops;
  for (const auto& i : interruptions)
    stops.push_back(
        json::object{{"after", i.after}, {"continued_on", i.continued_on}, {"reason", i.reason}});
  json::object out{{"format", "ball-entry/1"},
                   {"game", draw.game},
                   {"draw", draw.number},
                   {"plan", HexOf(plan)},
                   {"seal", HexOf(seal)},
                   {"official", official},
                   {"machine", machine},
                   {"ball_set", ball_set},
                   {"started", base::ToIso(started)},
                   {"tests_before", ListOfLists(tests_before)}};
  PutNumbers(out, draw, numbers, extra);
  out["interruptions"] = std::move(stops);
  out["tests_after"] = ListOfLists(tests_after);
  out["video"] = HexOf(video);
  out["at"] = base::ToIso(at);
  return base::ToPretty(out);
}

Result<BallEntry> ParseBallEntry(std::string_view body) {
  LOTTERY_TRY(const auto o, base::ParseJsonObject(body));
  BallEntry e;
  LOTTERY_TRY(e.draw, GetDraw(o));
  LOTTERY_TRY(e.plan, base::GetDigest(o, "plan"));
  LOTTERY_TRY(e.seal, base::GetDigest(o, "seal"));
  LOTTERY_TRY(e.official, base::GetString(o, "official"));
  LOTTERY_TRY(e.machine, base::GetSaid(o, "machine"));
  LOTTERY_TRY(e.ball_set, base::GetSaid(o, "ball_set"));
  LOTTERY_TRY(e.started, base::GetTime(o, "started"));
  LOTTERY_TRY(e.tests_before, GetTests(o, "tests_before"));
  LOTTERY_TRY_VOID(GetNumbers(o, e.draw, e.numbers, e.extra));
  LOTTERY_TRY_VOID(ForObjects(o, "interruptions", [&](const json::object& item) -> base::Status {
    BallEntry::Interruption stop;
    LOTTERY_TRY(stop.after, GetInt32(item, "after"));
    LOTTERY_TRY(stop.continued_on, base::GetSaid(item, "continued_on"));
    LOTTERY_TRY(stop.reason, base::GetSaid(item, "reason"));
    e.interruptions.push_back(std::move(stop));
    return {};
  }));
  LOTTERY_TRY(e.tests_after, GetTests(o, "tests_after"));
  LOTTERY_TRY(e.video, base::GetDigest(o, "video"));
  LOTTERY_TRY(e.at, base::GetTime(o, "at"));
  return Canonical(std::move(e), body);
}

std::string Attendance::ToBody() const {
  json::array hashes;
  for (const auto& entry : entries) hashes.push_back(json::value(HexOf(entry)));
  return base::ToPretty(json::object{{"format", "attendance/1"},
                                     {"game", draw.game},
                                     {"draw", draw.number},
                                     {"plan", HexOf(plan)},
                                     {"seal", HexOf(seal)},
                                     {"entries", std::move(hashes)},
                                     {"at", base::ToIso(at)}});
}

Result<Attendance> ParseAttendance(std::string_view body) {
  LOTTERY_TRY(const auto o, base::ParseJsonObject(body));
  Attendance a;
  LOTTERY_TRY(a.draw, GetDraw(o));
  LOTTERY_TRY(a.plan, base::GetDigest(o, "plan"));
  LOTTERY_TRY(a.seal, base::GetDigest(o, "seal"));
  LOTTERY_TRY(const auto hashes, GetStrings(o, "entries"));
  for (const auto& hex : hashes) {
    LOTTERY_TRY(const auto hash, base::DigestFromHex(hex));
    a.entries.push_back(hash);
  }
  LOTTERY_TRY(a.at, base::GetTime(o, "at"));
  return Canonical(std::move(a), body);
}

Result<std::vector<Digest>> HashesOfEntries(const std::vector<std::string>& envelopes) {
  std::vector<Digest> hashes;
  for (const auto& text : envelopes) {
    LOTTERY_TRY(const auto envelope, crypto::ParseEnvelope(text, kTypeBallEntry));
    hashes.push_back(BodyHash(envelope));
  }
  return hashes;
}

base::Status CheckAttendance(const DrawCertificate& c, const Plan& plan, const Trust& trust) {
  const auto refuse = [&](const char* why) {
    return Fail(ErrorCode::kBadBallEntry, std::string("attendance: ") + why);
  };
  if (plan.overseers.empty())
    return c.attendance.empty() ? base::Status() : refuse("the plan has no overseers");
  if (c.attendance.empty()) return refuse("no overseer was there");
  LOTTERY_TRY(const auto envelope, OpenSigned(c.attendance, kTypeAttendance,
                                              OverseersKeys(plan, trust), plan.overseer_quorum));
  LOTTERY_TRY(const auto a, ParseAttendance(envelope.body));
  if (a.draw != c.draw || a.plan != c.plan || a.seal != c.seal)
    return refuse("another draw, plan or seal");
  LOTTERY_TRY(const auto entries, HashesOfEntries(c.entries));
  if (a.entries != entries) return refuse("other entries");
  for (const auto& text : c.entries) {
    LOTTERY_TRY(const auto signed_entry, crypto::ParseEnvelope(text, kTypeBallEntry));
    LOTTERY_TRY(const auto entry, ParseBallEntry(signed_entry.body));
    if (a.at < entry.started || a.at > c.at) return refuse("not while it was drawn");
  }
  return {};
}

}  // namespace lottery::protocol
