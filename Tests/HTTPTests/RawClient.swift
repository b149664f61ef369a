import Foundation
import HTTP

/// A socket to a server under test that sends what it is told, octet for octet.
final class RawClient: @unchecked Sendable {
  // Safe: used by one thread at a time.
  private let descriptor: Int32
  private var unread: [UInt8] = []

  struct Failure: Error { let code: Int32 }

  /// What a server sent back.
  struct Answer: Sendable {
    let status: Int
    let head: String
    let body: String

    func field(_ name: String) -> String? {
      for line in head.split(separator: "\r\n") {
        guard let colon = line.firstIndex(of: ":"),
          line[..<colon].lowercased() == name.lowercased()
        else { continue }
        return line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
      }
      return nil
    }
  }

  init(port: UInt16) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    // Against a hanging test only; none relies on it.
    var patience = timeval(tv_sec: 20, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, size)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let result = withUnsafeBytes(of: &address) { octets in
      connect(
        descriptor, octets.baseAddress?.assumingMemoryBound(to: sockaddr.self),
        socklen_t(octets.count))
    }
    guard result == 0 else { throw Failure(code: errno) }
  }

  deinit { close(descriptor) }

  /// Says that nothing more comes.
  func finish() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// Whether all was taken.
  @discardableResult
  func send(_ octets: [UInt8]) -> Bool {
    var at = 0
    while at < octets.count {
      let count = octets[at...].withUnsafeBytes {
        Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      at += count
    }
    return true
  }

  @discardableResult
  func send(_ text: String) -> Bool { send(Array(text.utf8)) }

  /// The next octets, empty at the end of the connection.
  func read() -> [UInt8] {
    var room = [UInt8](repeating: 0, count: 64 << 10)
    let count = recv(descriptor, &room, room.count, 0)
    return count > 0 ? Array(room[..<count]) : []
  }

  /// All until the server closes.
  func readToEnd() -> String {
    var all = unread
    unread = []
    while true {
      let octets = read()
      if octets.isEmpty { return String(decoding: all, as: UTF8.self) }
      all += octets
    }
  }

  func readUntil(_ mark: String) -> String? {
    let mark = Array(mark.utf8)
    while true {
      if let range = unread.firstRange(of: mark) {
        defer { unread.removeSubrange(..<range.upperBound) }
        return String(decoding: unread[..<range.upperBound], as: UTF8.self)
      }
      let octets = read()
      if octets.isEmpty { return nil }
      unread += octets
    }
  }

  /// One answer with a Content-Length or none; `nil` when the connection ended first.
  func readAnswer(hasBody: Bool = true) -> Answer? {
    guard let head = readUntil("\r\n\r\n") else { return nil }
    let parts = head.split(separator: " ")
    guard parts.count > 1, let status = Int(parts[1]) else { return nil }
    if status == 100 { return readAnswer() }
    let bare = Answer(status: status, head: head, body: "")
    guard hasBody, let length = bare.field("Content-Length").flatMap(Int.init) else { return bare }
    while unread.count < length {
      let octets = read()
      if octets.isEmpty { return nil }
      unread += octets
    }
    defer { unread.removeFirst(length) }
    return Answer(
      status: status, head: head, body: String(decoding: unread[..<length], as: UTF8.self))
  }
}

/// Runs blocking socket work on a thread of its own, so that it never holds one that handlers use.
func onThread<Result: Sendable>(
  _ work: @escaping @Sendable () throws -> Result
) async throws -> Result {
  try await withCheckedThrowingContinuation { continuation in
    Thread { continuation.resume(with: .init(catching: work)) }.start()
  }
}

/// Sends raw octets to a fresh server and gives the first answer, `nil` if it only closed.
func answer(
  to raw: String, settings: ServerSettings = .forTesting, router: Router = .forTesting,
  hasBody: Bool = true
) async throws -> RawClient.Answer? {
  let server = try Server(settings, router)
  let port = server.port
  let answer = try await onThread {
    let client = try RawClient(port: port)
    client.send(raw)
    return client.readAnswer(hasBody: hasBody)
  }
  await server.stop(within: .seconds(5))
  return answer
}

extension ServerSettings {
  static var forTesting: ServerSettings {
    // As the program does at its start.
    signal(SIGPIPE, SIG_IGN)
    var settings = ServerSettings()
    settings.port = 0
    return settings
  }
}

extension Router {
  static var forTesting: Router {
    var router = Router()
    router.on(.get, "/hello") { _ in .text("hello") }
    router.on(.get, "/echo/{name}") { .text($0.parameters["name"] ?? "") }
    router.on(.post, "/echo", bodyLimit: 1_000) { request in
      .text(String(decoding: try await request.body.collect(upTo: 1_000), as: UTF8.self))
    }
    return router
  }
}
