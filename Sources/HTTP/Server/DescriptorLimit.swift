import Glibc

/// How many files and sockets the process may have open.
enum DescriptorLimit {
  /// For the database, files, and connections to mail servers.
  private static let reserve = 512

  /// Raises the limit as far as `connections` need it and the system allows it.
  ///
  /// - Returns: How many connections there may be, at most `connections`.
  static func makeRoom(for connections: Int) -> Int {
    let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    var limit = rlimit()
    guard getrlimit(resource, &limit) == 0 else { return connections }
    let wanted = rlim_t(connections + reserve)
    if limit.rlim_cur < wanted {
      limit.rlim_cur = min(wanted, limit.rlim_max)
      setrlimit(resource, &limit)
      guard getrlimit(resource, &limit) == 0 else { return connections }
    }
    guard limit.rlim_cur < wanted else { return connections }
    let room = Int(limit.rlim_cur)
    return min(connections, max(room / 2, room - reserve))
  }
}
