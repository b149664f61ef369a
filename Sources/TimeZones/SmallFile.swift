import Glibc

/// Reads a whole file of a size that is bounded.
enum SmallFile {
  /// `nil` when there is no such file, when it is longer than `limit` octets, or no plain file.
  static func read(_ path: String, limit: Int) -> [UInt8]? {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= limit
    else { return nil }
    // One more than allowed shows a file that grew meanwhile.
    var content = [UInt8](repeating: 0, count: limit + 1)
    var length = 0
    while length < content.count {
      let count = content.withUnsafeMutableBytes { buffer in
        let free = buffer[length...]
        return Glibc.read(
          file, UnsafeMutableRawBufferPointer(rebasing: free).baseAddress, free.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { return nil }
      if count == 0 { return Array(content[..<length]) }
      length += count
    }
    return nil
  }
}
