#include "terminal/bet_text.h"

#include <algorithm>

#include "base/text.h"
#include "games/order.h"
#include "protocol/names.h"

namespace lottery::terminal {
using base::ErrorCode;
using base::Fail;
namespace {

// A word of digits, ascending whatever order they were typed in. Errors: kIllegalBet.
Result<std::string> Digits(std::string_view word) {
  std::string out;
  for (const char c : word) {
    if (c < '0' || c > '9') return Fail(ErrorCode::kIllegalBet, "只能用数字 0-9 digits 0-9");
    out.push_back(static_cast<char>(c - '0'));
  }
  std::sort(out.begin(), out.end());
  return out;
}

using Play = games::D3Bet::Play;

// The word a play begins with; 单选 needs none.
constexpr std::pair<std::string_view, Play> kPlays[] = {
    {"g3", Play::kGroup3},       {"g6", Play::kGroup6},   {"1d", Play::k1D},
    {"2d", Play::k2D},           {"any", Play::kAny},     {"sum", Play::kSum},
    {"w3", Play::kWrap3},        {"w6", Play::kWrap6},    {"guess1d", Play::kGuess1D},
    {"guess2d", Play::kGuess2D}, {"big", Play::kSize},    {"small", Play::kSize},
    {"odd", Play::kParity},      {"even", Play::kParity}, {"triple", Play::kTriple},
    {"run", Play::kRun},
};

base::Status Illegal(const char* why) { return Fail(ErrorCode::kIllegalBet, why); }

// Hundreds, tens and units; "*" leaves a place open.
base::Status ReadPlaces(const std::vector<std::string_view>& words, wire::D3Bet& bet) {
  if (words.size() == 1 && words[0].size() == 3)  // "358"
    return ReadPlaces({words[0].substr(0, 1), words[0].substr(1, 1), words[0].substr(2, 1)}, bet);
  if (words.size() != 3) return Illegal("百位、十位、个位各一组 hundreds, tens, units");
  std::string* places[] = {bet.mutable_hundreds(), bet.mutable_tens(), bet.mutable_units()};
  for (std::size_t i = 0; i < 3; ++i) {
    if (words[i] == "*") continue;
    LOTTERY_TRY(*places[i], Digits(words[i]));
  }
  return {};
}

// "D D S", "D S" or "SET".
base::Status ReadGroup3(const std::vector<std::string_view>& words, wire::D3Bet& bet) {
  const bool twice = words.size() == 3 && words[0] == words[1];
  if (words.empty() || (words.size() > 2 && !twice))
    return Illegal("g3：重复的数字两次，再写另一个 the doubled digit twice, then the other");
  LOTTERY_TRY(*bet.mutable_doubles(), Digits(words.front()));
  LOTTERY_TRY(*bet.mutable_singles(), Digits(words.back()));
  return {};
}

// Each word is a pair, "33" or "36", or a set of digits of which every two are meant.
base::Status ReadGuess2D(const std::vector<std::string_view>& words, wire::D3Bet& bet) {
  for (const auto word : words) {
    LOTTERY_TRY(const auto digits, Digits(word));
    if (digits.size() == 2 && digits[0] == digits[1]) {
      bet.mutable_doubles()->push_back(digits[0]);
    } else if (bet.digits().empty()) {
      bet.set_digits(digits);
    } else {
      return Illegal("每行一组不同的数字 one set of different digits a line");
    }
  }
  std::sort(bet.mutable_doubles()->begin(), bet.mutable_doubles()->end());
  return {};
}

base::Status ReadSums(const std::vector<std::string_view>& words, wire::D3Bet& bet) {
  for (const auto word : words) {
    const auto sum = base::ParseDecimal(word);
    if (!sum || *sum > 27) return Illegal("和数为 0-27 sums are 0-27");
    bet.mutable_sums()->push_back(static_cast<char>(*sum));
  }
  std::sort(bet.mutable_sums()->begin(), bet.mutable_sums()->end());
  return {};
}

base::Status ReadD3(std::string_view keyword, Play play, const std::vector<std::string_view>& words,
                    wire::D3Bet& bet) {
  switch (play) {
    case Play::kGroup3:
      return ReadGroup3(words, bet);
    case Play::kGroup6:
    case Play::kGuess1D: {
      std::string all;
      for (const auto word : words) all += word;
      LOTTERY_TRY(*bet.mutable_digits(), Digits(all));
      return {};
    }
    case Play::kGuess2D:
      return ReadGuess2D(words, bet);
    case Play::kSum:
      return ReadSums(words, bet);
    case Play::kSize:
    case Play::kParity:
      bet.set_choice(keyword == "big" || keyword == "odd" ? 1 : 2);
      return words.empty() ? base::Status() : Illegal("不需再选 nothing more to choose");
    case Play::kTriple:
    case Play::kRun:
      return words.empty() ? base::Status() : Illegal("不需选号 nothing to choose");
    default:
      return ReadPlaces(words, bet);
  }
}

Result<wire::Bet> ParseD3(std::string_view text) {
  std::vector<std::string_view> words;
  for (const auto part : base::Split(text, ' ')) {
    if (!part.empty()) words.push_back(part);
  }
  std::string_view keyword;
  Play play = Play::kSingle;
  for (const auto& [word, named] : kPlays) {
    if (words.empty() || words.front() != word) continue;
    keyword = word;
    play = named;
  }
  if (!keyword.empty()) words.erase(words.begin());
  wire::Bet bet;
  auto* d3 = bet.mutable_d3();
  d3->set_play(static_cast<std::uint32_t>(play));
  LOTTERY_TRY_VOID(ReadD3(keyword, play, words, *d3));
  LOTTERY_TRY_VOID(games::CheckD3Bet(games::FromWire(*d3)));
  return bet;
}

std::string Word(const std::string& octets) {
  std::string out;
  for (const char c : octets) out += static_cast<char>('0' + c);
  return out.empty() ? "*" : out;
}

std::string D3Text(const wire::D3Bet& bet) {
  switch (games::FromWire(bet).play) {
    case Play::kGroup3:
      return Word(bet.doubles()) + " " + Word(bet.doubles()) + " " + Word(bet.singles());
    case Play::kGroup6:
    case Play::kGuess1D:
      return Word(bet.digits());
    case Play::kGuess2D: {
      std::string out = bet.digits().empty() ? "" : Word(bet.digits());
      for (const char c : bet.doubles())
        out += (out.empty() ? "" : " ") + std::string(2, static_cast<char>('0' + c));
      return out;
    }
    case Play::kSum: {
      std::string out;
      for (const char c : bet.sums()) out += (out.empty() ? "" : " ") + std::to_string(c);
      return out;
    }
    case Play::kSize:
      return bet.choice() == 1 ? "大" : "小";
    case Play::kParity:
      return bet.choice() == 1 ? "奇" : "偶";
    case Play::kTriple:
    case Play::kRun:
      return "";
    default:
      return Word(bet.hundreds()) + " " + Word(bet.tens()) + " " + Word(bet.units());
  }
}

// "0105111723" as pairs: digits without blanks, as slips and other terminals have them.
std::string InPairs(std::string_view text) {
  std::string out;
  for (const auto word : base::Split(text, ' ')) {
    const bool compact = word.size() > 2 && word.size() % 2 == 0 &&
                         word.find_first_not_of("0123456789") == std::string_view::npos;
    for (std::size_t i = 0; i < word.size(); i += 2) {
      if (compact && i != 0) out += ' ';
      out += word.substr(i, 2);
    }
    out += ' ';
  }
  return out;
}

// Numbers in whatever order they were typed.
Result<std::string> Numbers(std::string_view text) {
  LOTTERY_TRY(auto numbers, games::ParseNumbers(InPairs(text)));
  std::sort(numbers.begin(), numbers.end(), [](char a, char b) {
    return static_cast<std::uint8_t>(a) < static_cast<std::uint8_t>(b);
  });
  return numbers;
}

// "01 02 | 05 08 11": bankers, then the others; without a bar no bankers.
base::Status ReadBankers(std::string_view text, std::string& bankers, std::string& numbers) {
  const auto bar = text.find('|');
  if (bar != std::string_view::npos) {
    LOTTERY_TRY(bankers, Numbers(text.substr(0, bar)));
  }
  LOTTERY_TRY(numbers, Numbers(text.substr(bar == std::string_view::npos ? 0 : bar + 1)));
  return {};
}

Result<wire::Bet> ParseQlc(std::string_view text) {
  wire::Bet bet;
  auto* qlc = bet.mutable_qlc();
  LOTTERY_TRY_VOID(ReadBankers(text, *qlc->mutable_bankers(), *qlc->mutable_numbers()));
  LOTTERY_TRY_VOID(games::CheckQlcBet(games::FromWire(*qlc)));
  return bet;
}

// "3: 08 15 22": the play, then the numbers. Without a play as many are picked as are written.
Result<wire::Bet> ParseKl8(std::string_view text) {
  wire::Bet bet;
  auto* kl8 = bet.mutable_kl8();
  const auto colon = text.find(':');
  const auto from = colon == std::string_view::npos ? 0 : colon + 1;
  LOTTERY_TRY_VOID(
      ReadBankers(text.substr(from), *kl8->mutable_bankers(), *kl8->mutable_numbers()));
  if (colon == std::string_view::npos) {
    kl8->set_pick(static_cast<std::uint32_t>(kl8->numbers().size()));
  } else {
    const auto pick = base::ParseDecimal(text.substr(0, colon));
    if (!pick || *pick > games::kKl8MostPick)
      return Fail(ErrorCode::kIllegalBet, "选一至选十 pick 1 to 10");
    kl8->set_pick(static_cast<std::uint32_t>(*pick));
  }
  LOTTERY_TRY_VOID(games::CheckKl8Bet(games::FromWire(*kl8)));
  return bet;
}

Result<wire::Bet> ParseSsq(std::string_view text) {
  auto plus = text.find('+');
  std::string with_plus;
  if (plus == std::string_view::npos &&
      IsCompactLine(protocol::kSsq, text)) {  // the last two are the blue
    plus = text.size() - 2;
    with_plus = std::string(text.substr(0, plus)) + "+" + std::string(text.substr(plus));
    text = with_plus;
  }
  if (plus == std::string_view::npos)
    return Fail(ErrorCode::kIllegalBet, "缺少“+ 蓝球” the blue is missing: reds + blue");
  wire::Bet bet;
  auto* ssq = bet.mutable_ssq();
  LOTTERY_TRY_VOID(
      ReadBankers(text.substr(0, plus), *ssq->mutable_red_bankers(), *ssq->mutable_reds()));
  LOTTERY_TRY(*ssq->mutable_blues(), Numbers(text.substr(plus + 1)));
  return bet;
}

std::string List(const std::string& octets) {
  std::string out;
  for (const char c : octets) {
    const int n = static_cast<std::uint8_t>(c);
    out += (out.empty() ? "" : " ") + std::string(n < 10 ? "0" : "") + std::to_string(n);
  }
  return out;
}

std::string WithBankers(const std::string& bankers, const std::string& numbers) {
  return (bankers.empty() ? "" : List(bankers) + " | ") + List(numbers);
}

Result<wire::Bet> ParseClean(std::string_view game, std::string_view text) {
  if (game == protocol::kD3) return ParseD3(text);
  if (game == protocol::kSsq) return ParseSsq(text);
  if (game == protocol::kQlc) return ParseQlc(text);
  if (game == protocol::kKl8) return ParseKl8(text);
  return Fail(ErrorCode::kUnknownGame, std::string(game));
}

// The zones of a game whose numbers are a set: from 1 to `most`, so many of them on a line.
struct Zone {
  const char *zh, *en;
  int most;
};

// The first number of `text` that is none, is outside of its zone or stands twice, in both
// languages; empty when it is not one number that is wrong.
std::string WrongIn(const Zone& zone, std::string_view text) {
  std::vector<std::string_view> seen;
  const std::string pairs = InPairs(text);
  for (const auto word : base::Split(pairs, ' ')) {
    if (word.empty() || word == "|") continue;
    const auto digits = word.size() == 2 && word[0] == '0' ? word.substr(1) : word;
    const auto n = base::ParseDecimal(digits);
    const std::string name(word);
    if (!n) return "“" + name + "”不是号码 is no number";
    if (*n < 1 || *n > zone.most)
      return std::string(zone.zh) + name + "不在 1-" + std::to_string(zone.most) + " 之内 " +
             zone.en + name + " is not 1 to " + std::to_string(zone.most);
    if (std::find(seen.begin(), seen.end(), digits) != seen.end())
      return std::string(zone.zh) + name + "重复 " + zone.en + name + " stands twice";
    seen.push_back(digits);
  }
  return {};
}

// A bar that touches a number is a blank beside it too.
std::string Spaced(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '|' ? std::string(" | ") : std::string(1, c);
  return out;
}

std::string WhichIsWrong(std::string_view game, std::string_view typed) {
  const std::string text = Spaced(typed);
  if (game == protocol::kQlc) return WrongIn({"号码 ", "", games::kQlcNumbers}, text);
  if (game == protocol::kKl8)
    return WrongIn({"号码 ", "", games::kKl8Numbers}, text.substr(text.find(':') + 1));
  if (game != protocol::kSsq) return {};
  auto plus = text.find('+');
  if (plus == std::string::npos && IsCompactLine(game, typed)) plus = text.size() - 2;
  if (plus == std::string::npos) return "缺少“+ 蓝球” the blue is missing: reds + blue";
  const std::string reds = WrongIn({"红球 ", "red ", games::kSsqReds}, text.substr(0, plus));
  if (!reds.empty()) return reds;
  return WrongIn({"蓝球 ", "blue ", games::kSsqBlues},
                 text.substr(text[plus] == '+' ? plus + 1 : plus));
}

}  // namespace

std::string CleanTyped(std::string_view text) {
  std::string clean = base::ToHalfWidth(text);
  for (const std::string_view mark : {"、", "；", "。"}) {
    for (auto at = clean.find(mark); at != std::string::npos; at = clean.find(mark))
      clean.replace(at, mark.size(), " ");
  }
  std::replace_if(
      clean.begin(), clean.end(), [](char c) { return c == ',' || c == ';' || c == '\t'; }, ' ');
  return std::string(base::Trim(clean));
}

bool IsCompactLine(std::string_view game, std::string_view text) {
  return (game == protocol::kSsq || game == protocol::kQlc) && text.size() == kCompactDigits &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

Result<wire::Bet> ParseBetText(std::string_view game, std::string_view typed) {
  const std::string text = CleanTyped(typed);
  auto bet = ParseClean(game, text);
  if (bet && games::LinesOf(*bet) == 0)
    bet = Fail(ErrorCode::kIllegalBet, "号码个数不对 too few or too many numbers");
  if (bet || bet.error().code != ErrorCode::kIllegalBet) return bet;
  const std::string which = WhichIsWrong(game, text);
  if (!which.empty()) bet.error().detail = which;
  return bet;
}

std::string BetText(const wire::Bet& bet) {
  switch (bet.play_case()) {
    case wire::Bet::kD3:
      return D3Text(bet.d3());
    case wire::Bet::kQlc:
      return WithBankers(bet.qlc().bankers(), bet.qlc().numbers());
    case wire::Bet::kKl8:
      return WithBankers(bet.kl8().bankers(), bet.kl8().numbers());
    default:
      return WithBankers(bet.ssq().red_bankers(), bet.ssq().reds()) + " + " +
             List(bet.ssq().blues());
  }
}

}  // namespace lottery::terminal
