public import Octets

/// How often a message has been tried, the try at hand included.
///
/// When someone asks for a message that was given up, its row of retries begins anew, and its
/// attempts are numbered on.
public struct Tries: Sendable, Equatable {
  /// The number of this try among all, counted from 1.
  public let all: Int
  /// Its number in the row of retries that is under way, counted from 1.
  public let ofThisRow: Int
  /// When the first try of this row was refused; `nil` where this is the first.
  public let since: Timestamp?

  /// How often nobody knew before whether the message had arrived.
  public let doubts: Int

  public init(all: Int, ofThisRow: Int, since: Timestamp?, doubts: Int = 0) {
    self.doubts = doubts
    self.all = all
    self.ofThisRow = ofThisRow
    self.since = since
  }

  /// The first and only row, as of a message that nobody has asked for again.
  public init(_ number: Int, since: Timestamp? = nil) {
    self.init(all: number, ofThisRow: number, since: since)
  }

  /// How long ago the first refusal was.
  public func age(now: Timestamp) -> Duration {
    since.map { max(.zero, now - $0) } ?? .zero
  }
}
