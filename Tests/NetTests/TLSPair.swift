import Foundation
import Net

/// A client and a server that try to agree on TLS.
enum TLSPair {
  /// What the client makes of it; `nil` when it is content.
  static func clientError(
    host: String, client: TLSContext, server: TLSContext, on loop: EventLoop
  ) async throws -> NetError? {
    let ends = try await Loopback(on: loop)
    let serving = SendableStream(ends.server)
    return await withTaskGroup(of: Void.self) { group in
      group.addTask(executorPreference: loop) {
        // A client that refuses us is not our failure.
        _ = await netError { () throws(NetError) in
          try await serving.stream.acceptTLS(as: server, by: .after(.seconds(20)))
        }
      }
      let error = await netError { () throws(NetError) in
        try await ends.client.startTLS(as: client, host: host, by: .after(.seconds(20)))
      }
      ends.client.close()
      await group.waitForAll()
      return error
    }
  }
}

/// The program that makes certificates for tests.
enum OpenSSLTool {
  private static let path = "/usr/bin/openssl"

  static var isThere: Bool { FileManager.default.isExecutableFile(atPath: path) }

  /// A new folder with `certificate.pem`, for `name` and 127.0.0.1, and its `key.pem`.
  static func makeCertificate(name: String) throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let tool = Process()
    tool.executableURL = URL(filePath: path)
    tool.currentDirectoryURL = folder
    tool.standardError = FileHandle.nullDevice
    tool.arguments = [
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
      "2", "-subj", "/CN=\(name)", "-addext", "subjectAltName=DNS:\(name),IP:127.0.0.1", "-keyout",
      "key.pem", "-out", "certificate.pem",
    ]
    try tool.run()
    tool.waitUntilExit()
    return folder
  }
}
