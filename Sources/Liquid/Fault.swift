/// A syntax error by its offset in the compiled text, before it is told as line and column.
struct Fault: Error {
  let offset: Int
  let message: String

  init(at offset: Int, _ message: String) {
    self.offset = offset
    self.message = message
  }
}
