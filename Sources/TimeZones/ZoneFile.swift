import Octets

/// Reads the binary form of a zone: TZif (RFC 9636), version 2 or later.
enum ZoneFile {
  /// What the file says, `nil` when it is not whole and in order.
  static func read(_ file: [UInt8]) -> ZoneRules? {
    var octets = BigEndian(file[...])
    // The first block is for readers of 32-bit times; all of it comes again in the second.
    guard let old = Header(&octets), octets.skip(old.blockLength(timeLength: 4)),
      let header = Header(&octets), header.isConsistent,
      octets.rest.count >= header.blockLength(timeLength: 8)
    else { return nil }

    var changes: [Int64] = []
    for _ in 0..<header.changes {
      guard let change = octets.number(8) else { return nil }
      changes.append(change)
    }
    guard let begun = octets.take(header.changes),
      let records = octets.take(header.periods * 6),
      let letters = octets.take(header.letters),
      // Leap seconds are none here; which changes were written down in local time matters not.
      octets.skip(header.standardMarks + header.universalMarks),
      let periods = periods(records, letters: letters)
    else { return nil }

    // The footer is a line of its own: what holds after the last change.
    var footer = octets.rest
    guard footer.popFirst() == ASCII.lineFeed, let end = footer.firstIndex(of: ASCII.lineFeed)
    else { return nil }
    footer = footer[..<end]
    let yearly = YearlyRule(footer)
    guard footer.isEmpty || yearly != nil else { return nil }
    return ZoneRules(changes: changes, begun: Array(begun), periods: periods, yearly: yearly)
  }

  private static func periods(
    _ records: ArraySlice<UInt8>, letters: ArraySlice<UInt8>
  ) -> [ZoneRules.Period]? {
    var records = BigEndian(records)
    var periods: [ZoneRules.Period] = []
    while !records.rest.isEmpty {
      guard let offset = records.number(4), (-89_999...93_599).contains(offset),
        records.skip(1), let start = records.number(1)
      else { return nil }
      // Abbreviations share their endings: each goes on to the next NUL.
      let word = letters.dropFirst(Int(start))
      guard let end = word.firstIndex(of: ASCII.nul), word[..<end].allSatisfy(\.isOfAbbreviation)
      else { return nil }
      periods.append(
        ZoneRules.Period(
          offset: Int(offset), abbreviation: String(decoding: word[..<end], as: UTF8.self)))
    }
    return periods
  }

  private struct Header {
    let universalMarks: Int, standardMarks: Int, leapSeconds: Int
    let changes: Int, periods: Int, letters: Int

    init?(_ octets: inout BigEndian) {
      guard let magic = octets.take(4), magic.elementsEqual("TZif".utf8),
        let version = octets.take(1)?.first, version >= UInt8(ascii: "2"), octets.skip(15),
        let universalMarks = octets.count(), let standardMarks = octets.count(),
        let leapSeconds = octets.count(), let changes = octets.count(),
        let periods = octets.count(), let letters = octets.count()
      else { return nil }
      self.universalMarks = universalMarks
      self.standardMarks = standardMarks
      self.leapSeconds = leapSeconds
      self.changes = changes
      self.periods = periods
      self.letters = letters
    }

    /// Files that count leap seconds are for other clocks than ours.
    var isConsistent: Bool {
      (1...256).contains(periods) && letters > 0 && leapSeconds == 0
        && [0, periods].contains(universalMarks) && [0, periods].contains(standardMarks)
    }

    func blockLength(timeLength: Int) -> Int {
      changes * (timeLength + 1) + periods * 6 + letters + leapSeconds * (timeLength + 4)
        + standardMarks + universalMarks
    }
  }
}

/// Numbers with the highest octet first, and never one from beyond the end.
private struct BigEndian {
  private(set) var rest: ArraySlice<UInt8>

  init(_ octets: ArraySlice<UInt8>) { rest = octets }

  mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
    guard count <= rest.count else { return nil }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  mutating func skip(_ count: Int) -> Bool { take(count) != nil }

  /// A signed number of four or eight octets, an unsigned one of one octet.
  mutating func number(_ length: Int) -> Int64? {
    guard let octets = take(length) else { return nil }
    let bits = octets.reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
    return length == 4
      ? Int64(Int32(truncatingIfNeeded: bits)) : Int64(truncatingIfNeeded: bits)
  }

  /// How many of something follow: unsigned, four octets.
  mutating func count() -> Int? {
    take(4)?.reduce(0) { $0 << 8 | Int($1) }
  }
}
