import Glibc

/// A regular file, open for an answer and closed when the answer is gone.
public final class OpenFile: Sendable {
  let descriptor: Int32
  public let length: Int

  /// - Returns: `nil` when there is no readable regular file.
  public init?(path: String) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return nil }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      return nil
    }
    self.descriptor = descriptor
    length = Int(status.st_size)
  }

  deinit { close(descriptor) }
}
