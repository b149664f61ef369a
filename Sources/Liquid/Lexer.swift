import Octets

/// A word or sign of the language inside a tag or an output.
struct Lexeme: Equatable {
  enum Kind: Equatable {
    case name, string, number, comparison, dots
    /// One of `| . : , [ ] ( ) =`.
    case sign(Unicode.Scalar)
    case end
  }

  let kind: Kind
  /// Of a string, what is between the quotes.
  let range: Range<Int>
  /// Where the lexeme begins, quote included.
  let offset: Int
}

/// The lexemes of one tag or output, read from left to right.
struct Lexemes {
  let text: [UInt8]
  private let lexemes: [Lexeme]
  private(set) var index = 0

  init(_ text: [UInt8], _ range: Range<Int>) throws(Fault) {
    self.text = text
    lexemes = try Self.split(text, range)
  }

  var next: Lexeme { lexemes[index] }
  var afterNext: Lexeme { lexemes[min(index + 1, lexemes.count - 1)] }
  var isAtEnd: Bool { next.kind == .end }

  mutating func take() -> Lexeme {
    defer { if index < lexemes.count - 1 { index += 1 } }
    return lexemes[index]
  }

  /// Takes the next lexeme if it is this sign.
  mutating func take(_ sign: Unicode.Scalar) -> Bool {
    guard next.kind == .sign(sign) else { return false }
    _ = take()
    return true
  }

  /// Takes the next lexeme if it is this word.
  mutating func take(word: StaticString) -> Bool {
    guard next.kind == .name, word.withUTF8Buffer({ text[next.range].elementsEqual($0) }) else {
      return false
    }
    _ = take()
    return true
  }

  mutating func expect(_ kind: Lexeme.Kind, _ what: String) throws(Fault) -> Lexeme {
    guard next.kind == kind else { throw unexpected(expected: what) }
    return take()
  }

  func expectEnd() throws(Fault) {
    guard isAtEnd else { throw unexpected(expected: "the end") }
  }

  func unexpected(expected: String) -> Fault {
    let found =
      isAtEnd ? "the end" : "'\(String(decoding: text[source(of: next)], as: UTF8.self))'"
    return Fault(at: next.offset, "expected \(expected) but found \(found)")
  }

  /// The lexemes from an index up to the next, without white space.
  func canonical(from start: Int) -> [UInt8] {
    lexemes[start..<index].flatMap { text[source(of: $0)] }
  }

  private func source(of lexeme: Lexeme) -> Range<Int> {
    lexeme.kind == .string
      ? lexeme.offset..<lexeme.range.upperBound + 1 : lexeme.range
  }

  private static func split(
    _ text: [UInt8], _ range: Range<Int>
  ) throws(Fault) -> [Lexeme] {
    var lexemes: [Lexeme] = []
    var at = range.lowerBound
    while at < range.upperBound {
      if text[at].isASCIIWhitespace {
        at += 1
        continue
      }
      let (kind, stop) = try lexeme(text[at..<range.upperBound])
      let inner = kind == .string ? at + 1..<stop - 1 : at..<stop
      lexemes.append(Lexeme(kind: kind, range: inner, offset: at))
      at = stop
    }
    lexemes.append(Lexeme(kind: .end, range: at..<at, offset: at))
    return lexemes
  }

  /// The kind of what `rest` begins with, and where it stops.
  private static func lexeme(
    _ rest: ArraySlice<UInt8>
  ) throws(Fault) -> (Lexeme.Kind, Int) {
    let start = rest.startIndex
    let octet = rest[start]
    let following = start + 1 < rest.endIndex ? rest[start + 1] : 0
    switch octet {
    case _ where octet.isASCIILetter || octet == UInt8(ascii: "_"):
      var stop = rest.prefix { $0.isWord || $0 == ASCII.hyphen }.endIndex
      if stop < rest.endIndex, rest[stop] == UInt8(ascii: "?") { stop += 1 }
      return (.name, stop)
    case _ where octet.isASCIIDigit || octet == ASCII.hyphen && following.isASCIIDigit:
      return (.number, endOfNumber(rest))
    case ASCII.quote, UInt8(ascii: "'"):
      guard let close = rest.dropFirst().firstIndex(of: octet) else {
        throw Fault(at: start, "a quoted text is never closed")
      }
      return (.string, close + 1)
    case ASCII.dot where following == ASCII.dot:
      return (.dots, start + 2)
    case ASCII.equals, UInt8(ascii: "!"), UInt8(ascii: "<"), UInt8(ascii: ">"):
      let isPair =
        following == ASCII.equals || octet == UInt8(ascii: "<") && following == UInt8(ascii: ">")
      if isPair { return (.comparison, start + 2) }
      if octet == ASCII.equals { return (.sign("="), start + 1) }
      if octet != UInt8(ascii: "!") { return (.comparison, start + 1) }
    case UInt8(ascii: "|"), ASCII.dot, UInt8(ascii: ":"), UInt8(ascii: ","), UInt8(ascii: "["),
      UInt8(ascii: "]"), UInt8(ascii: "("), UInt8(ascii: ")"):
      return (.sign(Unicode.Scalar(octet)), start + 1)
    default: break
    }
    let character = rest[(start + 1)...].prefix { $0.isContinuation }
    let shown = String(decoding: rest[start..<character.endIndex], as: UTF8.self)
    throw Fault(at: start, "'\(shown)' has no meaning here")
  }

  private static func endOfNumber(_ rest: ArraySlice<UInt8>) -> Int {
    let whole = rest.dropFirst().prefix(while: \.isASCIIDigit).endIndex
    guard whole + 1 < rest.endIndex, rest[whole] == ASCII.dot, rest[whole + 1].isASCIIDigit else {
      return whole
    }
    return rest[(whole + 1)...].prefix(while: \.isASCIIDigit).endIndex
  }
}
