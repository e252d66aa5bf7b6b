#include "terminal/keyboard.h"

#include <algorithm>

#include "base/text.h"

namespace lottery::terminal {
namespace {

char32_t HalfWidth(char32_t c) {
  std::string one;
  base::AppendUtf8(one, c);
  const std::string half = base::ToHalfWidth(one);
  std::string_view rest = half;
  return base::NextCodePoint(rest).value_or(c);
}

Key KeyOf(const Stroke& stroke) {
  switch (stroke.kind) {
    case Stroke::Kind::kCharacter:
      return {Key::Kind::kCharacter, HalfWidth(stroke.character)};
    case Stroke::Kind::kCarriageReturn:
    case Stroke::Kind::kLineFeed:
      return {Key::Kind::kEnter, 0};
    case Stroke::Kind::kBackspace:
      return {Key::Kind::kBackspace, 0};
    case Stroke::Kind::kEscape:
      return {Key::Kind::kEscape, 0};
    case Stroke::Kind::kTab:
    case Stroke::Kind::kOther:
      break;
  }
  return {Key::Kind::kOther, 0};
}

bool EndsText(const Stroke& stroke) {
  return stroke.kind == Stroke::Kind::kCarriageReturn || stroke.kind == Stroke::Kind::kLineFeed ||
         stroke.kind == Stroke::Kind::kTab;
}

}  // namespace

void Keyboard::Take(const Stroke& stroke) {
  if (!group_.empty() && stroke.at_ms - group_.back().at_ms >= kBurstGapMs) Close();
  const bool same_end =
      stroke.kind == Stroke::Kind::kLineFeed && stroke.at_ms - last_return_ms_ <= kLineEndMs;
  last_return_ms_ = stroke.kind == Stroke::Kind::kCarriageReturn ? stroke.at_ms : -kLineEndMs - 1;
  if (same_end) return;
  group_.push_back(stroke);
  if (group_.size() == kLongestBurst) Close();
}

std::vector<Input> Keyboard::Due(std::int64_t now_ms) {
  if (!group_.empty() && now_ms - group_.back().at_ms >= kBurstGapMs) Close();
  return std::exchange(ready_, {});
}

// One key; the same key again and again, as a held Backspace is; or a burst, cut at its line ends.
void Keyboard::Close() {
  const std::vector<Stroke> group = std::exchange(group_, {});
  const bool erasing = std::all_of(group.begin(), group.end(), [](const Stroke& s) {
    return s.kind == Stroke::Kind::kBackspace;
  });
  if (group.size() == 1 || erasing) {
    for (const auto& stroke : group)
      ready_.push_back({false, KeyOf(stroke), {}, false, false, 1, stroke.at_ms});
    return;
  }
  const Input empty{true, {}, {}, false, false, 0, group.front().at_ms};
  Input burst = empty;
  const auto tell = [&] {
    burst.text = std::string(base::Trim(burst.text));
    if (burst.strokes != 0) ready_.push_back(burst);
    burst = empty;
  };
  // A scanner may be set to send a tab or a control character in front of each code.
  const auto behind_front = [&](auto at) {
    const auto text = std::find_if(
        at, group.end(), [](const Stroke& s) { return s.kind == Stroke::Kind::kCharacter; });
    const bool front = std::all_of(at, text, [](const Stroke& s) {
      return s.kind == Stroke::Kind::kTab || s.kind == Stroke::Kind::kOther;
    });
    if (text == group.end() || !front) return at;
    burst.strokes += static_cast<int>(text - at);
    return text;
  };
  for (auto at = behind_front(group.begin()); at != group.end();) {
    const Stroke& stroke = *at++;
    ++burst.strokes;
    if (stroke.kind == Stroke::Kind::kCharacter)
      base::AppendUtf8(burst.text, HalfWidth(stroke.character));
    else if (!EndsText(stroke))
      burst.mixed = true;
    if (!EndsText(stroke)) continue;
    burst.ended = true;
    tell();
    at = behind_front(at);
  }
  tell();
}

}  // namespace lottery::terminal
