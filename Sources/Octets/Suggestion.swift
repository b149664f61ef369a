/// Guesses which of the known words was meant.
public enum Suggestion {
  /// The nearest word, `nil` when none is near: one slip in three letters is.
  public static func nearest(to word: String, in known: [String]) -> String? {
    // A long word is nobody's slip, and the distance costs its square.
    guard word.utf8.count <= 64 else { return nil }
    let written = Array(word.lowercased().utf8)
    let ranked = known.map { ($0, distance(written, Array($0.lowercased().utf8))) }
    guard let best = ranked.min(by: { $0.1 < $1.1 }) else { return nil }
    return best.1 <= max(1, min(written.count, best.0.utf8.count) / 3) ? best.0 : nil
  }

  /// How many letters must be put in, left out, changed or swapped with their neighbour.
  static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var before: [Int] = []
    var last = Array(0...right.count)
    for i in left.indices {
      var row = [i + 1]
      for j in right.indices {
        var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (left[i] == right[j] ? 0 : 1))
        if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
          cost = min(cost, before[j - 1] + 1)
        }
        row.append(cost)
      }
      (before, last) = (last, row)
    }
    return last[right.count]
  }
}
