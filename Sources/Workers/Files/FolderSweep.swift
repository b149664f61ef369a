import Glibc
import Octets

/// Clears a folder of files that nobody asks for any more.
enum FolderSweep {
  /// Whether a text is the name of one file in a folder, and no way out of it.
  static func isName(_ text: String) -> Bool {
    !text.isEmpty && !text.hasPrefix(".") && !text.utf8.contains(UInt8(ascii: "/"))
      && !text.utf8.contains(0)
  }

  /// Removes the files that are not kept and were last changed before a moment: younger ones may
  /// be on their way in.
  ///
  /// - Returns: How many were removed.
  @discardableResult
  static func run(in path: String, keeping kept: Set<String>, olderThan moment: Timestamp) -> Int {
    guard let folder = opendir(path) else { return 0 }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { octets in
        String(decoding: octets.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != "..", !kept.contains(name) { names.append(name) }
    }
    var removed = 0
    for name in names {
      var about = stat()
      guard lstat("\(path)/\(name)", &about) == 0, about.st_mode & S_IFMT == S_IFREG,
        Timestamp(seconds: Int64(about.st_mtim.tv_sec)) + .seconds(1) < moment,
        unlink("\(path)/\(name)") == 0
      else { continue }
      removed += 1
    }
    return removed
  }
}
