import App
import Foundation
import Testing

struct ConfigurationTests {
  private func configuration(
    options: [Setting: String] = [:], _ environment: [String: String] = [:], env: String = "",
    files: [String: String] = [:]
  ) throws(ConfigurationError) -> Configuration {
    try Configuration(
      options: options, environment: environment, dotEnv: DotEnv(Array(env.utf8))
    ) { path throws(Configuration.FileFault) in
      guard let text = files[path] else { throw Configuration.FileFault("there is no such file.") }
      return Array(text.utf8)
    }
  }

  @Test func `an option beats the environment, that beats .env, that beats the default`() throws {
    let name = "MARTLET_LISTEN"
    var settings = try configuration()
    #expect(settings[.listen] == "127.0.0.1:8080")
    #expect(settings.source(of: .listen) == .standard)
    settings = try configuration(env: "\n\(name)=a:1")
    #expect(settings[.listen] == "a:1")
    #expect(settings.source(of: .listen) == .dotEnv(variable: name, line: 2))
    settings = try configuration([name: "b:2"], env: "\(name)=a:1")
    #expect(settings[.listen] == "b:2")
    #expect(settings.source(of: .listen) == .environment(variable: name))
    settings = try configuration(options: [.listen: "c:3"], [name: "b:2"], env: "\(name)=a:1")
    #expect(settings.listen == HostAndPort(host: "c", port: 3))
    #expect(settings.source(of: .listen) == .option)
    settings = try configuration([name: ""], env: "\(name)=a:1")
    #expect(settings[.listen] == "a:1")
    #expect(settings.source(of: .baseURL) == .nowhere)
    #expect(settings[.baseURL] == nil)
  }

  @Test(arguments: ["pw\n", "pw", "pw\r\n", "pw\n\n"])
  func `a secret is read from its file`(content: String) throws {
    let settings = try configuration(
      ["SMTP_PASSWORD_FILE": "/run/pw"], env: "SMTP_PASSWORD=other", files: ["/run/pw": content])
    #expect(settings[.smtpPassword] == "pw")
    #expect(settings.source(of: .smtpPassword) == .environment(variable: "SMTP_PASSWORD_FILE"))
  }

