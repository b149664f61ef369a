import Octets

/// One field of a received header.
package struct ParsedField: Sendable {
  /// Name, colon and value as they came, folded, without the last line ending.
  package let raw: ArraySlice<UInt8>
  private let nameCount: Int
  private let valueStart: Int

  /// The first `nameCount` octets are the name; `valueStart` is the index behind the colon.
  init(raw: ArraySlice<UInt8>, nameCount: Int, valueStart: Int) {
    self.raw = raw
    self.nameCount = nameCount
    self.valueStart = valueStart
  }

  /// As it was written.
  package var name: String { String(decoding: raw.prefix(nameCount), as: UTF8.self) }

  /// Whether this is the field of that name, in whatever case it was written.
  package func isNamed(_ name: StaticString) -> Bool {
    nameCount == name.utf8CodeUnitCount && raw.prefix(nameCount).equalsIgnoringASCIICase(name)
  }

  /// The value with the line endings of its folds taken out, and without white space around it.
  package var unfolded: [UInt8] {
    let value = raw[valueStart...].trimmingASCIIWhitespace
    var unfolded: [UInt8] = []
    unfolded.reserveCapacity(value.count)
    for index in value.indices {
      let octet = value[index]
      if octet == ASCII.lineFeed { continue }
      let next = index + 1
      if octet == ASCII.carriageReturn, next < value.endIndex, value[next] == ASCII.lineFeed {
        continue
      }
      unfolded.append(octet)
    }
    return unfolded
  }

  /// The value as people read it: unfolded, encoded words decoded, on one line.
  package var decoded: DecodedText { EncodedWordReader.read(unfolded) }

  /// The text of ``decoded``.
  package var text: String { decoded.text }
}

extension [ParsedField] {
  /// The first field of a name.
  package func first(named name: StaticString) -> ParsedField? {
    first { $0.isNamed(name) }
  }
}
