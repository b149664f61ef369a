/// A filter by the name that templates know it by.
enum Filter: String, Sendable {
  case abs, append, at_least, at_most, base64_decode, base64_encode, base64_url_safe_decode
  case base64_url_safe_encode, capitalize, ceil, compact, concat, date, `default`, divided_by
  case downcase, escape, escape_once, find, find_index, first, floor, h, has, join, last, lstrip
  case map, minus, modulo, newline_to_br, plus, prepend, raw, reject, remove, remove_first
  case remove_last, replace, replace_first, replace_last, reverse, round, rstrip, size, slice
  case sort, sort_natural, split, strip, strip_html, strip_newlines, sum, times, truncate
  case truncatewords, uniq, upcase, url_decode, url_encode, `where`

  /// How many arguments the filter takes, its input aside.
  var arity: ClosedRange<Int> {
    switch self {
    case .append, .at_least, .at_most, .concat, .date, .divided_by, .map, .minus, .modulo, .plus,
      .prepend, .remove, .remove_first, .remove_last, .split, .times:
      1...1
    case .replace_last: 2...2
    case .find, .find_index, .has, .reject, .replace, .replace_first, .slice, .where: 1...2
    case .truncate, .truncatewords: 0...2
    case .compact, .default, .join, .round, .sort, .sort_natural, .sum, .uniq: 0...1
    default: 0...0
    }
  }
}