  @Test(arguments: [
    (
      ["SECRET_KEY_FILE": "/no"], "",
      "SECRET_KEY_FILE names '/no', which cannot be read: there is no such file."
    ),
    (
      ["SECRET_KEY_FILE": "/empty"], "",
      "SECRET_KEY_FILE names '/empty', which cannot be read: it is empty or not UTF-8 text."
    ),
    (
      ["SMTP_PASSWORD": "a", "SMTP_PASSWORD_FILE": "/x"], "",
      "SMTP_PASSWORD and SMTP_PASSWORD_FILE are both given (environment, SMTP_PASSWORD). "
        + "Give one of them."
    ),
    (
      ["MARTLET_LISTN": "x"], "",
      "There is no setting MARTLET_LISTN (environment, MARTLET_LISTN). Did you mean "
        + "MARTLET_LISTEN?"
    ),
    (
      [:], "A=1\nMARTLET_DATA_FILE=x",
      "There is no setting MARTLET_DATA_FILE (.env line 2, MARTLET_DATA_FILE). Did you mean "
        + "MARTLET_DATA?"
    ),
    (
      [:], "MARTLET_ZEBRAS_AND_LIONS=x",
      "There is no setting MARTLET_ZEBRAS_AND_LIONS (.env line 1, MARTLET_ZEBRAS_AND_LIONS). "
        + "Remove it."
    ),
    (
      ["MARTLET_LISTEN": "8080"], "",
      "MARTLET_LISTEN (environment, MARTLET_LISTEN) is not a host and a port. Write it as in "
        + "127.0.0.1:8080."
    ),
    ([:], "SMTP_PORT=0", "SMTP_PORT (.env line 1, SMTP_PORT) is not a port from 1 to 65535."),
    (["DEBUG": "maybe"], "", "DEBUG (environment, DEBUG) is neither true nor false."),
    (
      ["BASE_URL": "mail.example.com"], "",
      "BASE_URL (environment, BASE_URL) is not a web address. Write it as in "
        + "https://mail.example.com."
    ),
    (
      ["TRUSTED_ORIGINS": "https://a, b"], "",
      "TRUSTED_ORIGINS (environment, TRUSTED_ORIGINS) holds what is not an origin. Write them "
        + "as in https://mail.example.com."
    ),
    (
      ["DATABASE_URL": "mysql://u:secret@h/d"], "",
      "DATABASE_URL (environment, DATABASE_URL) is not a PostgreSQL address. Write it as in "
        + "postgresql://user@host/database."
    ),
  ])
  func `a wrong setting says what is wrong`(
    environment: [String: String], env: String, message: String
  ) {
    let error = #expect(throws: ConfigurationError.self) {
      _ = try configuration(environment, env: env, files: ["/empty": "\n"])
    }
    #expect(error?.description == message)
  }

  @Test func `other programs' names are theirs, but .env warns of them`() throws {
    let settings = try configuration(
      ["PATH": "/bin", "martlet_x": "1"], env: "SMTP_SERVR=x\nPATH=y\nSMTP_SERVER=z")
    #expect(
      settings.warnings == [
        "SMTP_SERVR (.env line 1, SMTP_SERVR) is none of Martlet's settings. Did you mean "
          + "SMTP_SERVER?",
        "PATH (.env line 2, PATH) is none of Martlet's settings.",
      ])
    #expect(settings[.smtpServer] == "z")
  }

  @Test(arguments: [
    "changeme", "CHANGE_ME", "change-me-please", "secret", "your-secret-key",
    "Your_Secret_Key_Here",
    "django-insecure-x8#k2j3hk4j5h6kj7h", "supersecret", "xxxxxxxxxxxx", "0000", "---", "password",
    "the output of: openssl rand -hex 32",
  ])
  func `a placeholder is no secret key`(key: String) {
    #expect(throws: ConfigurationError.placeholder(source: .environment(variable: "SECRET_KEY"))) {
      _ = try configuration(["SECRET_KEY": key])
    }
    #expect(
      throws: ConfigurationError.placeholder(source: .environment(variable: "SECRET_KEY_FILE"))
    ) {
      _ = try configuration(["SECRET_KEY_FILE": "/k"], files: ["/k": key + "\n"])
    }
  }

  @Test(arguments: ["9f86d081884c7d659a2feaa0c55ad015", "a secret of mine that nobody else has"])
  func `a real key is taken`(key: String) throws {
    #expect(try configuration(["SECRET_KEY": key])[.secretKey] == key)
  }

  @Test func `a database's address is made of its parts`() throws {
    #expect(try configuration().databaseURL == nil)
    #expect(try configuration(["POSTGRES_USER": "x"]).databaseURL == nil)
    #expect(
      try configuration(["POSTGRES_DB": "m"]).databaseURL
        == "postgresql://postgres@localhost:5432/m")
    #expect(
      try configuration([
        "POSTGRES_DB": "m d", "POSTGRES_USER": "ü", "POSTGRES_PASSWORD": "p@:/%",
        "POSTGRES_HOST": "::1", "POSTGRES_PORT": "6432",
      ]).databaseURL == "postgresql://%C3%BC:p%40%3A%2F%25@[::1]:6432/m%20d")
    #expect(
      try configuration(["POSTGRES_DB": "m", "DATABASE_URL": "postgres://h/x"]).databaseURL
        == "postgres://h/x")
  }

  @Test func `a shared database needs a shared key`() throws {
    try configuration().requireSecretKey()
    let shared = try configuration(["DATABASE_URL": "postgresql://h/d"])
    let error = #expect(throws: ConfigurationError.self) { try shared.requireSecretKey() }
    #expect(error?.description.hasPrefix("SECRET_KEY is missing: with a PostgreSQL") == true)
    try configuration(["POSTGRES_DB": "m", "SECRET_KEY": "9f86d081884c7d65"]).requireSecretKey()
  }

  @Test func `values come as types`() throws {
    let settings = try configuration([
      "ALLOWED_HOSTS": " a.org, ,b.org", "DEBUG": "On", "SMTP_PORT": "25", "MARTLET_DATA": "/d",
      "TRUSTED_ORIGINS": "https://a.org,http://b.org:81",
    ])
    #expect(settings.allowedHosts == ["a.org", "b.org"])
    #expect(settings.trustedOrigins == ["https://a.org", "http://b.org:81"])
    #expect(settings.isDebugging)
    #expect((settings.smtpPort, settings.dataFolder) == (25, "/d"))
    let standard = try configuration()
    #expect((standard.smtpPort, standard.dataFolder) == (587, "./data"))
    #expect((standard.isDebugging, standard.allowedHosts) == (false, []))
  }

  @Test(arguments: [
    ("postgresql://u:hunter2@h:5432/d", "postgresql://u:********@h:5432/d"),
    ("postgresql://u:hun@ter2@h/d", "postgresql://u:********@h/d"),
    ("postgresql://u@h/d", "postgresql://u@h/d"),
    ("postgresql://h/d", "postgresql://h/d"),
    ("postgresql://h/d?user=u&Password=hunter2", "********"),
  ])
  func `a database's password is masked`(url: String, shown: String) throws {
    #expect(try configuration(["DATABASE_URL": url]).shown(.databaseURL) == shown)
  }

  @Test func `the listing names every setting and hides every secret`() throws {
    var environment = ["SECRET_KEY_FILE": "/k", "BASE_URL": "https://x.org"]
    for setting in Setting.allCases where setting.isSecret && setting != .secretKey {
      environment[setting.name] = "postgresql://u:hunter2@h"
    }
    let settings = try configuration(
      options: [.data: "/d\n\"\u{1}"], environment, env: "DEBUG=no",
      files: ["/k": "hunter2hunter2"])
    let listing = settings.listing()
    let json = settings.listingJSON()
    #expect(!listing.contains("hunter2"))
    #expect(!json.contains("hunter2"))
    let lines = listing.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    #expect(lines.map { $0[0] } == Setting.allCases.map(\.name))
    #expect(lines[0] == ["MARTLET_LISTEN", "127.0.0.1:8080", "default"])
    #expect(lines[1] == ["MARTLET_DATA", "/d?\"?", "command", "line"])
    #expect(lines[2] == ["SECRET_KEY", "********", "environment,", "SECRET_KEY_FILE"])

    let parsed = try JSONSerialization.jsonObject(with: Data(json.utf8))
    let object = try #require(parsed as? [String: [String: Any]])
    #expect(Set(object.keys) == Set(Setting.allCases.map(\.name)))
    #expect(object["MARTLET_DATA"]?["value"] as? String == "/d\n\"\u{1}")
    #expect(object["DEBUG"]?["source"] as? String == ".env line 1, DEBUG")
    #expect(object["SECRET_KEY"]?["secret"] as? Bool == true)
    #expect(object["SMTP_SERVER"]?["value"] is NSNull)
  }

  @Test func `the example file is made from the settings and changes nothing as copied`() throws {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let written = try String(contentsOfFile: "/\(root)/.env.example", encoding: .utf8)
    #expect(written == Setting.exampleFile)
    #expect(try DotEnv(Array(written.utf8)).entries.isEmpty)
    for setting in Setting.allCases {
      #expect(written.contains("\n#\(setting.name)="))
    }
  }

  @Test func `every line of the example file may be uncommented but the key's`() throws {
    let lines = Setting.exampleFile.split(separator: "\n").filter { $0.hasPrefix("#") }
    let settings = lines.map { $0.dropFirst() }.filter {
      $0.first?.isUppercase == true && $0.contains("=") && !$0.hasPrefix("SECRET_KEY=")
    }
    #expect(settings.count == Setting.allCases.count - 1)
    let configuration = try configuration(env: settings.joined(separator: "\n"))
    #expect(configuration.warnings == [])
  }

  @Test func `files are read, and what cannot be read says why`() throws {
    let path = NSTemporaryDirectory() + "martlet-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data("SMTP_PORT=26\n".utf8).write(to: URL(fileURLWithPath: path))
    #expect(try SettingFile.read(path) == Array("SMTP_PORT=26\n".utf8))
    #expect(try SettingFile.dotEnv(path)?.entries.map(\.value) == ["26"])
    #expect(try SettingFile.dotEnv(path + "x") == nil)
    #expect(throws: Configuration.FileFault("there is no such file.")) {
      try SettingFile.read(path + "x")
    }
    #expect(throws: Configuration.FileFault("it is a folder.")) { try SettingFile.read("/tmp") }
    #expect(throws: Configuration.FileFault("it is too long.")) {
      try SettingFile.read("/dev/zero")
    }
    #expect(throws: ConfigurationError.unreadableDotEnv(reason: "it is a folder.")) {
      try SettingFile.dotEnv("/tmp")
    }
    #expect(ProcessEnvironment.current()["PATH"] == ProcessInfo.processInfo.environment["PATH"])
  }
}
