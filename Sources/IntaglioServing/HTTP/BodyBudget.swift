import NIOConcurrencyHelpers

/// How many bytes the bodies of all requests may take together.
///
/// A class, because all connections share it.
final class BodyBudget: Sendable {
  private let left: NIOLockedValueBox<Int>

  init(bytes: Int) { left = NIOLockedValueBox(bytes) }

  /// Takes `bytes`, or nothing where there are not so many.
  func take(_ bytes: Int) -> Bool {
    left.withLockedValue { left in
      guard left >= bytes else { return false }
      left -= bytes
      return true
    }
  }

  func giveBack(_ bytes: Int) { left.withLockedValue { $0 += bytes } }
}
