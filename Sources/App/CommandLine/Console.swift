import Glibc

/// Where a command's results and messages go: standard output and standard error, or a test.
public struct Console: Sendable {
  public let outputStyle: Style
  public let messageStyle: Style
  /// How wide the terminal of the messages is; `nil` when they go elsewhere.
  public let messageWidth: Int?
  private let output: @Sendable ([UInt8]) -> Void
  private let messages: @Sendable ([UInt8]) -> Void

  public init(
    outputStyle: Style = .plain, messageStyle: Style = .plain, messageWidth: Int? = nil,
    output: @escaping @Sendable ([UInt8]) -> Void, messages: @escaping @Sendable ([UInt8]) -> Void
  ) {
    self.outputStyle = outputStyle
    self.messageStyle = messageStyle
    self.messageWidth = messageWidth
    self.output = output
    self.messages = messages
  }

  /// The streams of this process.
  public static func standard(environment: [String: String]) -> Console {
    let isOutputTerminal = isatty(STDOUT_FILENO) == 1
    let isMessageTerminal = isatty(STDERR_FILENO) == 1
    return Console(
      outputStyle: Style(isTerminal: isOutputTerminal, environment: environment),
      messageStyle: Style(isTerminal: isMessageTerminal, environment: environment),
      messageWidth: isMessageTerminal ? columns(of: STDERR_FILENO) : nil,
      output: { send($0, to: STDOUT_FILENO) }, messages: { send($0, to: STDERR_FILENO) })
  }

  /// Writes results as they are.
  public func write(_ bytes: [UInt8]) { output(bytes) }
  public func write(_ text: String) { output(Array(text.utf8)) }

  /// Writes a line of results.
  public func line(_ text: String) { write(text + "\n") }

  /// Writes messages as they are, as a progress bar does.
  public func message(_ bytes: [UInt8]) { messages(bytes) }

  /// Writes a line of messages.
  public func complain(_ text: String, terminator: String = "\n") {
    messages(Array((text + terminator).utf8))
  }

  private static func columns(of descriptor: Int32) -> Int {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// A reader that has gone away is no reason to fail.
  private static func send(_ bytes: [UInt8], to descriptor: Int32) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress.map { $0 + sent }, $0.count - sent)
      }
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN {
        var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&ready, 1, 1_000)
        continue
      }
      guard count > 0 else { return }
      sent += count
    }
  }
}
