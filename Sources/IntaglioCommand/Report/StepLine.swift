import Foundation
import Intaglio

/// How far a study is, on standard error, on a terminal only.
///
/// A class because worker threads report into one line; the lock guards the time of the last one.
final class StepLine: @unchecked Sendable {
  private let lock = NSLock()
  private var last = ContinuousClock.now - .seconds(1)

  func show(_ progress: AdoptionProgress) {
    guard StandardError.isTerminal else { return }
    lock.lock()
    defer { lock.unlock() }
    let now = ContinuousClock.now
    guard now - last > .milliseconds(100) else { return }
    last = now
    let percent = Int(progress.share * 100)
    let left = progress.secondsLeft.map { seconds in
      seconds < 90
        ? ", about \(Int(max(seconds, 1))) s left" : ", about \(Int(seconds / 60 + 0.5)) min left"
    }
    StandardError.show(
      "[\(progress.number)/\(progress.count)] \(progress.step) \(percent) %\(left ?? "")"
    )
  }

  /// Clears the line.
  func finish() { StandardError.show(nil) }
}
