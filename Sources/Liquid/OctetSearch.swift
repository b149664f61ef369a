extension [UInt8] {
  /// Where `wanted` first occurs from an offset on; takes linear time (Knuth, Morris, Pratt).
  func firstRange(ofOctets wanted: [UInt8], from start: Int) -> Range<Int>? {
    guard start <= count, wanted.count <= count - start else { return nil }
    if wanted.isEmpty { return start..<start }
    if wanted.count == 1 { return self[start...].firstIndex(of: wanted[0]).map { $0..<$0 + 1 } }
    // How much of `wanted` still matches after a mismatch behind so many octets.
    var fallback = [0]
    fallback.reserveCapacity(wanted.count)
    var matched = 0
    for octet in wanted.dropFirst() {
      while matched > 0, wanted[matched] != octet { matched = fallback[matched - 1] }
      if wanted[matched] == octet { matched += 1 }
      fallback.append(matched)
    }
    matched = 0
    for at in start..<count {
      while matched > 0, wanted[matched] != self[at] { matched = fallback[matched - 1] }
      if wanted[matched] == self[at] { matched += 1 }
      if matched == wanted.count { return at + 1 - matched..<at + 1 }
    }
    return nil
  }

  /// Where `wanted` occurs last.
  func lastRange(ofOctets wanted: [UInt8]) -> Range<Int>? {
    if wanted.isEmpty { return count..<count }
    // From the end, the first occurrence of the text reversed.
    guard let found = [UInt8](reversed()).firstRange(ofOctets: wanted.reversed(), from: 0) else {
      return nil
    }
    return count - found.upperBound..<count - found.lowerBound
  }
}
