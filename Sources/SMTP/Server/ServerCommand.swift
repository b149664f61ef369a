import Octets

/// The parameters behind the path of MAIL.
struct MailParameters {
  var size: Int?
  var isEightBit = false
  var isUTF8 = false
  /// Which service extensions they belong to.
  var needs: ServerConfiguration.Extensions = []
  /// Whether there is a parameter at all: HELO allows none.
  var isEmpty = true
}

/// One command line, understood.
enum ServerCommand {
  case hello([UInt8], isExtended: Bool)
  case mail(ServerPath, MailParameters)
  case recipient(ServerPath)
  case data
  case chunk(size: Int, isLast: Bool)
  case authenticate(mechanism: [UInt8], initial: [UInt8]?)
  case startTLS
  case reset
  case noOperation
  case verify
  case help
  case quit
  /// Refused with this reply.
  case malformed(StaticString)
  /// A BDAT without a size: nobody can tell where the next command begins.
  case malformedChunk
  /// A browser made to talk to a mail server by a hostile page.
  case foreign

  /// RFC 5321 §4.5.3.1.4, with what SIZE, BODY, SMTPUTF8, AUTH and DSN add to it.
  private static let longestLine = 512
  private static let longestMailLine = 512 + 26 + 17 + 10 + 500

  init(_ line: [UInt8]) {
    var scanner = CommandScanner(line)
    let verb = scanner.take { !($0 == ASCII.space) }
    var code: UInt64 = 0
    if verb.count <= 8 {
      for octet in scanner.text(verb) { code = code << 8 | UInt64(octet.lowercasedASCII) }
    }
    let isLong = line.count + 2 > Self.longestLine
    // A bare carriage return or a NUL means different things to different servers.
    let isClean = line.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    if code == Verb.bdat {
      self = isLong || !isClean ? .malformedChunk : Self.chunk(&scanner)
    } else if !isClean {
      self = .malformed("500 5.5.2 Control character in command\r\n")
    } else if code == Verb.mail || code == Verb.rcpt {
      if line.count + 2 > Self.longestMailLine {
        self = .malformed("500 5.5.2 Line too long\r\n")
      } else {
        self = code == Verb.mail ? Self.mail(&scanner) : Self.recipient(&scanner)
      }
    } else if code == Verb.auth {
      self = Self.authenticate(&scanner)
    } else if isLong {
      self = .malformed("500 5.5.2 Line too long\r\n")
    } else {
      self = Self.other(code, &scanner)
    }
  }

  private static func other(_ code: UInt64, _ scanner: inout CommandScanner) -> ServerCommand {
    _ = scanner.takeSpaces()
    switch code {
    case Verb.noop: return .noOperation
    case Verb.vrfy: return .verify
    case Verb.help: return .help
    case Verb.get, Verb.post, Verb.put, Verb.connect, Verb.options, Verb.host: return .foreign
    case Verb.ehlo, Verb.helo:
      let name = scanner.takeRest()
      guard !name.isEmpty, name.count <= 255, !name.contains(ASCII.space) else {
        return .malformed("501 5.5.4 A name is required\r\n")
      }
      return .hello(name, isExtended: code == Verb.ehlo)
    case Verb.data where scanner.isAtEnd: return .data
    case Verb.rset where scanner.isAtEnd: return .reset
    case Verb.quit where scanner.isAtEnd: return .quit
    case Verb.starttls where scanner.isAtEnd: return .startTLS
    case Verb.data, Verb.rset, Verb.quit, Verb.starttls:
      return .malformed("501 5.5.4 No argument allowed\r\n")
    default: return .malformed("500 5.5.1 Command not recognized\r\n")
    }
  }

