/// How much may leave by a sender; `nil` is no limit, and all that are set hold at once.
public struct SenderLimits: Sendable, Equatable {
  /// The most messages in any second, minute, hour and day.
  public var perSecond: Int?
  public var perMinute: Int?
  public var perHour: Int?
  public var perDay: Int?
  /// The most connections at a time, over all campaigns.
  public var connections: Int?
  /// A connection ends after so many messages.
  public var perConnection: Int?

  public init(
    perSecond: Int? = nil, perMinute: Int? = nil, perHour: Int? = nil, perDay: Int? = nil,
    connections: Int? = nil, perConnection: Int? = nil
  ) {
    self.perSecond = perSecond
    self.perMinute = perMinute
    self.perHour = perHour
    self.perDay = perDay
    self.connections = connections
    self.perConnection = perConnection
  }

  /// The most messages in any span of time of that length.
  public subscript(period: LimitPeriod) -> Int? {
    get {
      switch period {
      case .second: perSecond
      case .minute: perMinute
      case .hour: perHour
      case .day: perDay
      }
    }
    set {
      switch period {
      case .second: perSecond = newValue
      case .minute: perMinute = newValue
      case .hour: perHour = newValue
      case .day: perDay = newValue
      }
    }
  }
}

/// A length of time that messages are counted in.
public enum LimitPeriod: String, CaseIterable, Sendable {
  case second, minute, hour, day

  public var length: Duration {
    switch self {
    case .second: .seconds(1)
    case .minute: .seconds(60)
    case .hour: .seconds(3_600)
    case .day: .seconds(86_400)
    }
  }

  /// What a setting may be: more than that is no limit for anyone.
  public var bounds: ClosedRange<Int> {
    switch self {
    case .second: 1...10_000
    case .minute: 1...600_000
    case .hour: 1...1_000_000
    case .day: 1...100_000_000
    }
  }
}

extension SenderLimits {
  /// What the number of connections may be set to.
  public static let connectionBounds = 1...100
  /// What the number of messages on a connection may be set to.
  public static let perConnectionBounds = 1...100_000
}
