import Compose
import Glibc
import MIME
import Model
import Spreadsheet

/// A campaign's report as CSV, written beside its place and moved there when it is whole.
final class ReportFile {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  private let path: String
  private let temporary: String
  private let descriptor: Int32
  private let writer = CSVWriter()
  private var buffer: [UInt8] = []
  private var isFinished = false

  init(_ path: String) throws(Failure) {
    self.path = path
    temporary = "\(path).part"
    descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw Failure(
        description: """
          The report \(path) cannot be written: \(String(cString: strerror(errno))). Name another \
          file with --report.
          """)
    }
    writer.append(row: CampaignReport.columns, to: &buffer)
  }

  /// A report that was not finished leaves nothing behind.
  deinit {
    close(descriptor)
    if !isFinished { unlink(temporary) }
  }

  func append(_ row: ReportRow, messageID: MessageID?) throws(Failure) {
    writer.append(row: CampaignReport.cells(row, messageID: messageID), to: &buffer)
    if buffer.count > 1 << 16 { try flush() }
  }

  /// Puts the whole report in its place.
  func finish() throws(Failure) {
    try flush()
    guard fsync(descriptor) == 0, rename(temporary, path) == 0 else { throw failure() }
    isFinished = true
  }

  private func flush() throws(Failure) {
    var start = 0
    while start < buffer.count {
      let count = buffer.withUnsafeBytes { bytes in
        write(descriptor, bytes.baseAddress.map { $0 + start }, bytes.count - start)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure() }
      start += count
    }
    buffer.removeAll(keepingCapacity: true)
  }

  private func failure() -> Failure {
    let reason = String(cString: strerror(errno))
    return Failure(description: "The report \(path) cannot be written: \(reason).")
  }
}
