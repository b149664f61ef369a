import App
import Locking

/// A console that remembers what was written.
struct Recording: Sendable {
  private let written = Lock((output: "", messages: ""))

  var output: String { written.withLock { $0.output } }
  var messages: String { written.withLock { $0.messages } }

  func console(style: Style = .plain) -> Console {
    Console(
      outputStyle: style, messageStyle: style,
      output: { bytes in
        written.withLock { $0.output += String(decoding: bytes, as: UTF8.self) }
      },
      messages: { bytes in
        written.withLock { $0.messages += String(decoding: bytes, as: UTF8.self) }
      })
  }
}
