import Octets

/// What a server answered to one command (RFC 5321 §4.2).
public struct Reply: Sendable, Equatable {
  /// From 200 to 599.
  public let code: Int
  /// The `2.1.5` of RFC 3463, when the text begins with one whose class fits the code.
  public let enhanced: EnhancedCode?
  /// The text without codes, lines separated by LF, at most 2,000 octets; as hostile as its server.
  public let text: [UInt8]

  public init(code: Int, enhanced: EnhancedCode? = nil, text: [UInt8] = []) {
    self.code = code
    self.enhanced = enhanced
    self.text = text
  }

  public enum Severity: Sendable {
    case success, intermediate, temporary, permanent
  }

  /// By the first digit, so that unknown codes are understood as well.
  public var severity: Severity {
    switch code {
    case ..<300: .success
    case ..<400: .intermediate
    case ..<500: .temporary
    default: .permanent
    }
  }

  public var isSuccess: Bool { severity == .success }

  /// The same with stars where the text repeats a secret.
  func masking(_ secrets: [[UInt8]]) -> Reply {
    var text = text
    for secret in secrets where secret.count > 2 {
      while let found = text.firstRange(of: secret) {
        text.replaceSubrange(found, with: "***".utf8)
      }
    }
    return Reply(code: code, enhanced: enhanced, text: text)
  }

  /// For people and logs: `550 5.1.1 no such user`, control characters made visible as spaces.
  public var line: String {
    var octets: [UInt8] = []
    octets.append(decimal: code)
    if let enhanced {
      octets.append(ASCII.space)
      enhanced.append(to: &octets)
    }
    if !text.isEmpty { octets.append(ASCII.space) }
    octets += text.map { $0 < 0x20 || $0 == 0x7F ? ASCII.space : $0 }
    return String(decoding: octets, as: UTF8.self)
  }
}

/// The enhanced status code of RFC 3463, as in 5.1.1.
public struct EnhancedCode: Sendable, Equatable, CustomStringConvertible {
  public let status: Int
  public let subject: Int
  public let detail: Int

  public init(_ status: Int, _ subject: Int, _ detail: Int) {
    self.status = status
    self.subject = subject
    self.detail = detail
  }

  public var description: String { "\(status).\(subject).\(detail)" }

  /// Reads a code at the start of a reply's text.
  ///
  /// - Returns: The code and how many octets it took with the space behind it.
  static func parse(_ text: ArraySlice<UInt8>) -> (code: EnhancedCode, length: Int)? {
    var at = text.startIndex
    func number() -> Int? {
      let start = at
      var number = 0
      while at < text.endIndex, text[at].isASCIIDigit, at - start < 3 {
        number = number * 10 + Int(text[at] & 0x0F)
        at += 1
      }
      return at > start ? number : nil
    }
    func takes(_ octet: UInt8) -> Bool {
      guard at < text.endIndex, text[at] == octet else { return false }
      at += 1
      return true
    }
    guard let status = number(), status == 2 || status == 4 || status == 5, takes(ASCII.dot),
      let subject = number(), takes(ASCII.dot), let detail = number(),
      at == text.endIndex || takes(ASCII.space)
    else { return nil }
    return (EnhancedCode(status, subject, detail), at - text.startIndex)
  }

  /// Appends the code as a reply has it.
  func append(to octets: inout [UInt8]) {
    octets.append(decimal: status)
    octets.append(ASCII.dot)
    octets.append(decimal: subject)
    octets.append(ASCII.dot)
    octets.append(decimal: detail)
  }
}
