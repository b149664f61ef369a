public import Foundation

/// The program that makes certificates for tests.
public enum OpenSSLTool {
  private static let path = "/usr/bin/openssl"

  public static var isThere: Bool { FileManager.default.isExecutableFile(atPath: path) }

  /// A new folder with `certificate.pem`, for `name` and 127.0.0.1, and its `key.pem`.
  public static func makeCertificate(name: String, isExpired: Bool = false) throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try run(
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
      "2", "-subj", "/CN=\(name)", "-addext", "subjectAltName=DNS:\(name),IP:127.0.0.1", "-keyout",
      "key.pem", "-out", "certificate.pem", in: folder)
    if isExpired {
      // Signed once more, valid up to this second.
      try run(
        "x509", "-in", "certificate.pem", "-signkey", "key.pem", "-days", "0", "-out",
        "expired.pem", in: folder)
      let certificate = folder.appending(path: "certificate.pem")
      try FileManager.default.removeItem(at: certificate)
      try FileManager.default.moveItem(at: folder.appending(path: "expired.pem"), to: certificate)
    }
    return folder
  }

  private static func run(_ arguments: String..., in folder: URL) throws {
    let tool = Process()
    tool.executableURL = URL(filePath: path)
    tool.currentDirectoryURL = folder
    tool.standardError = FileHandle.nullDevice
    tool.arguments = arguments
    try tool.run()
    tool.waitUntilExit()
  }
}
