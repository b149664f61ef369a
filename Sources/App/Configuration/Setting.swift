/// A setting that the program knows, by the name it has in the environment and in `.env`.
public enum Setting: String, Sendable, CaseIterable {
  case listen = "MARTLET_LISTEN"
  case data = "MARTLET_DATA"
  case secretKey = "SECRET_KEY"
  case previousSecretKey = "SECRET_KEY_PREVIOUS"
  case baseURL = "BASE_URL"
  case allowedHosts = "ALLOWED_HOSTS"
  case trustedOrigins = "TRUSTED_ORIGINS"
  case trustedProxies = "TRUSTED_PROXIES"
  case forceHTTPS = "FORCE_HTTPS"
  case strictTransport = "HSTS_SECONDS"
  case privateHosts = "SMTP_PRIVATE_HOSTS"
  case timeOuts = "SMTP_TIMEOUTS"
  case hello = "SMTP_HELLO"
  case databaseURL = "DATABASE_URL"
  case postgresDatabase = "POSTGRES_DB"
  case postgresUser = "POSTGRES_USER"
  case postgresPassword = "POSTGRES_PASSWORD"
  case postgresHost = "POSTGRES_HOST"
  case postgresPort = "POSTGRES_PORT"
  case smtpServer = "SMTP_SERVER"
  case smtpPort = "SMTP_PORT"
  case smtpUsername = "SMTP_USERNAME"
  case smtpPassword = "SMTP_PASSWORD"
  case accountsFile = "ACCOUNTS_FILE"
  case emailLog = "EMAIL_LOG"
  case adminEmail = "ADMIN_EMAIL"
  case adminPassword = "ADMIN_PASSWORD"
  case openGateway = "OPEN_GATEWAY"
  case debug = "DEBUG"

  public var name: String { rawValue }

  /// What holds when nobody says otherwise; `nil` when nothing does.
  public var standard: String? {
    switch self {
    case .listen: "127.0.0.1:8080"
    case .data: "./data"
    case .postgresUser: "postgres"
    case .postgresHost: "localhost"
    case .postgresPort: "5432"
    case .smtpPort: "587"
    case .debug, .forceHTTPS: "false"
    case .strictTransport: "0"
    default: nil
    }
  }

  /// Whether the value must not be shown, and may be read from the file that `NAME_FILE` names.
  public var isSecret: Bool {
    switch self {
    case .secretKey, .previousSecretKey, .databaseURL, .postgresPassword, .smtpPassword,
      .adminPassword:
      true
    default: false
    }
  }

  /// The variable that names a file with the value, `nil` where none may.
  public var fileName: String? { isSecret ? "\(name)_FILE" : nil }

  public var meaning: String {
    switch self {
    case .listen: "Where the web server listens: host and port."
    case .data: "The folder of the embedded database, the secret key, uploads and logs."
    case .secretKey:
      "Seals stored passwords and signs links. Without it the embedded database makes one and "
        + "keeps it in the data folder; with DATABASE_URL it is required."
    case .previousSecretKey:
      "The key before SECRET_KEY, for as long as `martlet secret rotate` needs it."
    case .baseURL: "The address that links in messages begin with."
    case .allowedHosts: "Host names the web server answers to, parted by commas."
    case .trustedOrigins: "Origins whose forms are accepted behind a proxy, parted by commas."
    case .trustedProxies:
      "Addresses of proxies in front whose X-Forwarded-For, -Proto and -Host fields are believed, "
        + "parted by commas."
    case .forceHTTPS: "Whether whoever comes by plain HTTP is sent to HTTPS: true or false."
    case .strictTransport:
      "For how many seconds browsers shall insist on HTTPS (Strict-Transport-Security); 0 says "
        + "nothing."
    case .privateHosts:
      "Mail servers at private addresses that are allowed while registration is open: names, "
        + "addresses or networks as in 10.0.0.0/8, parted by commas."
    case .timeOuts:
      "How long mail servers may take for each step, where it is not the usual time, parted by "
        + "commas: " + TimeOuts.names.joined(separator: ", ") + "."
    case .hello:
      "Our own name towards mail servers (EHLO), a host name with a dot; without it the one in "
        + "BASE_URL, or our address."
    case .databaseURL: "A PostgreSQL database instead of the embedded one."
    case .postgresDatabase: "The PostgreSQL database's name, where DATABASE_URL is not given."
    case .postgresUser: "The PostgreSQL user, with POSTGRES_DB."
    case .postgresPassword: "The PostgreSQL password, with POSTGRES_DB."
    case .postgresHost: "The PostgreSQL server, with POSTGRES_DB."
    case .postgresPort: "The PostgreSQL port, with POSTGRES_DB."
    case .smtpServer: "The SMTP server that is used where a request names none."
    case .smtpPort: "Its port."
    case .smtpUsername: "The user name for it."
    case .smtpPassword: "The password for it, also for an SMTP URL without one."
    case .accountsFile:
      "Sender accounts to read at the start (key,email,app_password); ./data.csv where it is "
        + "there."
    case .emailLog:
      "Where a line for each message is written; ./email_log.txt where an accounts file is used."
    case .adminEmail: "The first administrator, made on the first start."
    case .adminPassword: "The first administrator's password."
    case .openGateway: "The workspace whose gateway paths need no key, on a loopback address only."
    case .debug: "Whether the log has more detail: true or false."
    }
  }

  /// A value to show in `.env.example`.
  var example: String {
    switch self {
    case .secretKey: "the output of: openssl rand -hex 32"
    case .baseURL: "https://mail.example.com"
    case .allowedHosts: "mail.example.com,localhost"
    case .trustedOrigins: "https://mail.example.com"
    case .trustedProxies: "127.0.0.1"
    case .privateHosts: "10.0.0.0/8,mail.internal"
    case .timeOuts: "connect=30s,data-end=10m,idle=30s"
    case .hello: "mail.example.com"
    case .databaseURL: "postgresql://martlet:password@localhost:5432/martlet"
    case .postgresDatabase: "martlet"
    case .postgresPassword, .smtpPassword, .adminPassword: ""
    case .smtpServer: "smtp.example.com"
    case .smtpUsername: "ada@example.com"
    case .accountsFile: "./data.csv"
    case .emailLog: "./email_log.txt"
    case .adminEmail: "admin@example.com"
    case .openGateway: "main"
    default: standard ?? ""
    }
  }

  /// Reads a variable's name: a setting's own, or the one for its file.
  static func named(_ name: String) -> (setting: Setting, isFile: Bool)? {
    if let setting = Setting(rawValue: name) { return (setting, false) }
    guard name.hasSuffix("_FILE"), let setting = Setting(rawValue: String(name.dropLast(5))),
      setting.isSecret
    else { return nil }
    return (setting, true)
  }

  /// All names that mean something.
  static let names: [String] = allCases.flatMap { [$0.name, $0.fileName].compactMap(\.self) }
}

extension Setting {
  /// The text of `.env.example`: every setting as a comment, so that a copy changes nothing.
  public static var exampleFile: String {
    var text = """
      # Copy this file to .env and take the # from the lines you need.
      # The environment beats this file, and options on the command line beat both.
      # A password may be kept in a file: NAME_FILE=/path instead of NAME=value.

      """
    for setting in allCases {
      text += "\n"
      for line in HelpPage.wrap(setting.meaning, to: 77) { text += "# \(line)\n" }
      text += "#\(setting.name)=\(setting.example)\n"
    }
    return text
  }
}
