import Octets

/// A file that travels with every message of a campaign.
public struct Attachment: Sendable, Hashable {
  public let content: [UInt8]
  /// Without path separators and control characters, never empty.
  public let fileName: HeaderText
  public let contentType: ContentType

  /// A file by the name that its owner gave it, of which only what a file's name may hold is kept.
  ///
  /// Where `contentType` is `nil` the name's extension decides.
  public init(content: [UInt8], fileName: String, contentType: ContentType? = nil) {
    self.content = content
    let name = Attachment.safeName(fileName)
    self.fileName = HeaderText(sanitising: name)
    self.contentType = contentType ?? ContentType(fileName: name)
  }

  /// Most systems know no longer names.
  private static let longestName = 255

  private static func safeName(_ name: String) -> String {
    var safe = String.UnicodeScalarView()
    var count = 0
    for scalar in name.unicodeScalars {
      if scalar == "/" || scalar == "\\" || scalar.isControl { continue }
      count += scalar.utf8.count
      if count > longestName { break }
      safe.append(scalar)
    }
    return safe.allSatisfy { $0 == "." || $0 == " " } ? "attachment" : String(safe)
  }

  /// Appends the part: its header, an empty line, and the content in base64.
  func appendPart(to bytes: inout [UInt8]) {
    bytes.append("Content-Type: ")
    bytes.append(contentsOf: contentType.name.utf8)
    if contentType.isText, String(validating: content, as: UTF8.self) != nil {
      bytes.append("; charset=utf-8")
    }
    // Older readers look here for the file's name.
    MIMEParameter.appendLikeness("name", fileName, to: &bytes)
    bytes.append("\r\nContent-Disposition: attachment")
    MIMEParameter.append("filename", fileName, to: &bytes)
    bytes.append("\r\nContent-Transfer-Encoding: base64\r\n\r\n")
    Base64.appendLines(content, to: &bytes)
  }
}
