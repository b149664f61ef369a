import Glibc
import Model
import Storage

/// The files of drafts, on disk.
struct DraftFiles {
  private let uploads: String
  private let attachments: String
  private let store: Store
  private let workspace: Identifier

  init(_ member: Member) {
    uploads = member.site.settings.uploads
    attachments = member.site.settings.attachments
    store = member.store
    workspace = member.home
  }

  /// Removes a contact file that no list is read from any more.
  func removeContacts(_ file: String) {
    if !file.isEmpty { unlink("\(uploads)/\(file)") }
  }

  /// Removes an attachment unless a campaign may still send it: copies share their files.
  func removeAttachment(_ file: String) async throws {
    guard !file.isEmpty, try await !store.campaigns.needsAttachment(file, in: workspace) else {
      return
    }
    unlink("\(attachments)/\(file)")
  }

  /// A second name for a contact file, so that a copy has one of its own.
  ///
  /// - Returns: `nil` when the file is gone.
  func secondName(ofContacts file: String) -> String? {
    guard !file.isEmpty else { return nil }
    let name = String(decoding: Identifier.new().base32, as: UTF8.self)
    return link("\(uploads)/\(file)", "\(uploads)/\(name)") == 0 ? name : nil
  }

  /// Whether an attachment is still here.
  func hasAttachment(_ file: String) -> Bool { access("\(attachments)/\(file)", R_OK) == 0 }
}
