public import Database
public import Model
public import Octets

/// What pages have asked the engine to do, and its answers.
public struct Jobs: Sendable {
  let pool: DatabasePool
  let doorbell: Doorbell
  /// How long an answer is kept.
  private static let keep = Duration.seconds(24 * 3_600)

  /// Adds a job, removes the workspace's old ones, and rings.
  public func add(_ job: Job) async throws(DatabaseError) {
    try await pool.write { connection throws(DatabaseError) in
      try connection.change(
        """
        DELETE FROM jobs WHERE workspace_id = \(job.workspace) AND state = 'done'
          AND finished_at < \(job.createdAt + (.zero - Self.keep))
        """)
      _ = try connection.change(
        """
        INSERT INTO jobs
          (workspace_id, id, kind, subject_id, argument, state, passed, answer, created_at)
        VALUES (\(job.workspace), \(job.id), \(job.kind.rawValue), \(job.subject),
          \(job.argument), \(job.state.rawValue), \(job.passed.map { $0 ? 1 : 0 }),
          \(job.answer), \(job.createdAt))
        """)
    }
    doorbell.ring()
  }

  public func find(
    _ id: Identifier, in workspace: Identifier
  ) async throws(DatabaseError) -> Job? {
    try await pool.read { connection throws(DatabaseError) in
      try connection.first("\(Self.columns) WHERE workspace_id = \(workspace) AND id = \(id)")
        .map { row throws(DatabaseError) in try Job(row) }
    }
  }

  /// Takes the oldest job that waits, of the workspace for which the fewest are running: the engine
  /// works for all of them.
  ///
  /// Workspaces with `most` running wait.
  ///
  /// - Returns: The job, now running; `nil` when none waits.
  public func claim(
    now: Timestamp, mostOfOne most: Int = .max
  ) async throws(DatabaseError) -> Job? {
    try await pool.write { connection throws(DatabaseError) in
      // The second conditions are the index's own; without them the index is not used.
      guard
        let row = try connection.first(
          """
          SELECT * FROM (
            SELECT workspace_id, id, kind, subject_id, argument, state, passed, answer, created_at,
              (SELECT COUNT(*) FROM jobs AS r
                WHERE r.state = 'running' AND r.state <> 'done'
                  AND r.workspace_id = jobs.workspace_id) AS running
            FROM jobs WHERE state = 'waiting' AND state <> 'done'
          ) AS waiting WHERE running < \(most) ORDER BY running, id LIMIT 1
          """)
      else { return nil }
      var job = try Job(row)
      job.state = .running
      try connection.change(
        """
        UPDATE jobs SET state = 'running'
        WHERE workspace_id = \(job.workspace) AND id = \(job.id)
        """)
      return job
    }
  }

  /// Writes down how a running job went, and rings.
  public func finish(
    _ id: Identifier, in workspace: Identifier, passed: Bool, answer: String, now: Timestamp
  ) async throws(DatabaseError) {
    try await pool.write { connection throws(DatabaseError) in
      _ = try connection.change(
        """
        UPDATE jobs SET state = 'done', passed = \(passed), answer = \(answer),
          finished_at = \(now)
        WHERE workspace_id = \(workspace) AND id = \(id) AND state = 'running'
        """)
    }
    doorbell.ring()
  }

  /// Lets the jobs wait again that were running when the program ended, of all workspaces.
  public func requeueRunning() async throws(DatabaseError) {
    try await pool.write { connection throws(DatabaseError) in
      _ = try connection.change(
        "UPDATE jobs SET state = 'waiting' WHERE state = 'running' AND state <> 'done'")
    }
    doorbell.ring()
  }

  private static let columns: SQL = """
    SELECT workspace_id, id, kind, subject_id, argument, state, passed, answer, created_at
    FROM jobs
    """
}

extension Job {
  fileprivate init(_ row: Row) throws(DatabaseError) {
    guard let kind = Kind(rawValue: try row.text("kind")) else { throw .unexpectedColumn("kind") }
    guard let state = State(rawValue: try row.text("state")) else {
      throw .unexpectedColumn("state")
    }
    self.init(
      id: try row.identifier("id"), workspace: try row.identifier("workspace_id"), kind: kind,
      subject: try row.identifier("subject_id"), argument: try row.text("argument"),
      state: state, passed: try row.boolIfAny("passed"), answer: try row.textIfAny("answer"),
      createdAt: try row.moment("created_at"))
  }
}
