// Reads a rule book: figure by figure, each with its status and source, or the name of the first
// that is not in order.
#include "base/json.h"
#include "games/rules.h"

namespace lottery::games {
using base::ErrorCode;
namespace json = base::json;
namespace {

base::Error Bad(const std::string& path) { return {ErrorCode::kBadJson, "rule book: " + path}; }

Result<json::object> Member(const json::object& o, std::string_view key, const std::string& path) {
  auto value = base::GetObject(o, key);
  if (!value) return tl::unexpected(Bad(path + "/" + std::string(key)));
  return value;
}

// Every figure says where it is from: a status that is known and sources that are listed.
Result<Figure> ReadFigure(const json::object& o, std::string_view value_key, std::string path,
                          const RuleBook& book) {
  Figure f{std::move(path), {}, {}, {}, {}};
  const auto status = base::GetString(o, "status"), source = base::GetString(o, "source");
  if (!o.contains(value_key) || !status || !source || source->empty())
    return tl::unexpected(Bad(f.path));
  f.value = base::ToLine(o.at(value_key));
  f.status = *status;
  f.source = *source;
  if (const auto note = base::GetString(o, "note")) f.note = *note;
  bool known = f.status == "confirmed" || f.status == "derived" || f.status == "unconfirmed";
  for (const auto name : base::Split(f.source, ' ')) known = known && book.sources.contains(name);
  if (!known) return tl::unexpected(Bad(f.path + ": status or source"));
  return f;
}

base::Status ReadParameters(const json::object& o, const std::string& path, RuleBook& book,
                            std::map<std::string, std::int64_t, std::less<>>& out) {
  for (const auto& [key, value] : o) {
    const std::string where = path + std::string(key);
    if (!value.is_object()) return tl::unexpected(Bad(where));
    LOTTERY_TRY(auto figure, ReadFigure(value.get_object(), "value", where, book));
    LOTTERY_TRY(out[std::string(key)], base::GetInt(value.get_object(), "value"));
    book.figures.push_back(std::move(figure));
  }
  return {};
}

base::Status ReadAmounts(const json::array& list, const std::string& path, RuleBook& book,
                         Amounts& amounts) {
  for (const auto& item : list) {
    if (!item.is_object()) return tl::unexpected(Bad(path + "/amounts"));
    LOTTERY_TRY(const auto tier, base::GetInt(item.get_object(), "tier"));
    LOTTERY_TRY(const auto fen, base::GetInt(item.get_object(), "fen"));
    const std::string where = path + "/tier " + std::to_string(tier);
    if (tier < 1 || tier > static_cast<std::int64_t>(book.tiers.size()) || fen <= 0)
      return tl::unexpected(Bad(where));
    auto& amount = amounts[static_cast<std::size_t>(tier - 1)];
    if (amount) return tl::unexpected(Bad(where + " twice"));
    amount = Money::FromFen(fen);
    LOTTERY_TRY(auto figure, ReadFigure(item.get_object(), "fen", where, book));
    book.figures.push_back(std::move(figure));
  }
  return {};
}

// Amounts of single jurisdictions, whose pools only 3d has: of tiers that have a fixed amount, and
// one table a jurisdiction.
base::Status ReadByJurisdiction(const json::object& o, RuleBook& book, RuleVersion& version) {
  if (!o.contains("by_jurisdiction")) return {};
  const std::string path = version.name + "/by_jurisdiction";
  LOTTERY_TRY(const auto list, base::GetArray(o, "by_jurisdiction"));
  if (book.game != "3d") return tl::unexpected(Bad(path));
  for (const auto& item : list) {
    const std::string where = path + " " + std::to_string(version.by_jurisdiction.size() + 1);
    if (!item.is_object()) return tl::unexpected(Bad(where));
    JurisdictionAmounts own;
    LOTTERY_TRY(const auto named, Member(item.get_object(), "jurisdiction", where));
    LOTTERY_TRY(auto figure, ReadFigure(named, "value", where, book));
    LOTTERY_TRY(own.jurisdiction, base::GetString(named, "value"));
    book.figures.push_back(std::move(figure));
    LOTTERY_TRY(const auto amounts, base::GetArray(item.get_object(), "amounts"));
    LOTTERY_TRY_VOID(ReadAmounts(amounts, where, book, own.amounts));
    for (std::size_t i = 0; i < kMostTiers; ++i) {
      if (own.amounts[i] && !version.amounts[i]) return tl::unexpected(Bad(where));
    }
    if (version.Deviates(own.jurisdiction)) return tl::unexpected(Bad(where + " twice"));
    version.by_jurisdiction.push_back(std::move(own));
  }
  return {};
}

base::Status ReadTiers(const json::array& list, RuleBook& book) {
  for (const auto& item : list) {
    if (!item.is_object()) return tl::unexpected(Bad("tiers"));
    TierName name;
    LOTTERY_TRY(const auto tier, base::GetInt(item.get_object(), "tier"));
    LOTTERY_TRY(name.zh, base::GetString(item.get_object(), "zh"));
    LOTTERY_TRY(name.en, base::GetString(item.get_object(), "en"));
    LOTTERY_TRY(name.match, base::GetString(item.get_object(), "match"));
    name.tier = static_cast<int>(tier);
    if (tier != static_cast<std::int64_t>(book.tiers.size()) + 1)
      return tl::unexpected(Bad("tier"));
    book.tiers.push_back(std::move(name));
  }
  if (book.tiers.empty() || book.tiers.size() > kMostTiers) return tl::unexpected(Bad("tiers"));
  return {};
}

Result<Days> ReadDays(const json::object& o, const std::string& where) {
  LOTTERY_TRY(const auto ends, base::GetArray(o, "value"));
  if (ends.size() != 2 || !ends[0].is_string() || !ends[1].is_string())
    return tl::unexpected(Bad(where));
  const auto first = ParseDay(ends[0].get_string()), last = ParseDay(ends[1].get_string());
  if (!first || !last || *first > *last) return tl::unexpected(Bad(where));
  return Days{*first, *last};
}

// Days the market is closed, one after the other, and the days of which all are known.
base::Status ReadClosures(const json::object& o, RuleBook& book) {
  const std::string path = "calendar/closures";
  LOTTERY_TRY(const auto announced, Member(o, "announced", "calendar"));
  LOTTERY_TRY(auto known, ReadFigure(announced, "value", "calendar/announced", book));
  book.figures.push_back(std::move(known));
  LOTTERY_TRY(book.calendar.announced, ReadDays(announced, "calendar/announced"));
  LOTTERY_TRY(const auto closures, base::GetArray(o, "closures"));
  for (const auto& item : closures) {
    if (!item.is_object()) return tl::unexpected(Bad(path));
    LOTTERY_TRY(auto figure, ReadFigure(item.get_object(), "value", path, book));
    LOTTERY_TRY(const Days days, ReadDays(item.get_object(), path));
    auto& all = book.calendar.closures;
    if (!all.empty() && days.first <= all.back().last) return tl::unexpected(Bad(path));
    all.push_back(days);
    book.figures.push_back(std::move(figure));
  }
  return {};
}

// The day of the first draw of a game that began within the years the calendar knows.
base::Status ReadFirstDay(const json::object& o, RuleBook& book) {
  const std::string path = "calendar/first";
  if (!o.contains("first")) return {};
  LOTTERY_TRY(const auto member, Member(o, "first", "calendar"));
  LOTTERY_TRY(auto figure, ReadFigure(member, "value", path, book));
  LOTTERY_TRY(const auto text, base::GetString(member, "value"));
  const auto day = ParseDay(text);
  if (!day) return tl::unexpected(Bad(path));
  book.calendar.first = *day;
  book.figures.push_back(std::move(figure));
  return {};
}

base::Status ReadCalendar(const json::object& o, RuleBook& book) {
  LOTTERY_TRY_VOID(ReadFirstDay(o, book));
  for (const char* key : {"weekdays", "close", "draw"}) {
    LOTTERY_TRY(const auto member, Member(o, key, "calendar"));
    LOTTERY_TRY(auto figure, ReadFigure(member, "value", "calendar/" + std::string(key), book));
    book.figures.push_back(std::move(figure));
    if (key == std::string_view("weekdays")) {
      LOTTERY_TRY(const auto days, base::GetArray(member, "value"));
      for (const auto& day : days) {
        if (!day.is_int64() || day.get_int64() < 1 || day.get_int64() > 7)
          return tl::unexpected(Bad("calendar/weekdays"));
        book.calendar.weekdays.push_back(static_cast<int>(day.get_int64()));
      }
      continue;
    }
    LOTTERY_TRY(const auto text, base::GetString(member, "value"));
    const auto time = ParseTimeOfDay(text);
    if (!time) return tl::unexpected(Bad("calendar/" + std::string(key)));
    (key == std::string_view("close") ? book.calendar.close : book.calendar.draw) = *time;
  }
  return ReadClosures(o, book);
}

base::Status ReadVersions(const json::array& list,
                          const std::map<std::string, std::int64_t, std::less<>>& common,
                          RuleBook& book) {
  for (const auto& item : list) {
    if (!item.is_object()) return tl::unexpected(Bad("versions"));
    const auto& o = item.get_object();
    RuleVersion version;
    LOTTERY_TRY(version.name, base::GetString(o, "version"));
    LOTTERY_TRY(const auto from, base::GetInt(o, "from_draw"));
    LOTTERY_TRY(version.approved_by, base::GetString(o, "approved_by"));
    LOTTERY_TRY(version.document, base::GetString(o, "document"));
    version.from_draw = static_cast<std::int32_t>(from);
    if (!book.versions.empty() && book.versions.back().from_draw >= version.from_draw)
      return tl::unexpected(Bad(version.name + ": versions ascend"));
    LOTTERY_TRY(const auto parameters, Member(o, "parameters", version.name));
    LOTTERY_TRY(const auto amounts, base::GetArray(o, "amounts"));
    LOTTERY_TRY_VOID(ReadParameters(parameters, version.name + "/", book, version.parameters));
    version.parameters.insert(common.begin(), common.end());
    LOTTERY_TRY_VOID(ReadAmounts(amounts, version.name, book, version.amounts));
    LOTTERY_TRY_VOID(ReadByJurisdiction(o, book, version));
    book.versions.push_back(std::move(version));
  }
  if (book.versions.empty()) return tl::unexpected(Bad("versions"));
  return {};
}

}  // namespace

Result<RuleBook> ParseRuleBook(std::string_view text) {
  LOTTERY_TRY(const auto o, base::ParseJsonObject(text));
  RuleBook book;
  book.text = text;
  LOTTERY_TRY(const auto format, base::GetString(o, "format"));
  if (format != "rule-book/1") return tl::unexpected(Bad("format"));
  LOTTERY_TRY(book.game, base::GetString(o, "game"));
  LOTTERY_TRY(book.zh, base::GetString(o, "zh"));
  LOTTERY_TRY(book.en, base::GetString(o, "en"));
  LOTTERY_TRY(const auto sources, base::GetObject(o, "sources"));
  for (const auto& [name, source] : sources) {
    if (!source.is_string()) return tl::unexpected(Bad("sources"));
    book.sources[std::string(name)] = std::string(source.get_string());
  }
  LOTTERY_TRY(const auto parameters, base::GetObject(o, "parameters"));
  LOTTERY_TRY(const auto calendar, base::GetObject(o, "calendar"));
  LOTTERY_TRY(const auto tiers, base::GetArray(o, "tiers"));
  LOTTERY_TRY(const auto versions, base::GetArray(o, "versions"));
  std::map<std::string, std::int64_t, std::less<>> common;
  LOTTERY_TRY_VOID(ReadParameters(parameters, "", book, common));
  LOTTERY_TRY_VOID(ReadCalendar(calendar, book));
  LOTTERY_TRY_VOID(ReadTiers(tiers, book));
  LOTTERY_TRY_VOID(ReadVersions(versions, common, book));
  return book;
}

}  // namespace lottery::games
