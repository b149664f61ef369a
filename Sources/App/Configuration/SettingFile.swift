import Glibc

/// Reads the small files that settings live in.
public enum SettingFile {
  /// Nothing that is longer is a setting.
  private static let limit = 1 << 20

  /// The octets of a file.
  ///
  /// - Throws: `FileFault` with a sentence, also for a folder or a file beyond 1 MiB.
  public static func read(_ path: String) throws(Configuration.FileFault) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw fault(errno) }
    defer { close(descriptor) }
    var content: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 14)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw fault(errno) }
      if count == 0 { return content }
      content += chunk[..<count]
      guard content.count <= limit else { throw Configuration.FileFault("it is too long.") }
    }
  }

  /// The `.env` of the working directory, `nil` when there is none.
  public static func dotEnv(_ path: String = ".env") throws(ConfigurationError) -> DotEnv? {
    guard access(path, F_OK) == 0 else { return nil }
    let bytes: [UInt8]
    do throws(Configuration.FileFault) {
      bytes = try read(path)
    } catch {
      throw .unreadableDotEnv(reason: error.reason)
    }
    return try DotEnv(bytes)
  }

  private static func fault(_ code: Int32) -> Configuration.FileFault {
    switch code {
    case ENOENT, ENOTDIR: Configuration.FileFault("there is no such file.")
    case EACCES, EPERM: Configuration.FileFault("its permissions do not allow it.")
    case EISDIR: Configuration.FileFault("it is a folder.")
    default: Configuration.FileFault("the system reports error \(code).")
    }
  }
}
