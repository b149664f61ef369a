import Compose
import Glibc
import MIME
import Model
import Octets
import SMTP
import Spreadsheet
import Workers

/// What `martlet send` was asked to do, checked before anything is created.
struct SendRequest {
  /// A sentence about what was given, with what to do.
  struct Refusal: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
  }

  /// An encoded message with its attachments may be this long (ruling C13).
  static let largestMessage = 25 << 20

  let contacts: String
  let survey: Importer.Survey
  let content: CampaignContent
  /// The files to attach, read.
  let attachments: [Attachment]
  let attachmentBytes: [[UInt8]]
  let exit: Exit
  let inDoubt: InDoubtPolicy
  let connections: Int
  let perSecond: Double?
  let limits: SendLimits
  let patience: Duration
  /// When what was refused for now is tried again; `nil`: as is usual.
  let schedule: RetrySchedule?
  let report: String?
  let isResuming: Bool
  let isDryRun: Bool
  let isJSON: Bool

  init(_ arguments: Arguments, _ configuration: Configuration) throws {
    contacts = try Self.absolute(arguments.required("contacts"))
    connections = try arguments.value("connections", as: .integer(1...512)) ?? 8
    perSecond = try arguments.value("rate", as: .rate)
    do throws(RetryScheduleError) {
      schedule = try arguments.value("retry").map { text throws(RetryScheduleError) in
        try RetrySchedule(parsing: text)
      }
    } catch {
      throw arguments.fault("Option '--retry': \(error)")
    }
    limits = try SendLimits(arguments)
    patience = try arguments.value("wait", as: .duration) ?? .seconds(60)
    report = arguments.value("report")
    isResuming = arguments.has("resume")
    isDryRun = arguments.has("dry-run")
    isJSON = arguments.has("json")
    let isTransactional = arguments.has("transactional")
    inDoubt =
      switch arguments.value("in-doubt") {
      case "hold": .hold
      case "resend": .resend
      case nil: isTransactional ? .resend : .hold
      case let other?:
        throw arguments.fault("Option '--in-doubt' takes 'hold' or 'resend', not '\(other)'.")
      }
    exit = try Self.exit(arguments, configuration)

    let subject = try arguments.required("subject")
    if let bad = subject.unicodeScalars.first(where: { $0.value < 0x20 || $0.value == 0x7F }) {
      let name = bad == "\r" || bad == "\n" ? "a line break" : "a control character"
      throw Refusal("The subject has \(name) in it. A subject is one line of text.")
    }
    survey = try Importer.survey(contacts, column: arguments.value("column"))

    let bodyPath = try arguments.required("body")
    let body = try Self.text(at: bodyPath, called: "body")
    let isHTML = Self.isHTML(body, path: bodyPath)
    let text = try arguments.value("text").map { try Self.text(at: $0, called: "text body") }
    if !isHTML, text != nil {
      throw Refusal(
        "The body \(bodyPath) is plain text already, so --text has no use. Leave it out, or give an HTML body."
      )
    }
    var stored: [StoredAttachment] = []
    var read: [Attachment] = []
    var bytes: [[UInt8]] = []
    for value in arguments.values("attach") {
      let (path, name) = Self.attachment(value)
      let content = try Self.bytes(at: path, called: "attachment", limit: Self.largestMessage)
      let attachment = Attachment(content: content, fileName: name)
      stored.append(
        StoredAttachment(
          name: attachment.fileName.description, file: "", size: content.count))
      read.append(attachment)
      bytes.append(content)
    }
    // Base64 makes four octets of three, and a line break of two after each 76.
    let encoded = read.reduce(0) { $0 + $1.content.count / 3 * 4 + $1.content.count / 28 }
    guard encoded + body.count * 2 <= Self.largestMessage else {
      throw Refusal(
        """
        The message would have \(encoded / 1_000_000) MB with its attachments; the limit is \
        25 MB. Put large files on a web server and link to them.
        """)
    }
    attachments = read
    attachmentBytes = bytes
    content = CampaignContent(
      subject: subject, html: isHTML ? body : nil, text: isHTML ? text : body,
      from: try arguments.required("from"), isTransactional: isTransactional,
      baseURL: arguments.value("base-url") ?? configuration[.baseURL], attachments: stored)
  }

  /// The names by which templates call the columns.
  var fieldNames: [String] { survey.columns.map(FieldName.of(column:)) }

  // MARK: Parts

  /// Where the messages leave.
  enum Exit {
    case server(Endpoint)
    /// The mail server within.
    case sandbox
    /// The server that the campaign was begun with, its password from the data folder.
    case stored
  }

  private static func exit(
    _ arguments: Arguments, _ configuration: Configuration
  ) throws -> Exit {
    if arguments.has("sandbox") {
      _ = try arguments.atMostOne(of: ["smtp", "sandbox"])
      return .sandbox
    }
    let password = configuration[.smtpPassword].map { [UInt8]($0.utf8) }
    if let url = try arguments.value("smtp", as: .smtpURL) {
      let user = url.user ?? configuration[.smtpUsername]
      return .server(
        try endpoint(url.host, url.port, url.security, user, url.password ?? password))
    }
    if configuration[.smtpServer] == nil, let user = configuration[.smtpUsername] {
      // With an account and no server most people mean the one that nearly everybody has.
      return .server(try endpoint("smtp.gmail.com", 465, .implicit, user, password))
    }
    guard let host = configuration[.smtpServer] else {
      if arguments.has("resume") { return .stored }
      throw arguments.fault("Give '--smtp URL' (or SMTP_SERVER), or '--sandbox' to try it out.")
    }
    let port = configuration.smtpPort
    return .server(
      try endpoint(
        host, port, port == 465 ? .implicit : .opportunistic, configuration[.smtpUsername],
        password))
  }

  private static func endpoint(
    _ host: String, _ port: UInt16, _ security: Endpoint.Security, _ user: String?,
    _ password: [UInt8]?
  ) throws -> Endpoint {
    if let user, password == nil {
      throw Refusal(
        "There is no password for \(user). Set SMTP_PASSWORD, or name a file with SMTP_PASSWORD_FILE."
      )
    }
    let credentials = user.flatMap { user in
      password.map { Credentials(user: user, password: $0) }
    }
    return Endpoint(host: host, port: port, security: security, credentials: credentials)
  }

  /// `FILE` or `FILE:NAME`; a colon in an existing file's name is part of it.
  private static func attachment(_ value: String) -> (path: String, name: String) {
    let base = { (path: String) in path.split(separator: "/").last.map(String.init) ?? path }
    if access(value, F_OK) == 0 { return (value, base(value)) }
    guard let colon = value.lastIndex(of: ":"), colon != value.startIndex else {
      return (value, base(value))
    }
    let name = String(value[value.index(after: colon)...])
    let path = String(value[..<colon])
    return (path, name.isEmpty ? base(path) : name)
  }

  private static func absolute(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  private static func isHTML(_ body: [UInt8], path: String) -> Bool {
    let lower = path.lowercased()
    if lower.hasSuffix(".html") || lower.hasSuffix(".htm") { return true }
    if lower.hasSuffix(".txt") { return false }
    let start = String(decoding: body.trimmingASCIIWhitespace.prefix(2_000), as: UTF8.self)
      .lowercased()
    return start.hasPrefix("<!doctype") || start.hasPrefix("<html") || start.contains("</p>")
      || start.contains("</div>") || start.contains("</h1>") || start.contains("</table>")
      || start.contains("<br")
  }

  private static func text(at path: String, called what: String) throws -> [UInt8] {
    var octets = try bytes(at: path, called: what, limit: 5 << 20)
    if octets.starts(with: [0xEF, 0xBB, 0xBF]) { octets.removeFirst(3) }
    guard String(validating: octets, as: UTF8.self) != nil, !octets.contains(0) else {
      throw Refusal("The \(what) \(path) is not UTF-8 text. Save it as UTF-8 and try again.")
    }
    guard !octets.trimmingASCIIWhitespace.isEmpty else {
      throw Refusal("The \(what) \(path) is empty.")
    }
    return octets
  }

  private static func bytes(at path: String, called what: String, limit: Int) throws -> [UInt8] {
    let fd = open(path, O_RDONLY | O_CLOEXEC)
    guard fd >= 0 else {
      throw Refusal("The \(what) \(path) cannot be read: \(String(cString: strerror(errno))).")
    }
    defer { close(fd) }
    var content: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 17)
    while true {
      let count = read(fd, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else {
        throw Refusal("The \(what) \(path) cannot be read: \(String(cString: strerror(errno))).")
      }
      if count == 0 { return content }
      content.append(contentsOf: chunk[..<count])
      guard content.count <= limit else {
        throw Refusal(
          "The \(what) \(path) is too large: the limit is \(limit >> 20) MB for one message.")
      }
    }
  }
}
