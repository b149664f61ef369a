import Glibc

/// The descriptors that this process has open.
enum OpenDescriptors {
  static var count: Int {
    guard let folder = opendir("/proc/self/fd") else { return -1 }
    defer { closedir(folder) }
    var count = 0
    while readdir(folder) != nil { count += 1 }
    return count
  }

  /// Whether the count falls to `expected`: a thread that ends gives its own back a moment later.
  static func settled(at expected: Int) -> Bool {
    for _ in 0..<10_000 {
      if count <= expected { return true }
      sched_yield()
    }
    return false
  }
}