  private static func mail(_ scanner: inout CommandScanner) -> ServerCommand {
    guard scanner.take(" from:") else {
      return .malformed("501 5.5.4 Syntax: MAIL FROM:<address>\r\n")
    }
    guard let path = ServerPath(&scanner) else {
      return .malformed("501 5.1.7 Bad sender address syntax\r\n")
    }
    var parameters = MailParameters()
    var seen: ServerConfiguration.Extensions = []
    var hasAuth = false
    while !scanner.isAtEnd {
      guard scanner.takeSpaces() else { return .malformed("501 5.5.4 Bad parameters\r\n") }
      if scanner.isAtEnd { break }
      parameters.isEmpty = false
      var extra: ServerConfiguration.Extensions = []
      if scanner.take("size=") {
        guard let size = scanner.takeNumber() else { return .malformed("501 5.5.4 Bad SIZE\r\n") }
        parameters.size = size
        extra = .size
      } else if scanner.take("body=8bitmime") {
        parameters.isEightBit = true
        extra = .eightBitMIME
      } else if scanner.take("body=7bit") {
        extra = .eightBitMIME
      } else if scanner.take("smtputf8") {
        parameters.isUTF8 = true
        extra = .smtpUTF8
      } else if !hasAuth, scanner.take("auth=") {
        hasAuth = true
        if scanner.take(while: { $0 > 0x20 && $0 < 0x7F }).isEmpty {
          return .malformed("501 5.5.4 Bad AUTH\r\n")
        }
      } else {
        return .malformed("555 5.5.4 Parameter not recognized\r\n")
      }
      guard extra.isDisjoint(with: seen) else {
        return .malformed("501 5.5.4 Parameter given twice\r\n")
      }
      seen.insert(extra)
    }
    parameters.needs = seen
    return .mail(path, parameters)
  }

  private static func recipient(_ scanner: inout CommandScanner) -> ServerCommand {
    guard scanner.take(" to:") else {
      return .malformed("501 5.5.4 Syntax: RCPT TO:<address>\r\n")
    }
    guard let path = ServerPath(&scanner), !path.address.isEmpty else {
      return .malformed("501 5.1.3 Bad recipient address syntax\r\n")
    }
    _ = scanner.takeSpaces()
    guard scanner.isAtEnd else { return .malformed("555 5.5.4 Parameter not recognized\r\n") }
    return .recipient(path)
  }

  private static func chunk(_ scanner: inout CommandScanner) -> ServerCommand {
    guard scanner.takeSpaces(), let size = scanner.takeNumber() else { return .malformedChunk }
    let isLast = scanner.take(" last")
    return scanner.isAtEnd ? .chunk(size: size, isLast: isLast) : .malformedChunk
  }

  private static func authenticate(_ scanner: inout CommandScanner) -> ServerCommand {
    guard scanner.takeSpaces() else {
      return .malformed("501 5.5.4 Syntax: AUTH mechanism\r\n")
    }
    let name = scanner.take { $0 != ASCII.space }
    let mechanism = scanner.text(name).lowercasedASCII
    let hasInitial = scanner.takeSpaces() && !scanner.isAtEnd
    return .authenticate(mechanism: mechanism, initial: hasInitial ? scanner.takeRest() : nil)
  }
}

/// The command words as numbers, which compare at once.
private enum Verb {
  static let mail = number("mail")
  static let rcpt = number("rcpt")
  static let data = number("data")
  static let bdat = number("bdat")
  static let ehlo = number("ehlo")
  static let helo = number("helo")
  static let auth = number("auth")
  static let starttls = number("starttls")
  static let rset = number("rset")
  static let noop = number("noop")
  static let vrfy = number("vrfy")
  static let help = number("help")
  static let quit = number("quit")
  static let get = number("get")
  static let post = number("post")
  static let put = number("put")
  static let connect = number("connect")
  static let options = number("options")
  static let host = number("host:")

  private static func number(_ word: StaticString) -> UInt64 {
    word.withUTF8Buffer { $0.reduce(0) { $0 << 8 | UInt64($1) } }
  }
}
