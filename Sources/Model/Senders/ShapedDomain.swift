public import Octets

/// What a sender has learnt about how much a receiver takes, to be remembered over restarts.
public struct ShapedDomain: Sendable, Equatable {
  /// An organisation's domain in small letters; empty for the sender's own server.
  public let domain: [UInt8]
  /// Messages a second; 0 where only a block is known.
  public var rate: Double
  /// The rate at which it last refused.
  public var ceiling: Double
  /// Since when it has taken nothing at all, and when it is asked again.
  public var blockedSince: Timestamp?
  public var blockedUntil: Timestamp?
  /// When it last asked us to slow down.
  public var refusedAt: Timestamp

  public init(
    domain: [UInt8], rate: Double, ceiling: Double, blockedSince: Timestamp? = nil,
    blockedUntil: Timestamp? = nil, refusedAt: Timestamp
  ) {
    self.domain = domain
    self.rate = rate
    self.ceiling = ceiling
    self.blockedSince = blockedSince
    self.blockedUntil = blockedUntil
    self.refusedAt = refusedAt
  }
}
