import Foundation
import Net
import TestSupport
import Testing

/// TLS between two streams.
@Suite struct TLSTests {
  /// As the program does; see `BrokenPipeTests`.
  init() { signal(SIGPIPE, SIG_IGN) }

  @Test func `a conversation under TLS is the same conversation`() async throws {
    let sent = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 40_503 >> 7) }
    let (received, encryption) = try await onEventLoop { loop in
      let ends = try await Loopback(on: loop)
      let sending = SendableStream(ends.client)
      let context = try TLSContext.selfSignedServer(host: "mail.example")
      return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask(executorPreference: loop) {
          try await sending.stream.startTLS(
            as: try .unverifiedClient(), host: "mail.example", by: .after(.seconds(20)))
          try await sending.stream.write(sent, stallingAtMost: .seconds(20))
          #expect(try await sending.stream.read(1) == [6])
          sending.stream.close()
        }
        try await ends.server.acceptTLS(as: context, by: .after(.seconds(20)))
        let received = try await ends.server.read(sent.count)
        try await ends.server.write([6], stallingAtMost: .seconds(20))
        try await group.waitForAll()
        return (received, ends.server.encryption)
      }
    }
    #expect(received.count == sent.count)
    // Not inside the macro, which would describe each of a million octets.
    let isSame = received == sent
    #expect(isSame)
    #expect(encryption?.hasPrefix("TLSv1.3 TLS_") == true)
  }

  @Test func `a certificate that nobody vouches for is refused`() async throws {
    let error = try await onEventLoop { loop in
      try await TLSPair.clientError(
        host: "mail.example", client: try .client(),
        server: try .selfSignedServer(host: "mail.example"), on: loop)
    }
    guard case .tls(.certificate(let reason, "mail.example")) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(reason.contains("self-signed") || reason.contains("self signed"))
  }

  @Test(.enabled(if: OpenSSLTool.isThere, "needs the program openssl"))
  func `a certificate we trust counts for its own names alone`() async throws {
    await #expect(processExitsWith: .success) {
      signal(SIGPIPE, SIG_IGN)
      let folder = try OpenSSLTool.makeCertificate(name: "mail.example")
      defer { try? FileManager.default.removeItem(at: folder) }
      let certificate = folder.appending(path: "certificate.pem").path
      let key = folder.appending(path: "key.pem").path
      setenv("SSL_CERT_FILE", certificate, 1)
      try await onEventLoop { loop in
        for (host, isTrusted) in [
          ("mail.example", true), ("MAIL.example", true), ("127.0.0.1", true),
          ("mail.example.org", false), ("example", false), ("127.0.0.2", false),
        ] {
          let error = try await TLSPair.clientError(
            host: host, client: try .client(),
            server: try .server(certificate: certificate, key: key), on: loop)
          if isTrusted {
            #expect(error == nil, "\(host)")
          } else if case .tls(.certificate(let reason, host)) = error {
            #expect(reason.contains("mismatch"))
          } else {
            Issue.record("\(host): \(String(describing: error))")
          }
        }
      }
    }
  }

  @Test(arguments: ["220 mail.example\r\n", "HTTP/1.0 400\r\n\r\n", ""])
  func `a peer without TLS fails the handshake`(greeting: String) async throws {
    let error = try await onEventLoop { loop in
      let ends = try await Loopback(on: loop)
      try await ends.server.write([UInt8](greeting.utf8), stallingAtMost: .seconds(20))
      ends.server.close()
      return await netError { () throws(NetError) in
        try await ends.client.startTLS(
          as: try .unverifiedClient(), host: "localhost", by: .after(.seconds(20)))
      }
    }
    switch error {
    // Closing with our hello unread is a reset.
    case .tls(.handshake), .closed: break
    default: Issue.record("\(String(describing: error))")
    }
  }

  @Test func `a peer that leaves without a farewell has ended its stream`() async throws {
    let received = try await onEventLoop { loop in
      let listener = try Listener(at: try await Loopback.address(), on: loop)
      let port = listener.port
      return try await withThrowingTaskGroup(of: [UInt8].self) { group in
        group.addTask(executorPreference: loop) {
          let client = try await Loopback.connect(to: port, on: loop)
          try await client.startTLS(
            as: try .unverifiedClient(), host: "localhost", by: .after(.seconds(20)))
          return try await client.readToEnd()
        }
        try await Self.greetAndVanish(listener, on: loop)
        return try await group.next() ?? []
      }
    }
    #expect(received == Array("250 bye\r\n".utf8))
  }

  /// Lets the stream go instead of closing it, so no close_notify goes out.
  private static func greetAndVanish(_ listener: Listener, on loop: EventLoop) async throws {
    let server = try #require(await listener.acceptDescriptor()?.stream(on: loop))
    let context = try TLSContext.selfSignedServer(host: "localhost")
    try await server.acceptTLS(as: context, by: .after(.seconds(20)))
    try await server.write(Array("250 bye\r\n".utf8), stallingAtMost: .seconds(20))
  }

  @Test(arguments: ["/nonexistent/certificate.pem", "/etc/hostname", ""])
  func `a file that is no certificate is named in the error`(path: String) {
    do throws(NetError) {
      _ = try TLSContext.server(certificate: path, key: path)
      Issue.record("made a context out of nothing")
    } catch {
      guard case .tls(.unusableCertificate(path, let reason)) = error else {
        Issue.record("\(error)")
        return
      }
      #expect(!reason.isEmpty)
    }
  }
}
