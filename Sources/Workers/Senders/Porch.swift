import Locking
import Model
import SMTP

/// What all who send through one account know of its server: whether it lets us in, and how we sign
/// in there.
final class Porch: Sendable {
  let doorstep = Doorstep()
  let signIns = SignInMemory()
}

/// The porches of all accounts that are in use.
final class Porches: Sendable {
  private let known = Lock<[Identifier: (account: Sender, porch: Porch)]>([:])

  /// The porch of an account; a new one where the account has been changed.
  func porch(of sender: Sender) -> Porch {
    known.withLock { known in
      if let found = known[sender.id], found.account.signsIn(as: sender) { return found.porch }
      let new = Porch()
      known[sender.id] = (sender, new)
      return new
    }
  }

  /// Begins anew, as after a test that has passed.
  func forget(_ sender: Identifier) { known.withLock { $0[sender] = nil } }

  /// Lets go of those that nobody uses and that have nothing to remember.
  func sweep() {
    known.withLock { known in
      for (id, entry) in known where entry.porch.doorstep.isCalm { known[id] = nil }
    }
  }
}
