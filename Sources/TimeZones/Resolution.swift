public import Octets

/// The moment that a date and time of day in a zone stand for.
public enum Resolution: Sendable, Equatable {
  case exact(Timestamp)
  /// Clocks skip this time; the moment is as far past the change as the time is past the last one
  /// that clocks show (RFC 5545, section 3.3.5).
  case gap(Timestamp)
  /// Clocks show this time twice.
  case ambiguous(first: Timestamp, second: Timestamp)

  /// The moment to take when nobody is asked: of two the first.
  public var moment: Timestamp {
    switch self {
    case .exact(let moment), .gap(let moment), .ambiguous(let moment, _): moment
    }
  }
}

extension Zone {
  /// When the clocks there show `civil`, its weekday aside.
  public func timestamp(of civil: Timestamp.Civil) -> Resolution {
    // Seconds of a clock that is never changed; no offset is as long as the window's margins.
    let shown = Timestamp(civil).seconds
    let margin: Int64 = 27 * 3_600
    var start = shown - margin
    var offset = Int64(rules.period(at: start).offset)
    var moments: [Timestamp] = []
    var skipped: Timestamp?
    while true {
      let change = rules.nextChange(after: start).flatMap { $0 <= shown + margin ? $0 : nil }
      let moment = shown - offset
      if moment >= start, moment < change ?? .max { moments.append(Timestamp(saturating: moment)) }
      guard let change else { break }
      let following = Int64(rules.period(at: change).offset)
      if moment >= change, shown < change + following {
        skipped = skipped ?? Timestamp(saturating: moment)
      }
      (start, offset) = (change, following)
    }
    if moments.count > 1 { return .ambiguous(first: moments[0], second: moments[1]) }
    if let moment = moments.first { return .exact(moment) }
    return .gap(skipped ?? Timestamp(saturating: shown - offset))
  }
}
