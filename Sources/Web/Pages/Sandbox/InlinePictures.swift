import Crypto
import MIME
import Octets

/// The pictures that travel within a message, for its HTML to show them.
///
/// A frame without an origin sends no cookies, so it could not fetch them from us; they are put
/// into the HTML itself.
struct InlinePictures {
  private let parts: [[UInt8]: MessagePart]
  private let most: Int
  private static let types: Set<String> = [
    "image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp",
    "image/svg+xml",
  ]

  /// `most`: how many octets of pictures one page may hold, each counted as often as it is shown.
  init(of message: ParsedMessage, most: Int = 8 << 20) {
    self.most = most
    var parts: [[UInt8]: MessagePart] = [:]
    for part in message.parts where Self.types.contains(part.type) {
      guard let id = part.contentID else { continue }
      if parts[Array(id.utf8)] == nil { parts[Array(id.utf8)] = part }
    }
    self.parts = parts
  }

  /// The HTML with `data:` addresses in the place of `cid:` ones (RFC 2392).
  func placed(in html: [UInt8]) -> [UInt8] {
    guard !parts.isEmpty else { return html }
    let scheme = [UInt8]("cid:".utf8)
    var out: [UInt8] = []
    out.reserveCapacity(html.count)
    var left = most
    var at = 0
    while at < html.count {
      guard html[at] | 0x20 == scheme[0], at > 0, Self.mayPrecede(html[at - 1]),
        html[at...].prefix(scheme.count).equalsIgnoringASCIICase("cid:")
      else {
        out.append(html[at])
        at += 1
        continue
      }
      let name = html[(at + scheme.count)...].prefix(1_000).prefix { !Self.ends($0) }
      let part = parts[Self.decoded(name)]
      if let part, part.content.count <= left {
        left -= part.content.count
        out.append(contentsOf: "data:\(part.type);base64,".utf8)
        Base64.append(part.content, to: &out)
        at = name.endIndex
      } else {
        out.append(contentsOf: html[at..<name.endIndex])
        at = name.endIndex
      }
    }
    return out
  }

  /// What stands before an address in an attribute or a style.
  private static func mayPrecede(_ octet: UInt8) -> Bool {
    octet == ASCII.quote || octet == UInt8(ascii: "'") || octet == ASCII.equals
      || octet == UInt8(ascii: "(") || octet.isASCIIWhitespace
  }

  private static func ends(_ octet: UInt8) -> Bool {
    octet == ASCII.quote || octet == UInt8(ascii: "'") || octet == UInt8(ascii: ">")
      || octet == UInt8(ascii: ")") || octet.isASCIIWhitespace
  }

  /// The identifier with `%40` and `&amp;` undone.
  private static func decoded(_ name: ArraySlice<UInt8>) -> [UInt8] {
    var out: [UInt8] = []
    var at = name.startIndex
    while at < name.endIndex {
      if name[at] == UInt8(ascii: "%"), at + 2 < name.endIndex,
        let octet = Hex.decode(name[(at + 1)...(at + 2)])?.first
      {
        out.append(octet)
        at += 3
      } else if name[at...].starts(with: "&amp;".utf8) {
        out.append(UInt8(ascii: "&"))
        at += 5
      } else {
        out.append(name[at])
        at += 1
      }
    }
    return out
  }
}
