public import Octets

/// One message to one frozen audience.
public struct Campaign: Sendable {
  public let id: Identifier
  public let workspace: Identifier
  public var name: String
  public var state: CampaignState
  /// What ended it, when it has failed.
  public var failure: String?
  public var content: CampaignContent
  public var sender: Identifier
  public var audience: Identifier
  /// What becomes of messages whose fate nobody can know.
  public var inDoubt: InDoubtPolicy
  public var counts: CampaignCounts
  /// Grows with every change; the `id:` of progress events.
  public var revision: Int
  public var createdAt: Timestamp
  public var kind = Kind.campaign
  /// The template that it began from.
  public var template: Identifier?
  public var scheduledAt: Timestamp?
  /// The zone in which ``scheduledAt`` was chosen.
  public var timeZone = "UTC"
  public var startedAt: Timestamp?
  public var finishedAt: Timestamp?
  public var archivedAt: Timestamp?
  /// The address of the user who made it.
  public var createdBy: String?
  public var pace = CampaignPace()
  /// The sender that its messages leave through while its own cannot be reached.
  public var standIn: Identifier?

  public enum Kind: String, Sendable {
    case campaign
    /// One message to one recipient, not listed among the campaigns.
    case single
  }

  public init(
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

  public var key: CampaignKey { CampaignKey(workspace: workspace, campaign: id) }
}

/// A campaign with the workspace it belongs to: every statement asks for both.
public struct CampaignKey: Sendable, Hashable {
  public let workspace: Identifier
  public let campaign: Identifier

  public init(workspace: Identifier, campaign: Identifier) {
    self.workspace = workspace
    self.campaign = campaign
  }
}

/// What a campaign says: templates and headers, frozen when it starts.
public struct CampaignContent: Sendable, Equatable {
  public var subject: String
  public var html: [UInt8]?
  public var text: [UInt8]?
  /// The mailbox of the From field, as in `Ada <ada@example.org>`.
  public var from: String
  public var replyTo: String?
  /// Transactional mail bears no footer and no list headers.
  public var isTransactional: Bool
  /// Where public links lead, as in `https://mail.example.org`; without it one opts out by mail.
  public var baseURL: String?
  public var attachments: [StoredAttachment]
  /// Whether placeholders are filled in; without it subject and body go out as they are.
  public var isPersonalised: Bool

  public init(
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
public struct StoredAttachment: Sendable, Equatable {
  /// What the recipient sees.
  public var name: String
  /// `nil`: by the name's extension.
  public var contentType: String?
  /// The file in the data folder's `attachments/`.
  public var file: String
  public var size: Int

  public init(name: String, contentType: String? = nil, file: String, size: Int) {
    self.name = name
    self.contentType = contentType
    self.file = file
    self.size = size
  }
}

/// What becomes of a delivery that may or may not have arrived.
public enum InDoubtPolicy: String, Sendable {
  /// It stays *unknown*, listed, until someone asks for it to be sent again.
  case hold
  /// It is sent again: nobody is missed, a few may get two copies with one Message-ID.
  case resend

  /// How often a delivery is sent again that was in doubt; then it is held, or a server that takes
  /// every message and answers none would get it for ever.
  public static let mostResends = 2
}

/// What the sending engine says about its speed.
public struct CampaignPace: Sendable, Equatable {
  /// Messages a second over the last few seconds; `nil` while nothing is sent.
  public var rate: Double?
  /// When the last message will have left, by the limits in force.
  public var finishEstimate: Timestamp?
  /// Why it does not go faster, in a sentence; `nil` when nothing holds it up.
  public var slowReason: String?

  public init(rate: Double? = nil, finishEstimate: Timestamp? = nil, slowReason: String? = nil) {
    self.rate = rate
    self.finishEstimate = finishEstimate
    self.slowReason = slowReason
  }
}
