import CFuzzer
import Glibc
import Octets

@testable import SMTP

/// A server that says anything at all: the client's reader of replies never traps, stays within
/// bounds, and reads the same in whatever pieces it comes.
@main
enum FuzzReplies {
  static func main() {
    var count = CommandLine.argc
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
    exit(
      LLVMFuzzerRunDriver(&count, &arguments) { octets, count in
        FuzzReplies.run([UInt8](UnsafeBufferPointer(start: octets, count: count)))
        return 0
      })
  }

  private struct Reading: Equatable {
    var replies: [Reply] = []
    var violation: ReplyParser.Violation?
  }

  /// The first octet says in what pieces the others come.
  private static func run(_ input: [UInt8]) {
    guard let first = input.first else { return }
    let octets = Array(input.dropFirst())
    let whole = read(octets, by: max(1, octets.count))
    // Long ones in no more than some hundred pieces, or little else would be tried.
    let pieces = read(octets, by: max(1 + Int(first), octets.count / 500))
    precondition(whole == pieces, "pieces make a difference")
    for reply in whole.replies {
      precondition(200...599 ~= reply.code)
      precondition(reply.text.count <= 2_000)
      precondition(reply.line.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F })
      _ = Capabilities(ehlo: reply)
      _ = reply.masking([Array(octets.prefix(3)), Array("secret".utf8)]).line
    }
  }

  private static func read(_ octets: [UInt8], by size: Int) -> Reading {
    var parser = ReplyParser()
    var reading = Reading()
    do throws(ReplyParser.Violation) {
      for start in stride(from: 0, to: octets.count, by: size) {
        parser.append(Array(octets[start..<min(start + size, octets.count)]))
        while let reply = try parser.next() { reading.replies.append(reply) }
      }
    } catch {
      reading.violation = error
    }
    return reading
  }
}
