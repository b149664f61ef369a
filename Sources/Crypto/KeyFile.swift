import Glibc

/// The file that keeps the master key of an installation without `SECRET_KEY`.
///
/// One key a line in hexadecimal digits: the current one first, then those that a rotation has
/// not done away with yet. Lines that begin with `#` say so to people.
public struct KeyFile: Sendable {
  /// What was found in the file, or put there.
  public struct Content: Sendable {
    public let ring: KeyRing
    /// Whether the file was not there before.
    public let isNew: Bool
    /// Whether others on this machine may read the file: a warning is due.
    public let isReadableByOthers: Bool
  }

  public let path: String

  public init(path: String) { self.path = path }

  /// Reads the key; makes one when there is no file.
  ///
  /// Of processes that do this at the same time one makes the key and all return it.
  /// - Throws: ``CryptoError/keyFileMalformed(path:)`` or
  ///   ``CryptoError/keyFileFailed(path:step:errno:)``.
  public func readOrCreate() throws(CryptoError) -> Content {
    if let content = try readIfThere() { return content }
    let draft = try write(KeyRing(current: .random()))
    defer { unlink(draft) }
    // A link is made whole or not at all and never replaces a file, so nobody can read half a key.
    let isFirst = link(draft, path) == 0
    guard isFirst || errno == EEXIST else { throw failure("creating") }
    try syncFolder()
    guard let content = try readIfThere() else { throw failure("reading", ENOENT) }
    return Content(
      ring: content.ring, isNew: isFirst, isReadableByOthers: content.isReadableByOthers)
  }

  /// Puts a new key in front; the keys before it stay until ``forgetPrevious()``.
  ///
  /// - Throws: As ``readOrCreate()``.
  public func rotate() throws(CryptoError) -> KeyRing {
    try replace { KeyRing(current: .random(), previous: [$0.current] + $0.previous) }
  }

  /// Ends a rotation, once everything is sealed with the current key.
  ///
  /// - Throws: As ``readOrCreate()``.
  public func forgetPrevious() throws(CryptoError) -> KeyRing {
    try replace { KeyRing(current: $0.current) }
  }

  private func readIfThere() throws(CryptoError) -> Content? {
    // Without O_NONBLOCK a named pipe in place of the file would wait for ever.
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else {
      if errno == ENOENT { return nil }
      throw failure("opening")
    }
    defer { close(file) }
    return try read(file)
  }

  private func read(_ file: Int32) throws(CryptoError) -> Content {
    var facts = stat()
    guard fstat(file, &facts) == 0 else { throw failure("examining") }
    guard facts.st_mode & S_IFMT == S_IFREG else { throw .keyFileMalformed(path: path) }
    var text = [UInt8](repeating: 0, count: 1 << 14)
    defer { Sodium.wipe(&text) }
    let count = pread(file, &text, text.count, 0)
    guard count >= 0 else { throw failure("reading") }
    var keys: [SecretKey] = []
    for line in text[..<count].split(separator: 0x0A) where line.first != 0x23 {
      guard var bytes = Hex.decode(line.last == 0x0D ? line.dropLast() : line),
        let key = SecretKey(wiping: &bytes)
      else { throw .keyFileMalformed(path: path) }
      keys.append(key)
    }
    guard let current = keys.first else { throw .keyFileMalformed(path: path) }
    return Content(
      ring: KeyRing(current: current, previous: Array(keys.dropFirst())), isNew: false,
      isReadableByOthers: facts.st_mode & 0o077 != 0)
  }

  /// Writes a file beside the key file, safe on disk and readable by its owner only.
  ///
  /// - Returns: Its path.
  private func write(_ ring: KeyRing) throws(CryptoError) -> String {
    let draft = "\(path).\(Hex.encode(Random.bytes(8)))"
    var text = Array("# The key of the secrets in the database. Keep a copy apart from it.\n".utf8)
    defer { Sodium.wipe(&text) }
    for key in [ring.current] + ring.previous {
      key.withBytes { text.append(contentsOf: Hex.encode($0).utf8) }
      text.append(0x0A)
    }
    let file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw failure("creating") }
    defer { close(file) }
    guard Glibc.write(file, text, text.count) == text.count, fsync(file) == 0 else {
      let cause = failure("writing")
      unlink(draft)
      throw cause
    }
    return draft
  }

  /// Exchanges the file for one with other keys, alone among all processes that do.
  private func replace(_ change: (KeyRing) -> KeyRing) throws(CryptoError) -> KeyRing {
    while true {
      let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
      guard file >= 0 else { throw failure("opening") }
      defer { close(file) }
      guard flock(file, LOCK_EX) == 0 else {
        if errno == EINTR { continue }
        throw failure("locking")
      }
      var locked = stat()
      var named = stat()
      guard fstat(file, &locked) == 0, stat(path, &named) == 0 else { throw failure("examining") }
      // Whoever held the lock before may have put another file in its place.
      guard locked.st_ino == named.st_ino, locked.st_dev == named.st_dev else { continue }
      let ring = change(try read(file).ring)
      let draft = try write(ring)
      guard rename(draft, path) == 0 else {
        let cause = failure("replacing")
        unlink(draft)
        throw cause
      }
      try syncFolder()
      return ring
    }
  }

  /// Makes the file's name durable, not only its content.
  private func syncFolder() throws(CryptoError) {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    let name = parts.isEmpty ? "." : parts == [""] ? "/" : parts.joined(separator: "/")
    let folder = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw failure("opening its folder") }
    defer { close(folder) }
    // Some file systems cannot sync a folder and say EINVAL.
    guard fsync(folder) == 0 || errno == EINVAL else { throw failure("syncing its folder") }
  }

  private func failure(_ step: String, _ code: Int32 = errno) -> CryptoError {
    .keyFileFailed(path: path, step: step, errno: code)
  }
}
