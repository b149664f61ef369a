public import Database
public import Model
import Octets

extension Deliveries {
  /// A page of a campaign's deliveries in send order, after the delivery of a number, 0 at first.
  ///
  /// `search` is the beginning of an address; `states` of `nil` are all.
  public func page(
    of key: CampaignKey, states: Set<DeliveryState>? = nil, search: String? = nil,
    after number: Int, limit: Int
  ) async throws(DatabaseError) -> [QueueRow] {
    try await pool.read { connection throws(DatabaseError) in
      try Self.page(
        of: key, states: states, search: AddressPrefix(search), after: number, limit: limit,
        on: connection)
    }
  }

  /// A page of a workspace's deliveries in some states, the newest campaign first, each in send
  /// order.
  public func queue(
    in workspace: Identifier, states: Set<DeliveryState> = [.queued, .sending, .deferred],
    after place: (campaign: Identifier, number: Int)? = nil, limit: Int
  ) async throws(DatabaseError) -> [QueueRow] {
    let limit = min(max(0, limit), 1_000)
    return try await pool.read { connection throws(DatabaseError) in
      var page: [QueueRow] = []
      if let place {
        page = try Self.page(
          of: CampaignKey(workspace: workspace, campaign: place.campaign), states: states,
          after: place.number, limit: limit, on: connection)
      }
      var last = place?.campaign
      // Each turn finds at least one row, or is the last.
      while page.count < limit {
        var next: Identifier?
        for state in states {
          let found = try Self.newestCampaign(
            with: state, in: workspace, before: last, on: connection)
          if let found, next.map({ $0 < found }) ?? true { next = found }
        }
        guard let next else { break }
        page += try Self.page(
          of: CampaignKey(workspace: workspace, campaign: next), states: states, after: 0,
          limit: limit - page.count, on: connection)
        last = next
      }
      return page
    }
  }

  /// The campaign made last before another that has a delivery in a state: one look into an index.
  private static func newestCampaign(
    with state: DeliveryState, in workspace: Identifier, before: Identifier?,
    on connection: Connection
  ) throws(DatabaseError) -> Identifier? {
    let scope: SQL = "workspace_id = \(workspace)"
    func earlier(_ column: SQL) -> SQL {
      before.map { " AND \(column) < \($0) ORDER BY \(column) DESC LIMIT 1" }
        ?? " ORDER BY \(column) DESC LIMIT 1"
    }
    let query: SQL =
      switch Self.way(to: state) {
      case .byState:
        """
        SELECT campaign_id AS id FROM \(Self.rowsByState)
        WHERE \(scope) AND state IN (2, 4, 5, 6, 7, 8) AND state = \(state)\
        \(earlier("campaign_id"))
        """
      case .byLease:
        """
        SELECT campaign_id AS id FROM \(Self.rowsByLease)
        WHERE \(scope) AND lease IS NOT NULL\(earlier("campaign_id"))
        """
      case .fromFirstQueued:
        "SELECT id FROM campaigns WHERE \(scope) AND queued > 0\(earlier("id"))"
      // Nearly every campaign has sent something: one need not go far.
      case .upToLastTried:
        "SELECT id FROM campaigns WHERE \(scope) AND sent > 0\(earlier("id"))"
      }
    return try connection.first(query)?.identifier("id")
  }

  // MARK: Ways to the rows

  /// How the deliveries in a state are found without walking through a million others.
  private enum Way {
    /// An index holds the states that few rows are in, or that one looks for.
    case byState
    /// What is being sent bears a lease: a few hundred rows, which have an index.
    case byLease
    /// An index of queued rows would be written twice for each message, so there is none. They
    /// are walked to from `first_queued`, behind which they lie close together: claims take them
    /// in ascending order.
    case fromFirstQueued
    /// Most rows end as sent, so an index would be as large as the table. They are walked to, and
    /// no further than the last delivery that was ever tried: up to there they lie close
    /// together, and where nothing was sent at all the counter says so. Only a campaign of which
    /// nearly everything failed has to be walked through (1 million rows: about 0.2 s).
    case upToLastTried
  }

  private static func way(to state: DeliveryState) -> Way {
    switch state {
    case .deferred, .failed, .unknown, .suppressed, .skipped, .cancelled: .byState
    case .sending: .byLease
    case .queued: .fromFirstQueued
    case .sent: .upToLastTried
    }
  }

