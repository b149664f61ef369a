import Octets

/// The lines around the parts of a multipart body (RFC 2046 §5.1.1).
///
/// The boundary begins with `=_`, which neither quoted-printable nor base64 can contain; a text
/// that would otherwise travel as it is and contains the boundary is made quoted-printable.
struct Multipart: Sendable {
  /// The fields that say what the body is, and the empty line.
  let opening: [UInt8]
  /// The line before a part.
  let delimiter: [UInt8]
  /// The line after the last part.
  let end: [UInt8]

  /// A body of this kind, whose boundary begins with a stem by ``boundaryStem(seed:)``.
  init(_ subtype: StaticString, stem: [UInt8]) {
    var boundary = stem
    boundary.append(subtype)
    var opening: [UInt8] = []
    opening.append("Content-Type: multipart/")
    opening.append(subtype)
    opening.append(";\r\n boundary=\"")
    opening.append(contentsOf: boundary)
    opening.append("\"\r\n\r\n")
    self.opening = opening
    delimiter = Array("--".utf8) + boundary + Array("\r\n".utf8)
    end = Array("--".utf8) + boundary + Array("--\r\n".utf8)
  }

  /// What all boundaries of a frame begin with.
  static func boundaryStem(seed: UInt64) -> [UInt8] {
    var stem: [UInt8] = []
    stem.append("=_")
    for shift in stride(from: UInt64(60), through: 0, by: -4) {
      stem.append(Hexadecimal.small(UInt8(truncatingIfNeeded: seed &>> shift) & 15))
    }
    stem.append("_")
    return stem
  }
}
