import Octets

/// The settings as the types that the program needs, checked when it starts.
extension Configuration {
  public var listen: HostAndPort {
    // The default stands in for nothing: `check` has refused what cannot be read.
    self[.listen].flatMap { HostAndPort($0) } ?? HostAndPort(host: "127.0.0.1", port: 8080)
  }

  public var dataFolder: String { self[.data] ?? "./data" }
  public var allowedHosts: [String] { list(.allowedHosts) }
  public var trustedOrigins: [String] { list(.trustedOrigins) }
  public var trustedProxies: [String] { list(.trustedProxies) }
  public var privateHosts: [String] { list(.privateHosts) }
  /// Our own name towards mail servers, a host name with a dot; `nil` where the settings have none.
  var hello: String? {
    if let name = self[.hello] { return name }
    guard let address = self[.baseURL], let start = address.firstRange(of: "://") else {
      return nil
    }
    let host = String(address[start.upperBound...].prefix { !"/:?#".contains($0) })
    return Self.isHostName(host) ? host : nil
  }

  /// Letters, digits and hyphens, parted by dots (RFC 5321 §4.1.2), and no number at the end: that
  /// would be an address.
  private static func isHostName(_ text: String) -> Bool {
    let labels = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return text.utf8.count <= 255 && labels.count > 1
      && labels.allSatisfy { label in
        1...63 ~= label.count && label.first != UInt8(ascii: "-")
          && label.last != UInt8(ascii: "-")
          && label.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || $0 == UInt8(ascii: "-") }
      }
      && labels.last?.contains(where: \.isASCIILetter) == true
  }

  /// The time-outs of conversations with mail servers.
  var timeOuts: TimeOuts { self[.timeOuts].flatMap { TimeOuts($0) } ?? TimeOuts() }
  public var forcesHTTPS: Bool { self[.forceHTTPS].flatMap(Self.truth) ?? false }
  /// `nil`: nothing is said to browsers.
  public var strictTransport: Duration? {
    let seconds = self[.strictTransport].flatMap { Int($0) } ?? 0
    return seconds > 0 ? .seconds(seconds) : nil
  }
  public var smtpPort: UInt16 { self[.smtpPort].flatMap { UInt16($0) } ?? 587 }
  public var isDebugging: Bool { self[.debug].flatMap(Self.truth) ?? false }

  /// `DATABASE_URL`, or one made of `POSTGRES_DB` and its like; `nil` means the embedded database.
  public var databaseURL: String? {
    if let url = self[.databaseURL] { return url }
    guard let database = self[.postgresDatabase] else { return nil }
    let password = self[.postgresPassword].map { ":" + Self.escaped($0) } ?? ""
    let host = self[.postgresHost] ?? "localhost"
    let place = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
    return "postgresql://\(Self.escaped(self[.postgresUser] ?? "postgres"))\(password)"
      + "@\(place):\(self[.postgresPort] ?? "5432")/\(Self.escaped(database))"
  }

  /// - Throws: `missing` when a shared database is used without a key that all nodes share.
  public func requireSecretKey() throws(ConfigurationError) {
    guard databaseURL != nil, self[.secretKey] == nil else { return }
    throw .missing(
      .secretKey,
      reason: "with a PostgreSQL database all nodes need the same. "
        + "Use the output of: openssl rand -hex 32")
  }

  /// Refuses settings for a shared database, which this version does not know.
  ///
  /// - Throws: `invalid`, so that nobody believes that their PostgreSQL is in use.
  public func requireEmbeddedDatabase() throws(ConfigurationError) {
    try requireSecretKey()
    guard databaseURL != nil else { return }
    let setting: Setting = self[.databaseURL] == nil ? .postgresDatabase : .databaseURL
    throw .invalid(
      setting, source: source(of: setting),
      reason: "asks for a shared database, and this version has the embedded one only. Remove it.")
  }

  /// Refuses a value that means nothing for its setting.
  func check(_ setting: Setting) throws(ConfigurationError) {
    guard let text = self[setting] else { return }
    if setting == .secretKey, Self.isPlaceholder(text) {
      throw .placeholder(source: source(of: setting))
    }
    if let reason = Self.fault(in: text, for: setting) {
      throw .invalid(setting, source: source(of: setting), reason: reason)
    }
  }

  private static func fault(in text: String, for setting: Setting) -> String? {
    switch setting {
    case .listen:
      HostAndPort(text) == nil
        ? "is not a host and a port. Write it as in 127.0.0.1:8080." : nil
    case .smtpPort, .postgresPort:
      UInt16(text).map { $0 > 0 } == true ? nil : "is not a port from 1 to 65535."
    case .strictTransport:
      Int(text).map { (0...63_072_000).contains($0) } == true
        ? nil : "is not a number of seconds from 0 to 63072000 (two years)."
    case .timeOuts:
      TimeOuts(text) == nil
        ? "is not understood. Write it as in connect=30s,data-end=10m; there are "
          + TimeOuts.names.joined(separator: ", ") + "." : nil
    case .hello:
      isHostName(text) ? nil : "is not a host name. Write it as in mail.example.com."
    case .debug, .forceHTTPS: truth(text) == nil ? "is neither true nor false." : nil
    case .baseURL:
      isWebAddress(text) ? nil : "is not a web address. Write it as in https://mail.example.com."
    case .trustedOrigins:
      items(text).allSatisfy(isWebAddress)
        ? nil : "holds what is not an origin. Write them as in https://mail.example.com."
    case .databaseURL:
      text.hasPrefix("postgresql://") || text.hasPrefix("postgres://")
        ? nil : "is not a PostgreSQL address. Write it as in postgresql://user@host/database."
    default: nil
    }
  }

  private static func isWebAddress(_ text: String) -> Bool {
    let rest =
      text.hasPrefix("https://")
      ? text.dropFirst(8) : text.hasPrefix("http://") ? text.dropFirst(7) : ""
    return rest.first.map { $0 != "/" && $0 != ":" } == true
      && rest.utf8.allSatisfy { $0 > ASCII.space && $0 < 0x7F && $0 != ASCII.quote }
  }

  private static func truth(_ text: String) -> Bool? {
    switch text.lowercased() {
    case "true", "yes", "on", "1": true
    case "false", "no", "off", "0": false
    default: nil
    }
  }

  /// Whether a key is one that examples and tutorials have.
  private static func isPlaceholder(_ key: String) -> Bool {
    let plain = String(key.lowercased().filter { $0.isLetter || $0.isNumber })
    if key.lowercased().hasPrefix("django-insecure-") || Set(plain).count < 2 { return true }
    return placeholders.contains(plain) || plain.hasPrefix("changeme")
      || plain.hasPrefix("theoutputof")
      || (plain.hasPrefix("your") && plain.count < 40 && plain.contains("key"))
      || (plain.hasPrefix("your") && plain.count < 40 && plain.contains("secret"))
  }

  private static let placeholders: Set<String> = [
    "secret", "secretkey", "mysecret", "mysecretkey", "supersecret", "supersecretkey",
    "topsecret", "verysecret", "key", "test", "testing", "dev", "development", "devsecret",
    "devsecretkey", "devkey", "default", "defaultsecret", "password", "passw0rd", "replaceme",
    "replacethis", "replacewithasecret", "pleasechangeme", "changethis", "changethiskey",
    "todo", "fixme", "insecure", "example", "examplekey", "placeholder", "none", "null", "abc",
    "12345678", "123456789", "1234567890", "123456", "1234", "0123456789abcdef",
    "astrongrandomsecret", "astrongrandomsecretkey", "averysecretkey",
  ]

  private func list(_ setting: Setting) -> [String] { Self.items(self[setting] ?? "") }

  private static func items(_ text: String) -> [String] {
    text.utf8.split(separator: UInt8(ascii: ","))
      .map { String(decoding: $0.trimmingASCIIWhitespace, as: UTF8.self) }
      .filter { !$0.isEmpty }
  }

  /// Percent-encodes all but unreserved characters (RFC 3986 §2.3).
  private static func escaped(_ text: String) -> String {
    let hex = Array("0123456789ABCDEF".utf8)
    var escaped: [UInt8] = []
    for octet in text.utf8 {
      if octet.isASCIILetter || octet.isASCIIDigit || [0x2D, 0x2E, 0x5F, 0x7E].contains(octet) {
        escaped.append(octet)
      } else {
        escaped += [UInt8(ascii: "%"), hex[Int(octet >> 4)], hex[Int(octet & 15)]]
      }
    }
    return String(decoding: escaped, as: UTF8.self)
  }
}
