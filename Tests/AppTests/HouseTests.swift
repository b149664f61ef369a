import Crypto
import Foundation
import Model
import Net
import Octets
import SMTP
import Storage
import Testing

@testable import App

struct HouseTests {
  private func configuration(
    _ folder: String, _ environment: [String: String] = [:]
  ) throws -> Configuration {
    try Configuration(
      options: [.data: folder], environment: environment, readingFile: SettingFile.read)
  }

  @Test func `a folder in use is refused, and free again afterwards`() async throws {
    try await SendWorkbench.open { bench in
      let loop = try EventLoop(name: "test-io")
      defer { loop.stop() }
      let configuration = try configuration(bench.path("data"))
      do {
        let house = try await House.open(configuration, on: loop)
        let error = await #expect(throws: DataFolder.Failure.self) {
          _ = try await House.open(configuration, on: loop)
        }
        #expect(
          error?.description == """
            The data folder \(bench.path("data")) is in use by another Martlet. Wait until it has \
            ended, or name another folder with --data.
            """)
        #expect(house.folder.path == bench.path("data"))
      }
      _ = try await House.open(configuration, on: loop)
    }
  }

  @Test func `the command says so too`() async throws {
    try await SendWorkbench.open { bench in
      let folder = try DataFolder(bench.path("data"))
      let result = try await bench.send([:], ["--sandbox"])
      #expect(result.code == .failure)
      #expect(result.messages.contains("is in use by another Martlet"))
      #expect(folder.path == bench.path("data"))
    }
  }

  @Test func `what is opened again is the same house`() async throws {
    try await SendWorkbench.open { bench in
      let loop = try EventLoop(name: "test-io")
      defer { loop.stop() }
      let configuration = try configuration(bench.path("data"))
      var (workspaces, keys): ([Identifier], [KeyID]) = ([], [])
      for _ in 0..<2 {
        let house = try await House.open(configuration, on: loop)
        workspaces.append(house.workspace)
        keys.append(house.keys.current.id)
      }
      #expect(workspaces[0] == workspaces[1])
      #expect(keys[0] == keys[1])
      #expect(bench.isThere("data/secret.key"))
    }
  }

  @Test func `with SECRET_KEY there is no key file`() async throws {
    try await SendWorkbench.open { bench in
      let loop = try EventLoop(name: "test-io")
      defer { loop.stop() }
      let configuration = try configuration(
        bench.path("data"), ["SECRET_KEY": "correct horse battery staple"])
      let house = try await House.open(configuration, on: loop)
      #expect(try house.keys.current.id == SecretKey(text: "correct horse battery staple").id)
      #expect(!bench.isThere("data/secret.key"))
    }
  }

  @Test func `a stored password is nowhere in the database's files`() async throws {
    try await SendWorkbench.open { bench in
      let loop = try EventLoop(name: "test-io")
      defer { loop.stop() }
      let house = try await House.open(try configuration(bench.path("data")), on: loop)
      let password = [UInt8]("Xyzzy-plugh-4711-plover".utf8)
      let endpoint = Endpoint(
        host: "mail.example.org", port: 587, security: .required,
        credentials: Credentials(user: "ada@example.org", password: password))
      let sender = SealedSender.make(
        endpoint, id: .new(), workspace: house.workspace, keys: house.keys)
      try await house.store.senders.add(sender, now: .now())

      let files = try FileManager.default.contentsOfDirectory(atPath: bench.path("data"))
        .filter { $0.hasPrefix("martlet.db") }
      #expect(files.contains("martlet.db"))
      var isUserSeen = false
      for file in files {
        let octets = try Data(contentsOf: URL(filePath: bench.path("data/\(file)")))
        for secret in [Data(password), Data(Data(password).base64EncodedString().utf8)] {
          #expect(octets.range(of: secret) == nil, "\(file)")
        }
        if octets.range(of: Data("ada@example.org".utf8)) != nil { isUserSeen = true }
      }
      // Or the search would prove nothing.
      #expect(isUserSeen)

      let stored = try #require(
        try await house.store.senders.find(sender.id, in: house.workspace))
      let opened = try SealedSender.endpoint(stored, keys: house.keys)
      #expect(opened.credentials?.withPassword { $0 } == password)
      #expect(opened.name == "mail.example.org:587")
      #expect(opened.security == .required)
    }
  }

  @Test func `a password opens for its own sender only, and with its own key`() throws {
    let keys = KeyRing(current: .random())
    let endpoint = Endpoint(
      host: "h", port: 25, security: .none, credentials: Credentials(user: "u", password: [7]))
    let sender = SealedSender.make(endpoint, id: .new(), workspace: .new(), keys: keys)
    let moved = Sender(
      id: .new(), workspace: sender.workspace, name: "", host: "h", port: 25, security: "none",
      user: "u", sealedPassword: sender.sealedPassword)
    #expect(throws: CryptoError.self) { try SealedSender.endpoint(moved, keys: keys) }
    #expect(throws: CryptoError.self) {
      try SealedSender.endpoint(sender, keys: KeyRing(current: .random()))
    }
    #expect(try SealedSender.endpoint(sender, keys: keys).credentials?.user == "u")
  }

  @Test func `a folder that cannot be made is said so`() throws {
    let error = #expect(throws: DataFolder.Failure.self) { try DataFolder("/dev/null/data") }
    #expect(
      error?.description == """
        The data folder /dev/null/data cannot be made: Not a directory. Name another folder with \
        --data.
        """)
  }
}
