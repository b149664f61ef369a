import CZlib
import Testing

@testable import HTTP

@Suite("Gzip")
struct GzipTests {
  @Test(
    "What was compressed comes back whole",
    arguments: [0, 1, 100, 70_000, 1_000_000])
  func roundTrip(_ count: Int) throws {
    let source = (0..<count).map { UInt8(truncatingIfNeeded: $0 / 7 &* $0) }
    let compressed = try #require(Gzip.compress(source))
    #expect(compressed.prefix(2) == [0x1F, 0x8B])
    #expect(inflated(compressed, count: count) == source)
  }

  @Test("Text gets much smaller")
  func smaller() throws {
    let text = Array(String(repeating: ".button { color: red } ", count: 200).utf8)
    #expect(try #require(Gzip.compress(text)).count * 20 < text.count)
  }

  private func inflated(_ compressed: [UInt8], count: Int) -> [UInt8]? {
    var stream = z_stream()
    let version = ZLIB_VERSION
    guard inflateInit2_(&stream, 15 + 16, version, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { return nil }
    defer { inflateEnd(&stream) }
    var input = compressed
    return input.withUnsafeMutableBufferPointer { source in
      var result: Int32 = 0
      let out = [UInt8](unsafeUninitializedCapacity: count + 1) { target, written in
        stream.next_in = source.baseAddress
        stream.avail_in = UInt32(source.count)
        stream.next_out = target.baseAddress
        stream.avail_out = UInt32(target.count)
        result = inflate(&stream, Z_FINISH)
        written = Int(stream.total_out)
      }
      return result == Z_STREAM_END ? out : nil
    }
  }
}
