import Octets

/// The variables that this process was started with.
public enum ProcessEnvironment {
  /// Reads them from the kernel, so that no other thread can change them meanwhile.
  public static func current() -> [String: String] {
    guard let bytes = try? SettingFile.read("/proc/self/environ") else { return [:] }
    return parse(bytes)
  }

  /// Parts `NAME=value` entries, each of which ends in NUL; of equal names the first holds, as
  /// for getenv.
  static func parse(_ bytes: [UInt8]) -> [String: String] {
    var variables: [String: String] = [:]
    for entry in bytes.split(separator: ASCII.nul) {
      guard let equals = entry.firstIndex(of: ASCII.equals), equals > entry.startIndex else {
        continue
      }
      let name = String(decoding: entry[..<equals], as: UTF8.self)
      if variables[name] != nil { continue }
      variables[name] = String(decoding: entry[entry.index(after: equals)...], as: UTF8.self)
    }
    return variables
  }
}
