import Octets

/// One line of a script, cut into words, and read from left to right.
struct ScriptLine {
  enum Token: Equatable {
    case word(String)
    /// What stood between quotation marks, its escapes undone.
    case quoted([UInt8])
    case colon
    case comma
    case end
  }

  static let longest = 8_192

  let number: Int
  private var tokens: [(token: Token, column: Int)] = []
  private var at = 0

  /// Cuts a line, without its end and in UTF-8, into words.
  init(_ octets: ArraySlice<UInt8>, number: Int) throws(ScriptError) {
    self.number = number
    guard octets.count <= Self.longest else {
      throw fault("This line is too long.", at: 1, "A line has at most \(Self.longest) octets.")
    }
    var index = octets.startIndex
    var column = 1
    /// Goes on by one octet; only the first octet of a character counts.
    func advance() {
      index += 1
      if index < octets.endIndex, octets[index] & 0xC0 == 0x80 { return }
      column += 1
    }
    while index < octets.endIndex {
      let begin = column
      switch octets[index] {
      case ASCII.space, ASCII.tab: advance()
      case UInt8(ascii: ":"):
        tokens.append((.colon, begin))
        advance()
      case UInt8(ascii: ","):
        tokens.append((.comma, begin))
        advance()
      case UInt8(ascii: "#"): index = octets.endIndex
      case ASCII.quote:
        advance()
        var text: [UInt8] = []
        while index < octets.endIndex, octets[index] != ASCII.quote {
          if octets[index] == ASCII.backslash {
            let escape = octets[index...].dropFirst()
            guard let (octet, count) = Self.escaped(escape) else {
              throw fault(
                "A “\\” stands before nothing it could mean.", at: column,
                "Write \\r, \\n, \\t, \\0, \\\\, \\\" or \\x and two hexadecimal digits.")
            }
            text.append(octet)
            for _ in 0...count { advance() }
          } else {
            text.append(octets[index])
            advance()
          }
        }
        guard index < octets.endIndex else {
          throw fault("This text has no end.", at: begin, "Close it with a quotation mark.")
        }
        advance()
        tokens.append((.quoted(text), begin))
      default:
        let first = index
        while index < octets.endIndex, !Self.endsWord(octets[index]) { advance() }
        tokens.append((.word(String(decoding: octets[first..<index], as: UTF8.self)), begin))
      }
    }
    tokens.append((.end, column))
  }

  private static func endsWord(_ octet: UInt8) -> Bool {
    switch octet {
    case ASCII.space, ASCII.tab, ASCII.quote, UInt8(ascii: ":"), UInt8(ascii: ","): true
    default: false
    }
  }

  /// What an escape means, and how many octets it has behind the backslash.
  private static func escaped(_ rest: ArraySlice<UInt8>) -> (UInt8, count: Int)? {
    switch rest.first {
    case UInt8(ascii: "r"): return (ASCII.carriageReturn, 1)
    case UInt8(ascii: "n"): return (ASCII.lineFeed, 1)
    case UInt8(ascii: "t"): return (ASCII.tab, 1)
    case UInt8(ascii: "0"): return (0, 1)
    case ASCII.backslash: return (ASCII.backslash, 1)
    case ASCII.quote: return (ASCII.quote, 1)
    case UInt8(ascii: "x"):
      let digits = String(decoding: rest.dropFirst().prefix(2), as: UTF8.self)
      guard digits.utf8.count == 2, digits.utf8.allSatisfy(\.isHexDigit),
        let octet = UInt8(digits, radix: 16)
      else { return nil }
      return (octet, 3)
    default: return nil
    }
  }

  // MARK: Reading

  var current: Token { tokens[min(at, tokens.count - 1)].token }
  var column: Int { tokens[min(at, tokens.count - 1)].column }
  var isEmpty: Bool { tokens.count == 1 }

  mutating func skip() { at = min(at + 1, tokens.count - 1) }

  mutating func take(_ token: Token) -> Bool {
    guard current == token else { return false }
    skip()
    return true
  }

  /// The word at hand, `nil` when something else is.
  var word: String? {
    guard case .word(let word) = current else { return nil }
    return word
  }

  mutating func takeQuoted() -> [UInt8]? {
    guard case .quoted(let text) = current else { return nil }
    skip()
    return text
  }

  /// Takes a word that `convert` can read.
  ///
  /// `expected` completes “This is not …”, as in “a number such as 50”.
  mutating func take<Value>(
    _ expected: String, _ convert: (String) -> Value?
  ) throws(ScriptError) -> Value {
    guard let word, let value = convert(word) else { throw unexpected(expected) }
    skip()
    return value
  }

  /// The word at hand, when it is one of some words.
  func choice<Choice: RawRepresentable & CaseIterable>(
    _ kind: String, of choice: Choice.Type
  ) throws(ScriptError) -> Choice where Choice.RawValue == String {
    let known = Choice.allCases.map(\.rawValue)
    guard let word else { throw unexpected("\(kind): \(Self.list(known))") }
    guard let found = Choice(rawValue: word) else { throw unknown(word, kind, known) }
    return found
  }

  /// Takes one of some words.
  mutating func takeChoice<Choice: RawRepresentable & CaseIterable>(
    _ kind: String, of choice: Choice.Type
  ) throws(ScriptError) -> Choice where Choice.RawValue == String {
    let found = try self.choice(kind, of: choice)
    skip()
    return found
  }

  // MARK: Faults

  func fault(_ problem: String, at column: Int? = nil, _ hint: String? = nil) -> ScriptError {
    ScriptError(line: number, column: column ?? self.column, problem: problem, hint: hint)
  }

  /// Something else should stand here.
  func unexpected(_ expected: String) -> ScriptError {
    let found =
      switch current {
      case .word(let word): "“\(Self.shown(word))” is not"
      case .quoted: "A text in quotation marks is not"
      case .colon: "“:” is not"
      case .comma: "“,” is not"
      case .end: "The line ends before"
      }
    return fault("\(found) \(expected).")
  }

  /// A word that is none of those that may stand here.
  func unknown(_ word: String, _ kind: String, _ known: [String]) -> ScriptError {
    let nearest = Suggestion.nearest(to: word, in: known)
    return fault(
      "“\(Self.shown(word))” is not \(kind).",
      nearest.map { "Did you mean “\($0)”?" } ?? "There are: \(Self.list(known)).")
  }

  static func list(_ words: [String]) -> String { words.joined(separator: ", ") }

  /// A word from a file, as it may be shown on a terminal.
  private static func shown(_ word: String) -> String {
    let scalars = word.unicodeScalars.prefix(40).map { scalar in
      scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) ? "?" : scalar
    }
    return String(String.UnicodeScalarView(scalars)) + (word.unicodeScalars.count > 40 ? "…" : "")
  }
}

extension UInt8 {
  var isHexDigit: Bool { isASCIIDigit || (lowercasedASCII &- 0x61) < 6 }
}
