import Glibc

/// A few words of memory that outlive the process, though not the machine.
///
/// They are a file's page in the system's own memory: a word costs no more than any other, and the
/// next process finds it, however this one came to its end.
public final class SurvivingPage: @unchecked Sendable {
  // Safe: the memory stays mapped as long as the page lives, and each word has one writer at a time.
  private let base: UnsafeMutableRawPointer
  public static let wordCount = 512
  private static let size = wordCount * 8

  /// Opens or makes the file; `nil` where the system cannot map it.
  public init?(path: String) {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    guard ftruncate(descriptor, off_t(Self.size)) == 0,
      // The blocks must be there, or a full disk would end the process at a write.
      posix_fallocate(descriptor, 0, off_t(Self.size)) == 0,
      let mapped = mmap(
        nil, Self.size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0),
      mapped != MAP_FAILED
    else { return nil }
    base = mapped
  }

  deinit { munmap(base, Self.size) }

  /// A word by its place, from 0 to ``wordCount``.
  public subscript(_ index: Int) -> UInt64 {
    get {
      precondition((0..<Self.wordCount).contains(index))
      return base.load(fromByteOffset: index * 8, as: UInt64.self)
    }
    set {
      precondition((0..<Self.wordCount).contains(index))
      base.storeBytes(of: newValue, toByteOffset: index * 8, as: UInt64.self)
    }
  }
}
