/// One accepted socket, from accept to close.
final class Client: @unchecked Sendable {
  // Safe: the variables are touched only by libmicrohttpd's one thread, in its callbacks.
  let descriptor: Int32
  let address: String
  /// The target of the request being read, before libmicrohttpd decodes it.
  var rawTarget: [UInt8] = []
  /// The request whose handler has not been started.
  var request: Request?

  init(descriptor: Int32, address: String) {
    self.descriptor = descriptor
    self.address = address
  }
}
