import Glibc

/// The public test data beside the checkout; tests that need it say so when it is absent.
public enum Corpora {
  /// The folder that `MARTLET_CORPORA` names, `../shared/corpora` from the package by default.
  public static let folder: String? = {
    let here = #filePath
    let root = here.split(separator: "/").dropLast(3).joined(separator: "/")
    let path = getenv("MARTLET_CORPORA").map { String(cString: $0) } ?? "/\(root)/../shared/corpora"
    return access(path, R_OK) == 0 ? path : nil
  }()

  /// The octets of one file of a corpus, `nil` when it cannot be read.
  public static func bytes(_ path: String) -> [UInt8]? {
    guard let folder, let file = fopen("\(folder)/\(path)", "rb") else { return nil }
    defer { fclose(file) }
    var content: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&chunk, 1, chunk.count, file)
      if count == 0 { return content }
      content.append(contentsOf: chunk[..<count])
    }
  }
}
