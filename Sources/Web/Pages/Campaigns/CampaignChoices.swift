import Model
import Storage

/// What the campaign form offers to choose from.
struct CampaignChoices: Sendable {
  var senders: [Sender]
  var lists: [Audience]
  var templates: [MailTemplate]

  /// More than anybody scrolls through; older ones are reached by their own pages.
  private static let most = 200

  static func load(for member: Member) async throws -> CampaignChoices {
    let store = member.store
    return CampaignChoices(
      senders: try await store.senders.all(in: member.home),
      lists: try await store.audiences.lists(in: member.home, limit: most)
        .filter { $0.state != .failed },
      templates: try await store.templates.page(in: member.home, limit: most))
  }

  /// The sender to begin with: one that leads outside, if there is any.
  var firstSender: Sender? { senders.first { $0.kind == .smtp } ?? senders.first }

  func sender(_ text: String) -> Sender? {
    Identifier(text, .sender).flatMap { id in senders.first { $0.id == id } }
  }
}
