import Octets

/// Reads the Date field of a received message, in the form of the rules or about so
/// (RFC 5322 §3.3 and §4.3).
enum DateReader {
  /// - Returns: `nil` without a day, a month and a year. A missing time is midnight, a missing or
  ///   unknown zone UTC.
  static func read(_ value: [UInt8]) -> Timestamp? {
    guard value.count <= 200 else { return nil }
    var date = Parts()
    for word in words(withoutComments(value)) { date.take(word) }
    return date.timestamp
  }

  private static func withoutComments(_ value: [UInt8]) -> [UInt8] {
    var depth = 0
    var kept: [UInt8] = []
    for octet in value {
      if octet == UInt8(ascii: "(") { depth += 1 }
      if depth == 0 { kept.append(octet) }
      if octet == UInt8(ascii: ")"), depth > 0 {
        depth -= 1
        kept.append(ASCII.space)
      }
    }
    return kept
  }

  private static func words(_ value: [UInt8]) -> [ArraySlice<UInt8>] {
    var words: [ArraySlice<UInt8>] = []
    for word in value.split(whereSeparator: { $0.isASCIIWhitespace || $0 == ASCII.comma }) {
      let isDashed =
        word.first != ASCII.hyphen && word.contains(ASCII.hyphen) && !word.contains(ASCII.colon)
      if isDashed { words += word.split(separator: ASCII.hyphen) } else { words.append(word) }
    }
    return words
  }

  /// What the words have told so far.
  private struct Parts {
    private var day: Int?
    private var month: Int?
    private var year: Int?
    private var secondOfDay: Int?
    private var offset: Int?

    mutating func take(_ word: ArraySlice<UInt8>) {
      if word.contains(ASCII.colon) {
        takeTime(word)
      } else if word.first == UInt8(ascii: "+") || word.first == ASCII.hyphen {
        takeOffset(word)
      } else if let number = number(word) {
        if day == nil, word.count <= 2 || word.count == 3 && number <= 31 {
          day = number
        } else if year == nil {
          // Two digits are of 1950 to 2049, three count from 1900 (RFC 5322 §4.3).
          year = word.count == 2 ? number + (number < 50 ? 2_000 : 1_900) : number
          if word.count == 3 { year = number + 1_900 }
        }
      } else {
        takeName(word)
      }
    }

    private func number(_ digits: ArraySlice<UInt8>) -> Int? {
      guard 1...4 ~= digits.count, digits.allSatisfy(\.isASCIIDigit) else { return nil }
      return digits.reduce(0) { $0 * 10 + Int($1 - ASCII.zero) }
    }

    private mutating func takeTime(_ word: ArraySlice<UInt8>) {
      // A zone may follow without a space.
      let sign = word.firstIndex { $0 == UInt8(ascii: "+") || $0 == ASCII.hyphen }
      if let sign { takeOffset(word[sign...]) }
      let pieces = word[..<(sign ?? word.endIndex)].split(separator: ASCII.colon)
      let numbers = pieces.prefix(3).map { number($0.prefix { $0.isASCIIDigit }) }
      guard secondOfDay == nil, numbers.count >= 2, let hour = numbers[0], let minute = numbers[1],
        hour < 24, minute < 60
      else { return }
      let second = numbers.count > 2 ? numbers[2] ?? 0 : 0
      secondOfDay = hour * 3_600 + minute * 60 + min(second, 60)
    }

    private mutating func takeOffset(_ word: ArraySlice<UInt8>) {
      let digits = word.dropFirst().filter { $0 != ASCII.colon }
      guard offset == nil, digits.count == 4, let number = number(digits[...]), number < 2_400
      else { return }
      let seconds = number / 100 * 3_600 + number % 100 * 60
      offset = word.first == ASCII.hyphen ? -seconds : seconds
    }

    private mutating func takeName(_ word: ArraySlice<UInt8>) {
      let name = String(decoding: word.prefix(3).lowercasedASCII, as: UTF8.self)
      if month == nil, let index = DateReader.months.firstIndex(of: name) {
        month = index + 1
      } else if offset == nil, let hours = DateReader.zones[name], word.count == name.utf8.count {
        offset = hours * 3_600
      }
    }

    var timestamp: Timestamp? {
      guard let day, let month, let year, 1...31 ~= day, 1_900...9_999 ~= year else { return nil }
      // Years from 1 March, so that the leap day is the last of its year.
      let shiftedYear = month <= 2 ? year - 1 : year
      let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
      let days =
        shiftedYear * 365 + shiftedYear / 4 - shiftedYear / 100 + shiftedYear / 400 + dayOfYear
        - 719_468
      return Timestamp(seconds: Int64(days * 86_400 + (secondOfDay ?? 0) - (offset ?? 0)))
    }
  }

  private static let months = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
  ]

  /// Hours east of Greenwich (RFC 5322 §4.3).
  private static let zones = [
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7,
    "mdt": -6, "pst": -8, "pdt": -7,
  ]
}
