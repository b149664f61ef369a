import Octets

/// One field of a received header.
public struct ParsedField: Sendable {
  /// Name, colon and value as they came, folded, without the last line ending.
  public let raw: ArraySlice<UInt8>
  private let nameCount: Int
  private let valueStart: Int

  /// The first `nameCount` octets are the name; `valueStart` is the index behind the colon.
  init(raw: ArraySlice<UInt8>, nameCount: Int, valueStart: Int) {
    self.raw = raw
    self.nameCount = nameCount
    self.valueStart = valueStart
  }

  /// As it was written.
  public var name: String { String(decoding: raw.prefix(nameCount), as: UTF8.self) }

  /// Whether this is the field of that name, in whatever case it was written.
  public func isNamed(_ name: StaticString) -> Bool {
    nameCount == name.utf8CodeUnitCount && raw.prefix(nameCount).equalsIgnoringASCIICase(name)
  }

  /// The value with the line endings of its folds taken out, and without white space around it.
  public var unfolded: [UInt8] {
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
  public var decoded: DecodedText { EncodedWordReader.read(unfolded) }

  /// The text of ``decoded``.
  public var text: String { decoded.text }
}

extension [ParsedField] {
  /// The first field of a name.
  public func first(named name: StaticString) -> ParsedField? {
    first { $0.isNamed(name) }
  }
}
