/// What the program tells its caller when it ends (sysexits.h where it has a number).
public enum ExitCode: Int32, Sendable {
  case ok = 0
  case failure = 1
  /// The command line was wrong.
  case usage = 64
  /// Something is still due; run it again later (EX_TEMPFAIL).
  case deferred = 75
  /// Ended by ^C.
  case interrupted = 130
}
