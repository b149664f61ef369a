public import Octets

/// A date and time of day without a zone, as a form field of type `datetime-local` holds it.
public struct LocalTime: Sendable, Equatable {
  public let civil: Timestamp.Civil

  public init(_ civil: Timestamp.Civil) { self.civil = civil }

  /// From `2026-05-01T09:30` or `2026-05-01T09:30:15`; a blank may stand for the T, as people write
  /// it where a browser has no such field.
  ///
  /// `nil` when the text has another form, when there is no such day or time, or when the year is
  /// not one from 1970 to 9999.
  public init?(_ text: String) {
    let octets = Array(text.utf8)
    let form = Array("0000-00-00T00:00:00".utf8)
    guard octets.count == 16 || octets.count == 19 else { return nil }
    for (octet, expected) in zip(octets, form) {
      let isRight =
        switch expected {
        case ASCII.zero: octet.isASCIIDigit
        case UInt8(ascii: "T"): octet == expected || octet == ASCII.space
        default: octet == expected
        }
      guard isRight else { return nil }
    }
    func number(_ range: Range<Int>) -> Int {
      octets[range].reduce(0) { $0 * 10 + Int($1 - ASCII.zero) }
    }
    let civil = Timestamp.Civil(
      year: number(0..<4), month: number(5..<7), day: number(8..<10), hour: number(11..<13),
      minute: number(14..<16), second: octets.count == 19 ? number(17..<19) : 0)
    // What is no real date or time carries over, and comes back as another one.
    guard (1970...9999).contains(civil.year), Timestamp(civil).civil == civil else { return nil }
    self.civil = civil
  }

  /// For the field's `value`: to the minute, or to the second when that is not 0.
  public var value: String {
    var text: [UInt8] = []
    text.append(date: civil)
    text.append("T")
    text.append(time: civil)
    if civil.second != 0 {
      text.append(":")
      text.append(decimal: civil.second, width: 2)
    }
    return String(decoding: text, as: UTF8.self)
  }
}
