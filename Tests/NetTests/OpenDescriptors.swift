import Foundation

/// The descriptors that this process has open.
enum OpenDescriptors {
  static var all: Int { targets.count }

  static var sockets: Int { targets.count { $0.hasPrefix("socket:") } }

  /// What each one leads to, as in `socket:[4711]`.
  private static var targets: [String] {
    let folder = "/proc/self/fd"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.compactMap {
      try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\($0)")
    }
  }

  /// Whether the count falls to `limit`: a thread that ends gives its own back a moment later.
  static func settle(below limit: Int) -> Bool {
    for _ in 0..<10_000 {
      if all < limit { return true }
      sched_yield()
    }
    return false
  }
}
