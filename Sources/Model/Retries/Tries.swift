package import Octets

/// How often a message has been tried, the try at hand included.
///
/// When someone asks for a message that was given up, its row of retries begins anew, and its
/// attempts are numbered on.
package struct Tries: Sendable, Equatable {
  /// The number of this try among all, counted from 1.
  package let all: Int
  /// Its number in the row of retries that is under way, counted from 1.
  package let ofThisRow: Int
  /// When the first try of this row was refused; `nil` where this is the first.
  package let since: Timestamp?

  /// How often nobody knew before whether the message had arrived.
  package let doubts: Int

  package init(all: Int, ofThisRow: Int, since: Timestamp?, doubts: Int = 0) {
    self.doubts = doubts
    self.all = all
    self.ofThisRow = ofThisRow
    self.since = since
  }

  /// The first and only row, as of a message that nobody has asked for again.
  package init(_ number: Int, since: Timestamp? = nil) {
    self.init(all: number, ofThisRow: number, since: since)
  }

  /// How long ago the first refusal was.
  package func age(now: Timestamp) -> Duration {
    since.map { max(.zero, now - $0) } ?? .zero
  }
}
