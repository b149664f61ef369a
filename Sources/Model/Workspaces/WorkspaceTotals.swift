package import Octets

/// What a workspace holds, in numbers: the top of the dashboard.
package struct WorkspaceTotals: Sendable {
  /// Rows of all lists that can be mailed.
  package var recipients: Int
  package var lists: Int
  package var templates: Int
  /// Campaigns of all states that are not archived, single messages left out.
  package var campaigns: Int
  /// Deliveries of all campaigns by state.
  package var deliveries: CampaignCounts

  package init(
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
package struct ActivityPoint: Sendable {
  /// The span's beginning.
  package let start: Timestamp
  package var sent: Int
  package var deferred: Int
  package var failed: Int
  package var unknown: Int

  package init(
    start: Timestamp, sent: Int = 0, deferred: Int = 0, failed: Int = 0, unknown: Int = 0
  ) {
    self.start = start
    self.sent = sent
    self.deferred = deferred
    self.failed = failed
    self.unknown = unknown
  }
}
