import Glibc
public import MIME
public import Model
import Octets
public import Storage

/// The data folder's `attachments/`: what goes with the messages of campaigns.
public struct AttachmentFolder: Sendable {
  public let path: String
  /// An encoded message may have 25 MB (ruling C13), so no part of it is larger.
  private static let largest = 64 << 20

  public init(_ path: String) { self.path = path }

  /// Why a campaign's attachments cannot be sent, in a sentence.
  public struct Failure: Error, Sendable, CustomStringConvertible {
    public let description: String
  }

  /// Reads what a campaign attaches.
  public func read(_ stored: [StoredAttachment]) throws(Failure) -> [Attachment] {
    var attachments: [Attachment] = []
    for file in stored {
      guard let content = content(of: file.file) else {
        throw Failure(
          description: "The attachment “\(file.name)” is not there any more. Attach it again.")
      }
      do throws(HeaderError) {
        attachments.append(
          Attachment(
            content: content, fileName: file.name,
            contentType: try file.contentType.map { name throws(HeaderError) in
              try ContentType(name)
            }))
      } catch {
        throw Failure(description: "The attachment “\(file.name)” cannot be sent: \(error).")
      }
    }
    return attachments
  }

  private func content(of file: String) -> [UInt8]? {
    guard FolderSweep.isName(file), let stream = fopen("\(path)/\(file)", "re") else { return nil }
    defer { fclose(stream) }
    var octets: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 17)
    while true {
      let count = fread(&chunk, 1, chunk.count, stream)
      if count == 0 { return ferror(stream) == 0 ? octets : nil }
      octets.append(contentsOf: chunk[..<count])
      if octets.count > Self.largest { return nil }
    }
  }

  /// Removes a campaign's files once nothing of it, or of a copy of it, can be sent again.
  public func forget(
    _ attachments: [StoredAttachment], in workspace: Identifier, of store: Store
  ) async throws(StoreError) {
    for file in attachments where FolderSweep.isName(file.file) {
      if try await store.campaigns.needsAttachment(file.file, in: workspace) { continue }
      unlink("\(path)/\(file.file)")
    }
  }
}
