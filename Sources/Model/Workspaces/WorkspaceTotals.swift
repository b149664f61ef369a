public import Octets

/// What a workspace holds, in numbers: the top of the dashboard.
public struct WorkspaceTotals: Sendable {
  /// Rows of all lists that can be mailed.
  public var recipients: Int
  public var lists: Int
  public var templates: Int
  /// Campaigns of all states that are not archived, single messages left out.
  public var campaigns: Int
  /// Deliveries of all campaigns by state.
  public var deliveries: CampaignCounts

  public init(
    recipients: Int = 0, lists: Int = 0, templates: Int = 0, campaigns: Int = 0,
    deliveries: CampaignCounts = CampaignCounts()
  ) {
    self.recipients = recipients
    self.lists = lists
    self.templates = templates
    self.campaigns = campaigns
    self.deliveries = deliveries
  }
}

/// How many messages came to which end in one span of time: a point of the dashboard's chart.
public struct ActivityPoint: Sendable {
  /// The span's beginning.
  public let start: Timestamp
  public var sent: Int
  public var deferred: Int
  public var failed: Int
  public var unknown: Int

  public init(
    start: Timestamp, sent: Int = 0, deferred: Int = 0, failed: Int = 0, unknown: Int = 0
  ) {
    self.start = start
    self.sent = sent
    self.deferred = deferred
    self.failed = failed
    self.unknown = unknown
  }
}
