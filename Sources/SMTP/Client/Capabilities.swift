import Octets

/// What a server said in answer to EHLO that it can do.
public struct Capabilities: Sendable, Equatable {
  public var hasPipelining = false
  public var hasStartTLS = false
  public var has8BitMIME = false
  public var hasSMTPUTF8 = false
  public var hasDSN = false
  public var hasEnhancedStatusCodes = false
  /// The largest message in octets; `nil` when SIZE is not offered, 0 when it has no limit.
  public var size: Int?
  public var limits = Limits()
  /// SASL mechanisms in the server's order, in capitals.
  public var mechanisms: [String] = []

  public init() {}

  /// Reads the reply to EHLO (RFC 5321 §4.1.1.1); its first line is a greeting.
  public init(ehlo reply: Reply) {
    for line in reply.text.split(
      separator: ASCII.lineFeed, omittingEmptySubsequences: false
    ).dropFirst() {
      let words = line.split(separator: ASCII.space)
      guard let keyword = words.first else { continue }
      if keyword.equalsIgnoringASCIICase("PIPELINING") {
        hasPipelining = true
      } else if keyword.equalsIgnoringASCIICase("STARTTLS") {
        hasStartTLS = true
      } else if keyword.equalsIgnoringASCIICase("8BITMIME") {
        has8BitMIME = true
      } else if keyword.equalsIgnoringASCIICase("SMTPUTF8") {
        hasSMTPUTF8 = true
      } else if keyword.equalsIgnoringASCIICase("DSN") {
        hasDSN = true
      } else if keyword.equalsIgnoringASCIICase("ENHANCEDSTATUSCODES") {
        hasEnhancedStatusCodes = true
      } else if keyword.equalsIgnoringASCIICase("SIZE") {
        size = words.dropFirst().first.flatMap { Int(String(decoding: $0, as: UTF8.self)) } ?? 0
      } else if keyword.equalsIgnoringASCIICase("LIMITS") {
        limits = Limits(words.dropFirst())
      } else if keyword.equalsIgnoringASCIICase("AUTH") {
        addMechanisms(words.dropFirst())
      } else if keyword.prefix(5).equalsIgnoringASCIICase("AUTH=") {
        // The form of servers older than RFC 2554.
        addMechanisms([keyword.dropFirst(5)] + words.dropFirst())
      }
    }
  }

  private mutating func addMechanisms(_ words: some Sequence<ArraySlice<UInt8>>) {
    for word in words {
      let name = String(decoding: word, as: UTF8.self).uppercased()
      if !mechanisms.contains(name), mechanisms.count < 30 { mechanisms.append(name) }
    }
  }
}

/// How much a server takes in one session (RFC 9422); `nil` where it does not say.
public struct Limits: Sendable, Equatable {
  /// Transactions a session.
  public var messages: Int?
  /// Recipients a transaction; we have one.
  public var recipients: Int?
  /// Recipients' domains a session.
  public var domains: Int?

  public init() {}

  /// Reads `NAME=value` words; unknown names and values that cannot be are passed over.
  init(_ words: some Sequence<ArraySlice<UInt8>>) {
    for word in words {
      guard let equals = word.firstIndex(of: ASCII.equals) else { continue }
      let digits = word[(equals + 1)...]
      guard 1...6 ~= digits.count, digits.allSatisfy(\.isASCIIDigit) else { continue }
      let value = digits.reduce(0) { $0 * 10 + Int($1 & 0x0F) }
      guard value > 0 else { continue }
      let name = word[..<equals]
      if name.equalsIgnoringASCIICase("MAILMAX") {
        messages = value
      } else if name.equalsIgnoringASCIICase("RCPTMAX") {
        recipients = value
      } else if name.equalsIgnoringASCIICase("RCPTDOMAINMAX") {
        domains = value
      }
    }
  }
}