  private static func page(
    of key: CampaignKey, states: Set<DeliveryState>?, search: AddressPrefix? = nil,
    after number: Int, limit: Int, on connection: Connection
  ) throws(DatabaseError) -> [QueueRow] {
    guard
      let campaign = try connection.first(
        """
        SELECT name, first_queued, queued, sending, deferred, sent, failed, in_doubt_count,
          suppressed, skipped, cancelled
        FROM campaigns WHERE \(campaign: key)
        """)
    else { return [] }
    let counts = try CampaignCounts(campaign)
    let name = try campaign.text("name")
    func select(
      _ condition: SQL, from table: SQL = "deliveries"
    ) throws(DatabaseError) -> [QueueRow] {
      try connection.run(
        """
        \(columns) FROM \(table) WHERE \(in: key)\(condition)
        ORDER BY number LIMIT \(page: limit)
        """
      ).map { row throws(DatabaseError) in
        try QueueRow(row, campaign: key.campaign, name: name)
      }
    }
    if let search {
      let chosen = states.map { SQL.any(of: $0) } ?? ""
      let found = try Self.search(
        search, of: key, after: number, limit: limit, on: connection
      ) { condition throws(DatabaseError) in try select(condition + chosen) }
      if let found { return found }
    }
    let match: SQL = search.map { " AND \($0.condition(on: "lower(email)"))" } ?? ""
    func rows(
      _ condition: SQL, after number: Int, from table: SQL = "deliveries"
    ) throws(DatabaseError) -> [QueueRow] {
      try select(" AND number > \(number)\(condition)\(match)", from: table)
    }
    guard let states else { return try rows("", after: number) }
    // One walk for each state, put together: each is short, and none has to sort.
    var page: [QueueRow] = []
    for state in states where counts[state] > 0 {
      switch way(to: state) {
      case .byState:
        page += try rows(
          " AND state IN (2, 4, 5, 6, 7, 8) AND state = \(state)", after: number,
          from: rowsByState)
      case .byLease:
        page += try rows(" AND lease IS NOT NULL", after: number, from: rowsByLease)
      case .fromFirstQueued:
        let first = try campaign.integer("first_queued")
        page += try rows(" AND state = \(state)", after: max(number, first - 1))
      case .upToLastTried:
        let last = try connection.first(
          "SELECT number FROM attempts WHERE \(in: key) ORDER BY number DESC LIMIT 1")
        page += try rows(
          " AND number <= \(try last?.integer("number") ?? 0) AND state = \(state)", after: number)
      }
    }
    return Array(page.sorted { $0.number < $1.number }.prefix(max(0, limit)))
  }

  static let columns: SQL = """
    SELECT number, email, state, COALESCE(reason, '') AS reason, code,
      COALESCE(enhanced_code, '') AS enhanced_code, attempts, due_at, finished_at
    """

  // MARK: One delivery

  /// A delivery with its tries, the latest first; of more than 100 the latest 100.
  public func find(
    _ key: CampaignKey, _ number: Int
  ) async throws(DatabaseError) -> (row: QueueRow, attempts: [LogRow])? {
    try await pool.read { connection throws(DatabaseError) -> (QueueRow, [LogRow])? in
      guard
        let campaign = try connection.first("SELECT name FROM campaigns WHERE \(campaign: key)"),
        let row = try connection.first(
          "\(Self.columns) FROM deliveries WHERE \(in: key) AND number = \(number)")
      else { return nil }
      let attempts = try connection.run(
        """
        \(DeliveryLog.columns) WHERE \(in: key) AND number = \(number)
        ORDER BY attempt DESC LIMIT 100
        """
      ).map { row throws(DatabaseError) in try LogRow(row) }
      let found = try QueueRow(row, campaign: key.campaign, name: try campaign.text("name"))
      return (found, attempts)
    }
  }

  // MARK: Reports

  /// A page of the report, in send order.
  public func report(
    of key: CampaignKey, after number: Int, limit: Int
  ) async throws(DatabaseError) -> [ReportRow] {
    try await pool.read { connection throws(DatabaseError) in
      try connection.run(
        """
        \(Self.columns) FROM deliveries WHERE \(in: key) AND number > \(number)
        ORDER BY number LIMIT \(limit)
        """
      ).map { row throws(DatabaseError) in
        let state = try DeliveryState(row)
        return ReportRow(
          number: try row.integer("number"), email: try row.octets("email"), state: state,
          reason: try row.text("reason"), code: try row.integerIfAny("code"),
          enhancedCode: try row.text("enhanced_code"), attempts: try row.integer("attempts"),
          sentAt: state == .sent ? try row.momentIfAny("finished_at") : nil)
      }
    }
  }

  /// How many deliveries are in each state, counted from the rows themselves.
  public func recount(_ key: CampaignKey) async throws(DatabaseError) -> CampaignCounts {
    try await pool.read { connection throws(DatabaseError) in
      var counts = CampaignCounts()
      for row in try connection.run(
        "SELECT state, COUNT(*) AS n FROM deliveries WHERE \(in: key) GROUP BY state")
      {
        counts[try DeliveryState(row)] = try row.integer("n")
      }
      return counts
    }
  }
}

extension SQL {
  /// The further condition that a delivery is in one of some states.
  fileprivate static func any(of states: Set<DeliveryState>) -> SQL {
    var condition: SQL = " AND state IN ("
    for (index, state) in states.map(\.rawValue).sorted().enumerated() {
      condition = condition + (index > 0 ? ", \(state)" : "\(state)")
    }
    return condition + ")"
  }
}

extension DeliveryState {
  init(_ row: Row) throws(DatabaseError) {
    guard let state = DeliveryState(rawValue: try row.integer("state")) else {
      throw .unexpectedColumn("state")
    }
    self = state
  }
}

extension QueueRow {
  fileprivate init(_ row: Row, campaign: Identifier, name: String) throws(DatabaseError) {
    self.init(
      campaign: campaign, campaignName: name, number: try row.integer("number"),
      email: try row.octets("email"), state: try DeliveryState(row),
      reason: try row.text("reason"), code: try row.integerIfAny("code"),
      enhancedCode: try row.text("enhanced_code"), attempts: try row.integer("attempts"),
      dueAt: try row.momentIfAny("due_at"), finishedAt: try row.momentIfAny("finished_at"))
  }
}
