package import Octets

/// One message to one frozen audience.
package struct Campaign: Sendable {
  package let id: Identifier
  package let workspace: Identifier
  package var name: String
  package var state: CampaignState
  /// What ended it, when it has failed.
  package var failure: String?
  package var content: CampaignContent
  package var sender: Identifier
  package var audience: Identifier
  /// What becomes of messages whose fate nobody can know.
  package var inDoubt: InDoubtPolicy
  package var counts: CampaignCounts
  /// Grows with every change; the `id:` of progress events.
  package var revision: Int
  package var createdAt: Timestamp
  package var kind = Kind.campaign
  /// The template that it began from.
  package var template: Identifier?
  package var scheduledAt: Timestamp?
  /// The zone in which ``scheduledAt`` was chosen.
  package var timeZone = "UTC"
  package var startedAt: Timestamp?
  package var finishedAt: Timestamp?
  package var archivedAt: Timestamp?
  /// The address of the user who made it.
  package var createdBy: String?
  package var pace = CampaignPace()
  /// The sender that its messages leave through while its own cannot be reached.
  package var standIn: Identifier?

  package enum Kind: String, Sendable {
    case campaign
    /// One message to one recipient, not listed among the campaigns.
    case single
  }

  package init(
    id: Identifier, workspace: Identifier, name: String, state: CampaignState,
    failure: String? = nil, content: CampaignContent, sender: Identifier, audience: Identifier,
    inDoubt: InDoubtPolicy, counts: CampaignCounts = CampaignCounts(), revision: Int = 0,
    createdAt: Timestamp
  ) {
    self.id = id
    self.workspace = workspace
    self.name = name
    self.state = state
    self.failure = failure
    self.content = content
    self.sender = sender
    self.audience = audience
    self.inDoubt = inDoubt
    self.counts = counts
    self.revision = revision
    self.createdAt = createdAt
  }

  package var key: CampaignKey { CampaignKey(workspace: workspace, campaign: id) }
}

/// A campaign with the workspace it belongs to: every statement asks for both.
package struct CampaignKey: Sendable, Hashable {
  package let workspace: Identifier
  package let campaign: Identifier

  package init(workspace: Identifier, campaign: Identifier) {
    self.workspace = workspace
    self.campaign = campaign
  }
}

/// What a campaign says: templates and headers, frozen when it starts.
package struct CampaignContent: Sendable, Equatable {
  package var subject: String
  package var html: [UInt8]?
  package var text: [UInt8]?
  /// The mailbox of the From field, as in `Ada <ada@example.org>`.
  package var from: String
  package var replyTo: String?
  /// Transactional mail bears no footer and no list headers.
  package var isTransactional: Bool
  /// Where public links lead, as in `https://mail.example.org`; without it one opts out by mail.
  package var baseURL: String?
  package var attachments: [StoredAttachment]
  /// Whether placeholders are filled in; without it subject and body go out as they are.
  package var isPersonalised: Bool

  package init(
    subject: String, html: [UInt8]?, text: [UInt8]?, from: String, replyTo: String? = nil,
    isTransactional: Bool = false, baseURL: String? = nil, attachments: [StoredAttachment] = [],
    isPersonalised: Bool = true
  ) {
    self.subject = subject
    self.html = html
    self.text = text
    self.from = from
    self.replyTo = replyTo
    self.isTransactional = isTransactional
    self.baseURL = baseURL
    self.attachments = attachments
    self.isPersonalised = isPersonalised
  }
}

/// A file that goes with every message of a campaign.
package struct StoredAttachment: Sendable, Equatable {
  /// What the recipient sees.
  package var name: String
  /// `nil`: by the name's extension.
  package var contentType: String?
  /// The file in the data folder's `attachments/`.
  package var file: String
  package var size: Int

  package init(name: String, contentType: String? = nil, file: String, size: Int) {
    self.name = name
    self.contentType = contentType
    self.file = file
    self.size = size
  }
}

/// What becomes of a delivery that may or may not have arrived.
package enum InDoubtPolicy: String, Sendable {
  /// It stays *unknown*, listed, until someone asks for it to be sent again.
  case hold
  /// It is sent again: nobody is missed, a few may get two copies with one Message-ID.
  case resend

  /// How often a delivery is sent again that was in doubt; then it is held, or a server that takes
  /// every message and answers none would get it for ever.
  package static let mostResends = 2
}

/// What the sending engine says about its speed.
package struct CampaignPace: Sendable, Equatable {
  /// Messages a second over the last few seconds; `nil` while nothing is sent.
  package var rate: Double?
  /// When the last message will have left, by the limits in force.
  package var finishEstimate: Timestamp?
  /// Why it does not go faster, in a sentence; `nil` when nothing holds it up.
  package var slowReason: String?

  package init(rate: Double? = nil, finishEstimate: Timestamp? = nil, slowReason: String? = nil) {
    self.rate = rate
    self.finishEstimate = finishEstimate
    self.slowReason = slowReason
  }
}
