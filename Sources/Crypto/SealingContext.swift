/// Where a sealed secret belongs, as octets no two places share.
public enum SealingContext {
  /// The context of one column of one row; `purpose` names the column, as in `sender.password`.
  ///
  /// Each part goes in with its length, so that none can borrow octets of its neighbour.
  public static func bytes(
    purpose: StaticString, workspace: some Collection<UInt8>, row: some Collection<UInt8>
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    func add(_ part: some Collection<UInt8>) {
      withUnsafeBytes(of: UInt64(part.count).littleEndian) { bytes.append(contentsOf: $0) }
      bytes.append(contentsOf: part)
    }
    purpose.withUTF8Buffer { add($0) }
    add(workspace)
    add(row)
    return bytes
  }
}
