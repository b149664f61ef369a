import CZlib

/// Compression for bodies that browsers take as `gzip` (RFC 1952).
public enum Gzip {
  /// The octets, compressed as small as it goes; slow, for what is kept and sent often.
  ///
  /// `nil` when there is no memory for it.
  public static func compress(_ octets: [UInt8]) -> [UInt8]? {
    guard octets.count <= Int(UInt32.max) else { return nil }
    var stream = z_stream()
    guard martlet_gzip_begin(&stream) == Z_OK else { return nil }
    defer { deflateEnd(&stream) }
    // zlib never writes to its input; its type only cannot say so.
    var input = octets
    let bound = Int(deflateBound(&stream, UInt(octets.count)))
    return input.withUnsafeMutableBufferPointer { source in
      var isWhole = false
      let compressed = [UInt8](unsafeUninitializedCapacity: bound) { target, count in
        stream.next_in = source.baseAddress
        stream.avail_in = UInt32(source.count)
        stream.next_out = target.baseAddress
        stream.avail_out = UInt32(clamping: target.count)
        isWhole = deflate(&stream, Z_FINISH) == Z_STREAM_END
        count = Int(stream.total_out)
      }
      return isWhole ? compressed : nil
    }
  }
}
