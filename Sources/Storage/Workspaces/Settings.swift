public import Database
public import Model

/// What the product itself can change about the whole installation.
public struct Settings: Sendable {
  let pool: DatabasePool
  private static let registrationName = "registration"
  private static let scheduleName = "schedule"

  /// Who may make an account by themselves; nobody until someone has decided.
  public func registration() async throws(DatabaseError) -> Registration {
    try await value(Self.registrationName).flatMap(Registration.init) ?? .closed
  }

  public func setRegistration(_ registration: Registration) async throws(DatabaseError) {
    try await set(Self.registrationName, registration.rawValue)
  }

  /// Whether the scheduler begins campaigns by itself when their time has come; it does until
  /// someone switches it off.
  public func isScheduleOn() async throws(DatabaseError) -> Bool {
    try await value(Self.scheduleName) != "off"
  }

  public func setSchedule(isOn: Bool) async throws(DatabaseError) {
    try await set(Self.scheduleName, isOn ? "on" : "off")
  }

  public func value(_ name: String) async throws(DatabaseError) -> String? {
    try await pool.read { connection throws(DatabaseError) in
      try connection.first("SELECT value FROM settings WHERE name = \(name)")?.text("value")
    }
  }

  public func set(_ name: String, _ value: String) async throws(DatabaseError) {
    try await pool.write { connection throws(DatabaseError) in
      _ = try connection.change(
        """
        INSERT INTO settings (name, value) VALUES (\(name), \(value))
        ON CONFLICT (name) DO UPDATE SET value = excluded.value
        """)
    }
  }
}
