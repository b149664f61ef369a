import Foundation
import Glibc
import Locking
import Net
import SMTP
import TestSupport
import Testing

/// Certificates with something wrong that is not their signer (F8): trusted, but expired or for
/// another host.
@Suite(.enabled(if: OpenSSLTool.isThere, "needs the program openssl"))
struct BadCertificateTests {
  static func serverCertificate(
    _ name: String, isExpired: Bool = false
  ) throws -> (context: TLSContext, path: String, folder: URL) {
    let folder = try OpenSSLTool.makeCertificate(name: name, isExpired: isExpired)
    let path = folder.appending(path: "certificate.pem").path
    return (
      try .server(certificate: path, key: folder.appending(path: "key.pem").path), path, folder
    )
  }

  /// What comes of a session with a password, and whether the server ever saw one.
  static func visit(
    _ server: TLSContext, trusting certificate: String, isImplicit: Bool, host: String
  ) async throws -> (error: SessionError?, hasSeenPassword: Bool) {
    setenv("SSL_CERT_FILE", certificate, 1)
    let seen = Lock(false)
    var configuration = ServerConfiguration()
    configuration.authenticator = { _, _ in
      seen.withLock { $0 = true }
      return true
    }
    let (error, messages) = try await SandboxTests.serve(
      configuration, tls: server, isImplicit: isImplicit
    ) { port, loop in
      let endpoint = Endpoint(
        host: host, port: port, security: isImplicit ? .implicit : .required,
        credentials: Credentials(user: "ada", password: Array("pw".utf8)))
      return try await SandboxTests.refusal(endpoint, tls: try .client(), on: loop)
    }
    #expect(messages.isEmpty)
    return (error, seen.withLock { $0 })
  }

  @Test func `an expired certificate or another host's gets no password`() async throws {
    await #expect(processExitsWith: .success) {
      signal(SIGPIPE, SIG_IGN)
      for (name, isExpired, complaint) in [
        ("localhost", false, nil), ("localhost", true, "expired"),
        ("mail.example", false, "mismatch"), ("mail.example", true, "mismatch"),
      ] {
        let (server, path, folder) = try BadCertificateTests.serverCertificate(
          name, isExpired: isExpired)
        defer { try? FileManager.default.removeItem(at: folder) }
        for isImplicit in [false, true] {
          let (error, hasSeenPassword) = try await BadCertificateTests.visit(
            server, trusting: path, isImplicit: isImplicit, host: "localhost")
          guard let complaint else {
            #expect(error == nil)
            #expect(hasSeenPassword)
            continue
          }
          #expect(!hasSeenPassword)
          #expect(error?.isTemporary == false)
          guard case .network(.tls(.certificate(let reason, let host)), _) = error else {
            Issue.record("\(name), implicit \(isImplicit): \(String(describing: error))")
            continue
          }
          #expect(reason.contains(complaint))
          #expect(host == "localhost")
        }
      }
    }
  }
}
